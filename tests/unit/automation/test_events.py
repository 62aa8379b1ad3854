"""The catalogue, bodies, filters, and how what is started is cut into batches."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from leadbridge.automation.delivery.model import EXECUTIONS, Execution, Report
from leadbridge.automation.delivery.starting import Start, execution_id
from leadbridge.automation.events.body import MAX_BODY, change_data, frozen_body
from leadbridge.automation.events.catalogue import CATALOGUE, STARTING, catalogue_table, example_body
from leadbridge.automation.events.cost import IMPORTED
from leadbridge.automation.events.fanout import STARTS_AT_ONCE, Event, Listener, batches, start_of
from leadbridge.automation.events.filters import BadFilter, compile_filter, passes
from leadbridge.automation.events.listening import InvalidSchedule, weekly_cron
from leadbridge.leads.history import RecordEvent
from leadbridge.leads.settings import DeclaredField, FieldType
from leadbridge.storage.kind import to_json
from leadbridge.sync.model import FaultNote, Item, Run, RunStatus, Trigger
from leadbridge.sync.telling import news_of

COMPANY, OWNER, EVENT, LEAD = "c" * 24, "a" * 24, "e" * 24, "1" * 24
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
DOCS = Path(__file__).resolve().parents[3] / "docs" / "events.md"
NAMES = {
    "lead.created", "lead.updated", "lead.deleted", "lead.restored", "lead.merged", "lead.enriched", "lead.scored",
    "lead.qualified", "lead.assigned", "lead.status_changed", "lead.high_value", "form.submitted", "crm.synced",
    "crm.sync_failed", "crm.record_changed", "connection.reauth_required", "schedule.weekly", "webhook.received",
}  # fmt: skip


def test_every_event_has_a_few_words_for_people() -> None:
    labels = [event.label for event in CATALOGUE.values()]
    assert len(set(labels)) == len(labels)
    assert all((label[0].isupper() and label[-1].isalpha()) or label.endswith(")") for label in labels)
    assert (CATALOGUE["lead.created"].label, CATALOGUE["lead.status_changed"].label) == (
        "Lead created", "Lead status changed",
    )  # fmt: skip


def test_the_catalogue_is_whole() -> None:
    others = {
        f"{record}.{verb}"
        for record in ("contact", "account", "deal")
        for verb in ("created", "updated", "deleted", "restored", "merged")
    }
    assert set(CATALOGUE) == NAMES | others
    assert STARTING == NAMES
    assert set(IMPORTED) < STARTING


@pytest.mark.parametrize("type", list(CATALOGUE))
def test_an_example_fits_its_schema_and_a_wrong_one_does_not(type: str) -> None:
    schema, body = CATALOGUE[type].schema(), example_body(type)
    jsonschema_rs.meta.validate(schema)
    check = jsonschema_rs.validator_for(schema)
    check.validate(body)
    assert not check.is_valid(body | {"type": "another.one"})
    assert not check.is_valid({name: value for name, value in body.items() if name != "data"})
    if CATALOGUE[type].record is not None:
        assert not check.is_valid(body | {"data": dict.fromkeys(body["data"], 1)})


def test_the_docs_show_the_catalogue() -> None:
    assert catalogue_table() in DOCS.read_text(encoding="utf-8"), f"{DOCS.name} wants:\n{catalogue_table()}"


def frozen(data: Any, **more: Any) -> str:
    values: dict[str, Any] = {
        "type": "lead.created",
        "id": EVENT,
        "timestamp": AT,
        "company_id": COMPANY,
        "origin": "api",
        "hop": 0,
    }
    return frozen_body(**(values | {"execution_id": execution_id(EVENT, OWNER), "data": data} | more))


def test_a_body_is_compact_json_with_what_is_known() -> None:
    body = frozen({"lead": {"_id": LEAD}}, automation_id=OWNER)
    assert body.startswith('{"type":"lead.created","id":"eeee')
    assert orjson.loads(body)["timestamp"] == "2026-11-23T08:00:00.000Z"
    assert "hookId" not in body
    assert "test" not in body
    assert orjson.loads(frozen({}, hook_id=OWNER, test=True))["test"] is True


@pytest.mark.parametrize("filling", ["x", '"', "\\", "ä", "\u0001"])
def test_a_body_that_is_too_large_is_cut_down_to_ids_and_can_be_stored(filling: str) -> None:
    data = {"lead": {"_id": LEAD, "custom": {"note": filling * MAX_BODY}}, "leadId": LEAD, "types": ["lead.created"]}
    body = frozen(data)
    shown = orjson.loads(body)
    assert (shown["truncated"], shown["data"]) == (True, {"lead": {"_id": LEAD}, "leadId": LEAD})
    jsonschema_rs.validator_for(CATALOGUE["lead.created"].schema()).validate(shown)


def test_ids_and_names_that_are_no_ids_are_cut_as_well() -> None:
    long = "x" * MAX_BODY
    body = frozen({"lead": {"_id": long}, long: {"_id": LEAD}, "form": {"_id": LEAD}, "note": long, "left": None})
    shown = orjson.loads(body)
    assert (shown["truncated"], shown["data"]) == (True, {"form": {"_id": LEAD}, "left": None})


@pytest.mark.parametrize("filling", ["x", '"', "\\", "ä"])
def test_the_largest_body_that_is_kept_whole_fits_in_an_execution(filling: str) -> None:
    low, high = 0, MAX_BODY
    while high - low > 1:  # the longest text of this filling with which the body is not cut
        middle = (low + high) // 2
        cut = "truncated" in orjson.loads(frozen({"text": filling * middle}))
        low, high = (low, middle) if cut else (middle, high)
    body = frozen({"text": filling * low})
    execution = Execution(
        id=execution_id(EVENT, OWNER), company_id=COMPANY, event_id=EVENT, event_type="lead.created", origin="api",
        body=body, created_at=AT, message="\U0001f600" * 500, record_id=LEAD, automation_id=OWNER, endpoint_id=OWNER,
        report=Report(ok=False, at=AT, message="\U0001f600" * 500, result="\U0001f600" * 4096),
    )  # fmt: skip
    to_json(EXECUTIONS.encode(execution), EXECUTIONS.name)  # raises where it is too large


def change(types: tuple[str, ...], changes: dict[str, Any], **more: Any) -> RecordEvent:
    return RecordEvent(
        id=EVENT, company_id=COMPANY, types=types, record="lead", record_id=LEAD, seq=2, at=AT, origin="api",
        by="user:x", changes=changes, **more,
    )  # fmt: skip


def test_what_a_change_says_beside_the_record() -> None:
    event = change(("lead.updated", "lead.status_changed", "lead.assigned"), {"status": ["new", "won"]})
    assert change_data(event, "lead.status_changed", None)["previousStatus"] == "new"
    assert change_data(event, "lead.assigned", None)["previousOwnerId"] is None
    assert "previousStatus" not in change_data(event, "lead.updated", None)
    merged = change(("lead.merged",), {}, other_id=OWNER)
    assert change_data(merged, "lead.merged", None)["mergedId"] == OWNER
    assert change_data(merged, "lead.merged", None)["lead"] == {"_id": LEAD}


FIELD = DeclaredField(key="plan", label="Plan", type=FieldType.TEXT, created_at=AT)


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("status == 'new'", True),
        ("status != 'new'", False),
        ("value.amount > 1000 && address.country == 'DE'", True),
        ("'vip' in tags", True),
        ("custom.plan == 'gold'", True),
        ("score > 50", False),  # blank: no result, so it does not pass
        ("fallback(score, 0) < 50", True),
        ("email.endsWith('@example.com')", True),
        ("title == ''", True),
        ("previousStatus == 'old'", True),
        ("consent.given", True),
    ],
)
def test_a_filter_reads_the_lead_and_what_stands_beside_it(source: str, verdict: bool) -> None:
    lead = {
        "_id": LEAD, "status": "new", "email": "ana@example.com", "tags": ["vip"], "custom": {"plan": "gold"},
        "value": {"amount": "5000.00", "currency": "EUR"}, "address": {"country": "DE"}, "consent": {"given": True},
    }  # fmt: skip
    program = compile_filter("lead.status_changed", source, (FIELD,))
    assert passes(program, {"data": {"lead": lead, "previousStatus": "old", "types": ["lead.updated"]}}) is verdict


@pytest.mark.parametrize(
    ("type", "source"),
    [
        ("lead.created", ""),
        ("lead.created", "nothing == 'x'"),
        ("lead.created", "custom.undeclared == 'x'"),
        ("lead.created", "status"),
        ("lead.created", "status == "),
        ("lead.created", "score + 1"),
        ("lead.created", "tags.exists(tag, tag == 'vip')"),
        ("lead.created", "status == 'x'" + " || status == 'x'" * 300),
        ("webhook.received", "status == 'x'"),
        ("contact.created", "status == 'x'"),
        ("lead.exploded", "status == 'x'"),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused_with_a_sentence(type: str, source: str) -> None:
    with pytest.raises(BadFilter) as refused:
        compile_filter(type, source)
    assert refused.value.code == "invalid_filter"
    assert refused.value.message.endswith(".")
    assert refused.value.hint


def happened(**more: Any) -> Event:
    values: dict[str, Any] = {
        "id": EVENT, "types": ("lead.created",), "at": AT, "origin": "api", "hop": 0, "record_id": LEAD, "seq": 7,
        "data": {"lead.created": {"lead": {"_id": LEAD, "status": "new"}}},
    }  # fmt: skip
    return Event(**(values | more))


def test_one_event_starts_one_execution_with_one_id() -> None:
    listener = Listener(OWNER, ("lead.created",), None, automation_id=OWNER)
    start = start_of(COMPANY, happened(), listener)
    assert start is not None
    assert (start.id, start.order_seq, start.bulk) == (execution_id(EVENT, OWNER), None, False)
    assert start_of(COMPANY, happened(), listener) == start
    asked = start_of(COMPANY, happened(origin="import"), listener, asked=True)
    assert asked is not None
    assert asked.bulk


@pytest.mark.parametrize(
    ("event", "listener"),
    [
        (happened(origin="import"), Listener(OWNER, ("lead.created",), None, automation_id=OWNER)),
        (happened(origin=f"automation:{OWNER}"), Listener(OWNER, ("lead.created",), None, automation_id=OWNER)),
        (happened(), Listener(OWNER, ("lead.updated",), None, automation_id=OWNER)),
        (happened(), Listener(OWNER, ("lead.created",), "status == 'won'", automation_id=OWNER)),
        (happened(), Listener(OWNER, ("lead.created",), "custom.undeclared == 'x'", automation_id=OWNER)),
    ],
)
def test_what_starts_nothing(event: Event, listener: Listener) -> None:
    assert start_of(COMPANY, event, listener) is None


def test_what_is_started_is_cut_so_that_a_batch_holds_it() -> None:
    def starts(count: int, size: int) -> list[Start]:
        return [
            Start(
                id=f"{n:024x}", company_id=COMPANY, automation_id=OWNER, event_id=EVENT, event_type="lead.created",
                origin="api", hop=0, body="x" * size,
            )
            for n in range(count)
        ]  # fmt: skip

    assert [len(some) for some in batches(starts(400, 10))] == [
        STARTS_AT_ONCE,
        STARTS_AT_ONCE,
        400 - 2 * STARTS_AT_ONCE,
    ]
    large = list(batches(starts(20, 240 * 1024)))
    assert [start.id for some in large for start in some] == [f"{n:024x}" for n in range(20)]
    assert max(sum(len(one.body) for one in some) for some in large) < 2 * 1024 * 1024
    assert list(batches([])) == []


@pytest.mark.parametrize(
    ("config", "cron"),
    [
        ({}, "0 8 * * 1"),
        ({"day": "sunday", "hour": 0}, "0 0 * * 0"),
        ({"day": "Saturday", "hour": 23}, "0 23 * * 6"),
    ],
)
def test_when_the_weeks_time_comes(config: dict[str, Any], cron: str) -> None:
    assert weekly_cron(config) == cron


@pytest.mark.parametrize("config", [{"day": "someday"}, {"day": 1}, {"hour": 24}, {"hour": "8"}, {"hour": True}])
def test_a_time_that_is_none_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(InvalidSchedule):
        weekly_cron(config)


def run(trigger: Trigger) -> Run:
    return Run(
        id=EVENT, company_id=COMPANY, kind="push", connection_id=OWNER, provider="hubspot", trigger=trigger,
        status=RunStatus.RUNNING, started_at=AT,
    )  # fmt: skip


def item(action: str | None, code: str | None = None) -> Item:
    fault = None if code is None else FaultNote(code=code, message="No.", hint="Try.", cause="x", vendor_code="V")
    return Item(sent=LEAD, lead=LEAD, action=action, crm_id="501", fault=fault)


@pytest.mark.parametrize(
    ("outcome", "type"),
    [
        (item("created"), "crm.synced"),
        (item("updated"), "crm.synced"),
        (item("failed", "invalid_value"), "crm.sync_failed"),
        (item("held", "several_match"), "crm.sync_failed"),
        (item("unchanged"), None),
        (item("excluded"), None),
        (item(None), None),
        (item("failed", "run_cancelled"), None),
        (item("failed", "lead_not_found"), None),
        (Item(sent=LEAD, action="failed"), None),
    ],
)
def test_what_a_push_tells(outcome: Item, type: str | None) -> None:
    news = news_of(run(Trigger.REQUEST), [outcome])
    assert [one.type for one in news] == ([] if type is None else [type])
    for one in news:
        assert (one.origin, one.record_id, one.follows) == ("api", LEAD, False)
        check = jsonschema_rs.validator_for(dict(CATALOGUE[one.type].data))
        check.validate({**one.data, "leadId": LEAD})
    for one in news_of(run(Trigger.AUTOMATIC), [outcome]):
        assert one.follows  # what an import or an automation brought about stays theirs
