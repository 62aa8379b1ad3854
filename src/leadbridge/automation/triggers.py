"""Which events may start an automation, and whether a filter over one of them can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadbridge.automation.errors import InvalidAutomation
from leadbridge.automation.events.catalogue import STARTING
from leadbridge.automation.events.filters import compile_filter
from leadbridge.leads.settings import DeclaredField


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a company. ``declared`` are its own fields of leads, which a filter may name."""

    declared: Sequence[DeclaredField] = ()

    def check(self, type: str, filter: str | None) -> None:
        """Raise ``InvalidAutomation`` for an event type that starts nothing, ``BadFilter`` for a filter."""
        if type not in STARTING:
            raise InvalidAutomation(
                f"No event {type[:64]!r} starts an automation.",
                code="unknown_trigger",
                hint=f"Triggers are {', '.join(sorted(STARTING))}.",
                details={"field": "definition.trigger.type"},
            )
        if filter is not None:
            compile_filter(type, filter, self.declared)
