"""What can be done about an import: preview its reading, cancel, undo, all or nothing; and files that never came in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from leadbridge.leads.errors import CannotCancel, CannotUndo
from leadbridge.leads.fields import flatten
from leadbridge.leads.imports.intake import ImportOptions
from leadbridge.leads.imports.model import FILE_PIECES, IMPORTS, RECORDS_BEFORE, Import, Severity, Status
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.model import LeadBody
from leadbridge.leads.service import Filters
from leadbridge.leads.types import LEAD
from leadbridge.storage.batch import WriteBatch
from leadbridge.usage.model import USAGE_EVENTS
from tests.contract.leads.conftest import AUTHOR, COMPANY, Room
from tests.support.broken_files import workbook
from tests.support.files import on_disk

BY = "user:" + "f" * 24
FOREVER = float("inf")


async def begun(room: Room, data: bytes | str, **options: object) -> Import:
    with on_disk(data) as file:
        return await room.imports.begin(COMPANY, BY, "x", file, ImportOptions(**options))  # type: ignore[arg-type]


async def brought(room: Room, data: bytes | str, **options: object) -> Import:
    job = await begun(room, data, **options)
    await room.imports.advance(COMPANY, job.id, FOREVER)
    return await room.imports.get(COMPANY, job.id)


async def undone(room: Room, job: Import) -> Import:
    await room.imports.undo(COMPANY, job.id)
    await room.imports.advance(COMPANY, job.id, FOREVER)
    return await room.imports.get(COMPANY, job.id)


def people(count: int, start: int = 0) -> str:
    rows = (f"First{n},Last{n},p{n}@x.example" for n in range(start, start + count))
    return "First Name,Last Name,Email\n" + "\n".join(rows) + "\n"


async def everybody(room: Room) -> dict[str | None, dict[str, object]]:
    page = await room.leads.page(COMPANY, Filters(), limit=500)
    return {lead.email: dict(flatten(lead)) for lead in page.items}


async def test_undo_removes_what_was_made_and_puts_back_what_was_changed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 2)
    body = {
        "email": "ann@x.example", "title": "CEO", "tags": ["old"], "value": {"amount": "5", "currency": "EUR"},
        "consent": {"given": True}, "custom": {"Size": 43},
    }  # fmt: skip
    await room.leads.create(COMPANY, AUTHOR, LeadBody.model_validate(body))
    before = await everybody(room)
    rows = (
        "Email,Title,Value,Consent,Tags,Size,City\nann@x.example,CTO,7 USD,no,new,44,\nbob@x.example,COO,,,,,\n"
        "cy@x.example,,,,,,\nANN@x.example,,,,again,,Bonn\nbob@x.example,,,,,,Rome\n"
    )
    job = await brought(room, rows, merge=MergeMode.OVERWRITE)
    assert (job.counts.created, job.counts.updated, job.counts.merged) == (2, 1, 2)
    ann = (await everybody(room))["ann@x.example"]
    assert (ann["title"], ann["tags"], ann["custom.Size"]) == ("CTO", ("old", "new", "again"), "44")
    ended = await undone(room, job)
    assert ended.status is Status.UNDONE
    assert ended.undone is not None
    assert (ended.undone.removed, ended.undone.kept) == (2, 0)
    assert await everybody(room) == before
    assert (await room.store[RECORDS_BEFORE].of(COMPANY).find()).items == []
    with pytest.raises(CannotUndo):
        await room.imports.undo(COMPANY, job.id)
    again = await brought(room, rows, merge=MergeMode.OVERWRITE)
    assert (again.counts.created, again.counts.updated) == (2, 1)


async def test_undo_leaves_what_was_changed_since_and_tells(room: Room) -> None:
    ann = await room.leads.create(COMPANY, AUTHOR, LeadBody(email="ann@x.example"))
    job = await brought(room, "Email,Title,City\nann@x.example,CTO,Bonn\nbob@x.example,COO,Rome\ncy@x.example,,\n")
    (bob,) = (await room.leads.page(COMPANY, Filters(email="bob@x.example"))).items
    await room.leads.update(COMPANY, AUTHOR, bob.id, LeadBody(title="Owner"))
    await room.leads.update(COMPANY, AUTHOR, ann.id, LeadBody(title="Boss"))
    ended = await undone(room, job)
    assert ended.undone is not None
    assert (ended.undone.removed, ended.undone.restored, ended.undone.kept) == (1, 1, 2)
    left = await everybody(room)
    assert left["ann@x.example"] == {"email": "ann@x.example", "title": "Boss"}
    assert left["bob@x.example"] == {"email": "bob@x.example", "title": "Owner", "address.city": "Rome"}
    assert "cy@x.example" not in left
    kept = (await room.imports.reports(COMPANY, job.id, Severity.KEPT)).items
    assert [(report.row, report.record_id, report.problems[0].code) for report in kept] == [
        (2, ann.id, "changed_since"), (3, bob.id, "changed_since"),
    ]  # fmt: skip


async def test_an_undo_that_is_cut_off_goes_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 5)
    job = await brought(room, people(20))
    await room.imports.undo(COMPANY, job.id)
    assert await room.imports.advance(COMPANY, job.id, room.clock.monotonic())  # one batch
    halfway = await room.imports.get(COMPANY, job.id)
    assert (halfway.status, halfway.undone and halfway.undone.removed) == (Status.UNDOING, 5)
    await room.imports.advance(COMPANY, job.id, FOREVER)
    ended = await room.imports.get(COMPANY, job.id)
    assert (ended.status, ended.undone and ended.undone.removed) == (Status.UNDONE, 20)
    assert await everybody(room) == {}


async def test_an_old_import_is_not_undone(room: Room) -> None:
    job = await brought(room, people(1))
    room.clock.advance(timedelta(days=91).total_seconds())
    with pytest.raises(CannotUndo, match="90 days"):
        await room.imports.undo(COMPANY, job.id)


async def test_a_cancelled_import_keeps_what_it_stored_and_lets_go_of_the_file(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 5)
    job = await begun(room, people(20))
    for _ in range(2):
        await room.imports.advance(COMPANY, job.id, room.clock.monotonic())
    asked = await room.imports.cancel(COMPANY, job.id)
    assert asked.cancelling
    assert await room.imports.cancel(COMPANY, job.id) == asked
    await room.imports.advance(COMPANY, job.id, FOREVER)
    ended = await room.imports.get(COMPANY, job.id)
    assert (ended.status, ended.counts.read, len(await everybody(room))) == (Status.CANCELLED, 5, 5)
    assert (await room.store[FILE_PIECES].of(COMPANY).find()).items == []
    assert [event.status for event in (await room.store[USAGE_EVENTS].of(COMPANY).find()).items] == ["failed"]
    with pytest.raises(CannotCancel):
        await room.imports.cancel(COMPANY, job.id)
    assert (await undone(room, ended)).status is Status.UNDONE
    assert await everybody(room) == {}


async def test_all_or_nothing_is_nothing_where_a_row_is_bad(room: Room) -> None:
    job = await brought(room, people(8) + ",,\n,,bad@\n", all_or_nothing=True)
    assert (job.status, job.error and job.error.code) == (Status.FAILED, "all_or_nothing")
    assert (job.counts.read, job.counts.rejected) == (9, 9)
    assert job.reasons == {"all_or_nothing": 8, "invalid_email": 1}
    assert [report.row for report in (await room.imports.reports(COMPANY, job.id)).items] == [11]
    assert await everybody(room) == {}
    assert (await room.store[FILE_PIECES].of(COMPANY).find()).items == []


async def test_all_or_nothing_is_all_where_every_row_is_good(room: Room) -> None:
    job = await brought(room, people(8), all_or_nothing=True)
    assert (job.status, job.counts.created, job.counts.read) == (Status.DONE, 8, 8)


async def test_all_or_nothing_cancelled_halfway_is_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 2)
    job = await begun(room, people(8), all_or_nothing=True)
    while (await room.imports.get(COMPANY, job.id)).status is not Status.RUNNING or not await everybody(room):
        await room.imports.advance(COMPANY, job.id, room.clock.monotonic())
    await room.imports.cancel(COMPANY, job.id)
    await room.imports.advance(COMPANY, job.id, FOREVER)
    assert (await room.imports.get(COMPANY, job.id)).status is Status.CANCELLED
    assert await everybody(room) == {}


async def test_skip_leaves_every_lead_as_it_is(room: Room) -> None:
    await room.leads.create(COMPANY, AUTHOR, LeadBody(email="ann@x.example"))
    job = await brought(room, "Email,Title\nann@x.example,CTO\nbob@x.example,COO\n", merge=MergeMode.SKIP)
    assert (job.counts.unchanged, job.counts.created) == (1, 1)
    assert (await everybody(room))["ann@x.example"] == {"email": "ann@x.example"}


async def test_a_workbook_is_imported_and_again_changes_nothing(room: Room) -> None:
    data = workbook(("Zoë", 42, "z@good.example"))
    first, second = await brought(room, data), await brought(room, data)
    assert (first.format, first.counts.created) == ("xlsx", 3)
    assert (second.counts.created, second.counts.unchanged) == (0, 3)
    assert (await everybody(room))["z@good.example"]["lastName"] == "42"


async def test_a_file_that_never_came_in_whole_is_ended_by_the_sweep(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = room.store.write

    async def lost(batch: WriteBatch) -> object:
        if any(name == IMPORTS.name for name, _ in batch.touched) and len(batch) > 1:
            raise asyncio.CancelledError
        return await whole(batch)

    async def gone(job: Import) -> None:
        return None

    with monkeypatch.context() as dying:
        dying.setattr(room.store, "write", lost)
        dying.setattr(room.imports.receiving, "drop", gone)
        with pytest.raises(asyncio.CancelledError):
            await begun(room, people(3))
    (job,) = (await room.imports.page(COMPANY, LEAD)).items
    assert job.status is Status.RECEIVING
    assert await room.imports.sweep() == 0
    room.clock.advance(601)
    assert await room.imports.sweep() == 1
    ended = await room.imports.get(COMPANY, job.id)
    assert (ended.status, ended.error and ended.error.code) == (Status.FAILED, "upload_cut_off")


@pytest.mark.parametrize("room", ["memory"], indirect=True)
async def test_a_preview_tells_encoding_mapping_and_problems(room: Room) -> None:
    text = "Vorname;Name;E-Mail;Firma;Schuhgröße\nAnna;Müller;anna@x.example;Söhne;43\n;;;;\nBen;;kein@;;\n"
    with on_disk(text.encode("windows-1252")) as file:
        opened = await room.imports.open(file, ImportOptions())
    assert (opened.encoding.name, opened.layout.delimiter, opened.layout.header_row) == ("windows-1252", ";", 1)
    assert [(column.field, column.how) for column in opened.columns] == [
        ("firstName", "name"), ("lastName", "name"), ("email", "name"), ("company", "name"), (None, "custom"),
    ]  # fmt: skip
    assert opened.problems(None) == {"invalid_email": 1}
    assert opened.read(opened.head[0], None).fields["lastName"] == "Müller"
