"""Which event may start what: rules against floods and loops. Pure, and nothing else decides it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from leadbridge.leads.history import MAX_HOPS

AUTOMATION = "automation:"
"""What the origin of an automation's own effects begins with; the automation's id follows."""
SILENT = frozenset({"import", "backfill"})
"""Origins whose events come by the thousand and start nothing unless that was asked for: imports, first syncs."""


class Kept(StrEnum):
    """Why an event does not start an automation that listens to it."""

    SILENT_ORIGIN = "silent_origin"
    """It comes from an import or a first sync, and nobody asked for automations."""
    TOO_MANY_HOPS = "too_many_hops"
    """As many automations as may follow each other led to it."""
    OWN_EFFECT = "own_effect"
    """The automation itself brought it about."""


def kept(automation_id: str | None, *, origin: str, hop: int, asked: bool) -> Kept | None:
    """Return why an event starts nothing for this automation (None: a subscription); None where it does.

    ``asked``: the import was told to trigger automations.
    """
    if origin in SILENT and not asked:
        return Kept.SILENT_ORIGIN
    if hop >= MAX_HOPS:
        return Kept.TOO_MANY_HOPS
    if automation_id is not None and origin == f"{AUTOMATION}{automation_id}":
        return Kept.OWN_EFFECT
    return None


def may_start_any(*, origin: str, hop: int, asked: bool) -> bool:
    """Tell whether an event may start anything at all: asked before anybody looks who listens."""
    return kept(None, origin=origin, hop=hop, asked=asked) is None


def heard(types: Sequence[str], listens: Sequence[str]) -> str | None:
    """Return under which of its names an event is told to one who listens to several: the first that fits."""
    return next((one for one in types if one in listens), None)
