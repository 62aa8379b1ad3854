"""Business process flows: a new lead's instance, and the rule that it moves one stage at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import unconfirmed, values
from .columns import Table, stable_id
from .errors import VendorError, missing_privilege
from .records import Record

if TYPE_CHECKING:
    from .writes import Desk

PROCESS = "leadtoopportunitysalesprocess"
NO_PROCESS = "00000000-0000-0000-0000-000000000000"
PROCESS_ID = stable_id("process", PROCESS)
STAGES = (
    ("Qualify", 0, "lead"),
    ("Develop", 1, "opportunity"),
    ("Propose", 2, "opportunity"),
    ("Close", 3, "opportunity"),
)
"""Name, stage category and table of each stage, in order."""


def stage_id(place: int) -> str:
    """Return the id of the stage at this place."""
    return stable_id("stage", PROCESS, str(place))


def place_of(stage: Any) -> int | None:
    """Return a stage's place by its id."""
    return next((place for place in range(len(STAGES)) if stage_id(place) == stage), None)


def after_create(desk: Desk, table: Table, record: Record) -> None:
    """Let a new lead enter the process, unless it was created with the process id of none."""
    if table.name != "lead" or not desk.vendor.world.settings.processFlows:
        return
    if record.doc.get("processid") == NO_PROCESS:
        return
    doc = {
        "name": "Lead to Opportunity Sales Process",
        "leadid": ["lead", record.id],
        "activestageid": ["processstage", stage_id(0)],
        "activestagestartedon": values.iso(desk.now),
        "traversedpath": stage_id(0),
        "processid": ["workflow", PROCESS_ID],
        "statecode": 0,
        "statuscode": 1,
    }
    instance = Record(desk.vendor.world.new_uuid(), desk.vendor.next_version(), desk.now, desk.now, doc)
    desk.records.insert(PROCESS, instance, {f"{PROCESS}_leadid": record.id})


def after_delete(desk: Desk, table: Table, record: Record) -> None:
    """Let a deleted lead's instance go with it."""
    if table.name == "lead" and (instance := instance_of(desk, record.id)) is not None:
        desk.records.remove(PROCESS, instance, desk.vendor.next_version(), desk.now)


def instance_of(desk: Desk, lead_id: str) -> Record | None:
    """Return the process instance of a lead."""
    holder = desk.records.holder(PROCESS, f"{PROCESS}_leadid", lead_id)
    return None if holder is None else desk.records.get(PROCESS, holder)


def guard(desk: Desk, instance: Record, changes: dict[str, Any]) -> None:
    """Refuse a move that is not to the next stage or the one before, or lacks the next stage's record."""
    desk_settings = desk.vendor.world.settings
    if "prvWriteLeadToOpportunitySalesProcess" in desk_settings.missingPrivileges and not desk.as_person:
        raise missing_privilege(desk.user, "prvWriteLeadToOpportunitySalesProcess", PROCESS)
    wanted = changes.get("activestageid")
    if wanted is None:
        return
    here, there = place_of(instance.doc["activestageid"][1]), place_of(wanted[1])
    if here is None or there is None or abs(there - here) > 1:
        raise _refused("The stage can be moved only to the next stage or to the previous one.")
    needed = STAGES[there][2]
    if needed == "opportunity" and not (changes.get("opportunityid") or instance.doc.get("opportunityid")):
        raise _refused("The next stage is of another table: bind its record too.")
    path = changes.get("traversedpath", instance.doc.get("traversedpath", ""))
    if stage_id(there) not in str(path).split(","):
        raise _refused("The traversed path does not have the active stage.")
    changes["activestagestartedon"] = values.iso(desk.now)


def _refused(text: str) -> VendorError:
    return VendorError(400, unconfirmed.PROCESS_STEP_CODE, text)


def qualified(desk: Desk, lead_id: str, opportunity_id: str) -> None:
    """Move a lead's instance on to its opportunity, as qualifying does."""
    instance = instance_of(desk, lead_id)
    if instance is None:
        return
    instance.doc |= {
        "opportunityid": ["opportunity", opportunity_id],
        "activestageid": ["processstage", stage_id(1)],
        "traversedpath": f"{stage_id(0)},{stage_id(1)}",
        "activestagestartedon": values.iso(desk.now),
    }
    instance.version, instance.modified = desk.vendor.next_version(), desk.now
    desk.records.save(PROCESS, instance, None)
