"""Which leads a connection is told of after some changes."""

from __future__ import annotations

from datetime import UTC, datetime

from leadbridge.leads.change import Author
from leadbridge.leads.history import RecordEvent, event_id
from leadbridge.sync.automatic.tasks import concerned, crm_author

OURS, OTHER = "a" * 24, "b" * 24
USER = Author("api", "user:1")


def change(lead: str, seq: int, author: Author, verb: str = "updated") -> RecordEvent:
    return RecordEvent(
        id=event_id(lead, seq),
        company_id="c" * 24,
        types=(f"lead.{verb}",),
        record="lead",
        record_id=lead,
        seq=seq,
        at=datetime(2026, 11, 23, tzinfo=UTC),
        origin=author.origin,
        by=author.by,
    )


def test_each_changed_lead_once() -> None:
    events = [change("1" * 24, 1, USER, "created"), change("2" * 24, 4, USER), change("1" * 24, 2, USER, "merged")]
    assert concerned(events, OURS) == ["1" * 24, "2" * 24]


def test_a_change_taken_over_from_a_crm_goes_to_every_other_one() -> None:
    events = [change("1" * 24, 1, crm_author(OURS)), change("2" * 24, 1, crm_author(OTHER))]
    assert concerned(events, OURS) == ["2" * 24]
    assert concerned(events, OTHER) == ["1" * 24]
    assert concerned([*events, change("1" * 24, 2, USER)], OURS) == ["2" * 24, "1" * 24]


def test_a_deleted_lead_is_not_pushed() -> None:
    assert concerned([change("1" * 24, 2, USER, "deleted")], OURS) == []
