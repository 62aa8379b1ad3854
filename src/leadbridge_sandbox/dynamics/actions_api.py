"""Actions and functions beside the records themselves: merging, relating, a process's instances and path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import merging, process_flows, query, views
from .addresses import arguments, reference
from .columns import Table
from .entities import key_of, table_of
from .errors import Answer, bad_query, bad_value, no_such_segment
from .operation import Call
from .records import Record
from .writes import RowKey


def _named_record(call: Call, given: Any) -> tuple[Table, Record]:
    """Return the record that a parameter names by type and id. Raises VendorError."""
    if not isinstance(given, Mapping):
        raise bad_value("A record is named by its @odata.type and its id.")
    name = str(given.get("@odata.type", "")).removeprefix("#").rpartition(".")[2]
    table = call.desk.catalogue.table(name)
    if table is None:
        raise no_such_segment(name)
    return table, call.desk.must_find(table, RowKey(str(given.get(table.id_column)).lower()))


def merge(call: Call) -> Answer:
    """Merge `Subordinate` into `Target`, which takes `UpdateContent`."""
    body = call.json()
    table, winner = _named_record(call, body.get("Target"))
    other, loser = _named_record(call, body.get("Subordinate"))
    if other is not table:
        raise bad_value("Target and Subordinate must be of one type.")
    content = body.get("UpdateContent") or {}
    kept = {name: value for name, value in content.items() if name != table.id_column and not name.startswith("@")}
    merging.merge(call.desk, table, winner, loser, kept)
    return Answer(204)


def relate(call: Call) -> Answer:
    """Set a lookup by its navigation property: `PUT .../nav/$ref {"@odata.id": address}`."""
    table = table_of(call)
    record = call.desk.must_find(table, key_of(call, table))
    nav, address = call.path[1].name, call.json().get("@odata.id")
    if not isinstance(address, str):
        raise bad_value("@odata.id is needed.")
    relation = table.nav(nav)
    if relation is not None:
        call.desk.update(table, record, {f"{nav}@odata.bind": address})
        return Answer(204)
    for other in call.desk.catalogue.tables():
        for back in other.lookups:
            if back.schema_name == nav and back.target == table.name:
                there, key = reference(call.desk, address)
                if there is not other:
                    raise bad_value(f"'{address}' is not of '{other.set_name}'.")
                body = {f"{back.nav}@odata.bind": f"/{table.set_name}({record.id})"}
                call.desk.update(other, call.desk.must_find(other, key), body)
                return Answer(204)
    raise no_such_segment(nav)


def process_instances(call: Call) -> Answer:
    """Answer the process instances of a record; the active one comes first."""
    named = arguments(call.path[0].inside, call.options)
    lead_id, table_name = str(named.get("EntityId")).lower(), named.get("EntityLogicalName")
    rows = []
    if table_name == "lead":
        instance = process_flows.instance_of(call.desk, lead_id)
        rows = [instance] if instance is not None else []
    shown = [
        {
            "businessprocessflowinstanceid": row.id,
            "name": row.doc.get("name"),
            "processid": process_flows.PROCESS_ID,
            "processstageid": row.doc["activestageid"][1],
            "traversedpath": row.doc.get("traversedpath"),
            "statecode": row.doc.get("statecode"),
            "statuscode": row.doc.get("statuscode"),
        }
        for row in rows
    ]
    return Answer(200, {"@odata.context": f"{call.root}$metadata#businessprocessflowinstances", "value": shown})


def active_path(call: Call) -> Answer:
    """Answer the stages of a process instance, in order."""
    named = arguments(call.path[0].inside, call.options)
    table = call.desk.catalogue.table(process_flows.PROCESS)
    stages = call.desk.catalogue.table("processstage")
    if table is None or stages is None:
        raise no_such_segment(process_flows.PROCESS)
    call.desk.must_find(table, RowKey(str(named.get("ProcessInstanceId")).lower()))
    found = []
    for place in range(len(process_flows.STAGES)):
        record = call.desk.records.get("processstage", process_flows.stage_id(place))
        if record is not None:
            found.append(views.shown(call.desk, stages, record, ("stagename", "stagecategory"), call.annotations))
    return Answer(200, {"@odata.context": query.context(call, stages, None), "value": found})


def total_record_count(call: Call) -> Answer:
    """Answer how many records tables have, as of the last daily count; here that is now."""
    named = call.options.get("@p1", call.path[0].inside or "")
    names = [name.strip(" []'\"") for name in named.replace("EntityNames=", "").split(",")]
    counted = []
    for name in names:
        if call.desk.catalogue.table(name) is None:
            raise bad_query(f"The entity '{name}' does not exist.")
        counted.append(call.desk.records.count(name))
    body = {"Count": len(names), "IsReadOnly": False, "Keys": names, "Values": counted}
    return Answer(200, {"EntityRecordCountCollection": body})
