"""The event that a person sends to try an automation: a real one of the company's, or a realistic example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadbridge.automation.bodies import SHORT_NAMES, TestBody
from leadbridge.automation.delivery.starting import execution_id
from leadbridge.automation.errors import InvalidAutomation
from leadbridge.automation.events.body import frozen_body
from leadbridge.automation.events.catalogue import CATALOGUE
from leadbridge.automation.events.samples import Samples
from leadbridge.automation.model import Automation
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource, is_object_id

ORIGIN = "api"


@dataclass(frozen=True, slots=True)
class TestEvent:
    """What a test sends. ``record_id`` is that of the lead in it, if there is one."""

    __test__ = False  # not a test of ours

    id: str
    execution_id: str
    type: str
    record_id: str | None
    body: str


class Tests:
    """Makes the events of tests."""

    __test__ = False

    def __init__(self, clock: Clock, ids: IdSource, samples: Samples) -> None:
        self._clock, self._ids, self._samples = clock, ids, samples

    async def event(self, automation: Automation, asked: TestBody) -> TestEvent:
        """Return a new event for an automation; raises ``InvalidAutomation`` for a type that does not exist."""
        type = SHORT_NAMES.get(asked.type, asked.type) if asked.type is not None else automation.trigger.type
        if type not in CATALOGUE:
            raise InvalidAutomation(
                f"There is no event {type[:64]!r}.",
                code="unknown_trigger",
                hint=f"Events are {', '.join(sorted(CATALOGUE))}.",
                details={"field": "type"},
            )
        data: Any = asked.data
        if data is None:
            data = (await self._samples.of(automation.company_id, type, 1))[0].get("data")
        id = self._ids()
        execution = execution_id(id, automation.id)
        body = frozen_body(
            type=type,
            id=id,
            timestamp=self._clock.now(),
            execution_id=execution,
            company_id=automation.company_id,
            origin=ORIGIN,
            hop=0,
            data=data,
            automation_id=automation.id,
            test=True,
        )
        return TestEvent(id, execution, type, lead_in(data), body)


def lead_in(data: Any) -> str | None:
    """Return the id of the lead that an event's data are about, or None: ``data.lead._id``, or ``data.leadId``."""
    if not isinstance(data, Mapping):
        return None
    lead = data.get("lead")
    found = lead.get("_id") if isinstance(lead, Mapping) else data.get("leadId")
    return found if isinstance(found, str) and is_object_id(found) else None
