"""Files brought in on a real store: the examples twice, cut off anywhere, two at once, and every kind of bad file."""

from __future__ import annotations

import asyncio
import importlib.util
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from leadbridge.leads.errors import ImportNotFound, ImportOvertaken, UnreadableFile
from leadbridge.leads.fields import flatten
from leadbridge.leads.imports.intake import ImportOptions
from leadbridge.leads.imports.model import FILE_PIECES, Import, Severity, Status
from leadbridge.leads.imports.report import header_line, report_lines
from leadbridge.leads.imports.service import ImportService
from leadbridge.leads.imports.tasks import import_handler
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.model import LEADS, LeadBody
from leadbridge.leads.service import Filters
from leadbridge.leads.types import LEAD
from leadbridge.security.xlsx import UnsafeWorkbook
from leadbridge.storage.batch import WriteBatch
from leadbridge.usage.model import USAGE_EVENTS
from leadbridge.usage.service import UsageService
from leadbridge.work.enqueue import TaskQueue
from leadbridge.work.handlers import Handlers
from leadbridge.work.metrics import WorkMetrics
from leadbridge.work.schedules import Schedules
from leadbridge.work.worker import Worker
from tests.contract.leads.conftest import AUTHOR, COMPANY, OTHER, Room
from tests.support.files import on_disk

EXAMPLES = Path(__file__).parents[3] / "examples"
WIRE_LINES, WIRE_ROWS = 500, 462
"""How many lines of the example file, and how many rows these are, are enough on the wire server."""
US = ImportOptions(default_country="US")


async def bring(room: Room, data: bytes | str, options: ImportOptions = US, name: str = "leads.csv") -> Import:
    with on_disk(data) as file:
        return await room.imports.run(COMPANY, "user:" + "f" * 24, name, file, options)


async def stored(room: Room) -> dict[str, Any]:
    """Return every lead of the company by id."""
    leads: dict[str, Any] = {}
    after = None
    while True:
        page = await room.store[LEADS].of(COMPANY).find(limit=500, after=after)
        leads |= {lead.id: lead for lead in page.items}
        after = page.next
        if after is None:
            return leads


def counts(job: Import) -> dict[str, int]:
    found = job.counts
    assert found.read == found.created + found.updated + found.unchanged + found.merged + found.rejected
    return found.model_dump()


def people(count: int) -> str:
    rows = (f"First{n},Last{n},p{n}@x.example,+44770090{n:04d}" for n in range(count))
    return "First Name,Last Name,Email,Phone\n" + "\n".join(rows)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_leads", EXAMPLES / "generate_leads.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate_leads"] = module
    spec.loader.exec_module(module)
    return module


def test_the_generator_makes_the_committed_files_byte_for_byte(generator: ModuleType) -> None:
    made = generator.files()
    assert set(made) == {path.name for path in EXAMPLES.glob("*.csv")}
    for name, data in made.items():
        assert (EXAMPLES / name).read_bytes() == data, name


async def test_the_example_rows_twice(room: Room, on_wire: bool) -> None:
    data = (EXAMPLES / "leads.csv").read_bytes()
    rows = 5000
    if on_wire:  # the wire server collects all matches of a question: a tenth of the size
        data, rows = b"".join(data.splitlines(keepends=True)[: WIRE_LINES + 1]), WIRE_ROWS
    first = await bring(room, data)
    before = await stored(room)
    room.clock.advance(3600)
    second = await bring(room, data)
    one, two = counts(first), counts(second)
    assert first.status is second.status is Status.DONE
    assert one["read"] == two["read"] == rows
    assert one["created"] == len(before) > 0.8 * rows
    assert one["merged"] == two["merged"] > 0.05 * rows
    assert one["rejected"] == two["rejected"] > 0.015 * rows
    assert (two["created"], two["updated"], two["unchanged"]) == (0, 0, one["created"])
    assert await stored(room) == before
    expected = {"no_identity", "invalid_email", "ragged_row", "invalid_phone", "unknown_country"}
    assert (expected - {"invalid_phone", "unknown_country"} if on_wire else expected) <= set(first.reasons)
    ids, onward = await room.imports.record_ids(COMPANY, second.id, limit=10_000)
    assert onward is None
    assert ids == (await room.imports.record_ids(COMPANY, first.id, limit=10_000))[0]
    assert sorted(ids) == sorted(before)
    names = " ".join(lead.last_name or "" for lead in before.values())
    assert "Müller" in names
    assert "Ã" not in names


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [("leads-windows-1252.csv", "windows-1252", ";"), ("leads-utf16.csv", "utf-16", "\t")],
)
async def test_the_small_examples(room: Room, name: str, encoding: str, delimiter: str) -> None:
    job = await bring(room, (EXAMPLES / name).read_bytes())
    assert (job.encoding, job.delimiter, job.counts.read) == (encoding, delimiter, 50)
    assert job.counts.created > 35
    assert all(column.field for column in job.columns if column.header != "Notes")


async def test_an_import_is_kept_with_what_it_read_and_how(room: Room) -> None:
    job = await bring(room, "Name;E-Mail;Shoe size\nAnn Lee;ann@example.com;43\n", name="../../list.csv")
    assert await room.imports.get(COMPANY, job.id) == job
    assert [(c.header, c.field, c.how) for c in job.columns] == [
        ("Name", "fullName", "name"), ("E-Mail", "email", "name"), ("Shoe size", None, "custom"),
    ]  # fmt: skip
    assert (job.name, job.size, job.rows, job.started_by) == ("../../list.csv", 49, 1, "user:" + "f" * 24)
    (lead,) = (await stored(room)).values()
    assert flatten(lead) == {
        "firstName": "Ann", "lastName": "Lee", "email": "ann@example.com", "custom.Shoe size": "43",
    }  # fmt: skip
    assert (lead.origin, {entry.by for entry in lead.changed}) == ("import", {f"import:{job.id}"})
    events = (await room.store[USAGE_EVENTS].of(COMPANY).find()).items
    assert [(e.event_type, e.status, e.metrics.records_processed, e.run_id) for e in events] == [
        ("lead_import", "success", 1, job.id)
    ]


async def test_rows_fall_on_leads_that_are_already_there(room: Room) -> None:
    made = await room.leads.create(
        COMPANY, AUTHOR, LeadBody.model_validate({"email": "ann@example.com", "title": "CEO", "externalId": "7"})
    )
    rows = "Id,Last Name,Email,Title\n,Lee,ANN@example.com,CTO\n7,Lee,,COO\n8,Poe,ann@example.com,\n"
    job = await bring(room, rows)
    assert counts(job) == {
        "read": 3, "created": 1, "updated": 1, "unchanged": 0, "merged": 1, "rejected": 0, "warnings": 0,
    }  # fmt: skip
    lead = await room.leads.get(COMPANY, made.id)
    assert (lead.title, lead.last_name, lead.seq) == ("CEO", "Lee", 2)


async def test_overwrite_replaces_what_was_there_but_not_within_the_file(room: Room) -> None:
    made = await room.leads.create(COMPANY, AUTHOR, LeadBody(email="ann@example.com", title="CEO"))
    rows = "Email,Title,City\nann@example.com,CTO,\nann@example.com,COO,Bonn\n"
    options = ImportOptions(merge=MergeMode.OVERWRITE)
    job = await bring(room, rows, options)
    assert (job.counts.updated, job.counts.merged) == (1, 1)
    lead = await room.leads.get(COMPANY, made.id)
    assert (lead.title, lead.address and lead.address.city) == ("CTO", "Bonn")
    again = await bring(room, rows, options)
    assert (again.counts.unchanged, again.counts.merged) == (1, 1)
    assert await room.leads.get(COMPANY, made.id) == lead


async def test_a_name_alone_is_met_again_by_the_same_file(room: Room) -> None:
    rows = "First Name,Last Name\nAnn,Lee\nAnn,Lee\n"
    first, second = await bring(room, rows), await bring(room, rows)
    assert (first.counts.created, second.counts.created, second.counts.unchanged) == (2, 0, 2)


async def test_a_lead_edited_since_is_met_again_by_the_same_file(room: Room) -> None:
    rows = "Last Name,Email\nLee,ann@example.com\n"
    await bring(room, rows)
    (id,) = await stored(room)
    await room.leads.update(COMPANY, AUTHOR, id, LeadBody(email="ann@new.example"))
    again = await bring(room, rows)
    assert again.counts.unchanged == 1
    assert (await room.leads.get(COMPANY, id)).email == "ann@new.example"


async def test_every_rejected_row_is_reported_with_its_cells(room: Room) -> None:
    job = await bring(room, "Last Name,Email,Company\n,,Acme\nLee,l@x.example,\n,bad@,\nPoe,p@,x\na,b,c,d\n")
    assert counts(job) | {} == {
        "read": 5, "created": 2, "updated": 0, "unchanged": 0, "merged": 0, "rejected": 3, "warnings": 1,
    }  # fmt: skip
    assert job.reasons == {"invalid_email": 2, "no_identity": 1, "ragged_row": 1}
    page = await room.imports.reports(COMPANY, job.id, limit=2)
    rest = await room.imports.reports(COMPANY, job.id, limit=2, after=page.next)
    rejected = [*page.items, *rest.items]
    assert [(r.row, r.problems[0].code, r.cells) for r in rejected] == [
        (2, "no_identity", ("", "", "Acme")),
        (4, "invalid_email", ("", "bad@", "")),
        (6, "ragged_row", ("a", "b", "c", "d")),
    ]
    (warning,) = (await room.imports.reports(COMPANY, job.id, Severity.WARNING)).items
    assert (warning.row, warning.problems[0].code, warning.subjects) == (5, "invalid_email", (warning.record_id,))
    assert (await room.imports.reports(OTHER, job.id)).items == []
    with pytest.raises(ImportNotFound):
        await room.imports.get(OTHER, job.id)


async def test_the_report_corrected_is_a_file_to_import(room: Room) -> None:
    job = await bring(room, "Last Name,Email,Note\n,,=1+1\n")
    reports = (await room.imports.reports(COMPANY, job.id)).items
    text = header_line(job.columns) + report_lines(reports)
    assert "'=1+1" in text
    assert (await bring(room, text)).counts.rejected == 1
    again = await bring(room, text.replace(",,'=1+1", "Lee,,'=1+1"))
    assert again.counts.created == 1
    (lead,) = (await stored(room)).values()
    assert flatten(lead) == {"lastName": "Lee", "custom.Note": "=1+1"}


@pytest.mark.parametrize("landed_first", [True, False], ids=["landed", "lost"])
@pytest.mark.parametrize("after", [0, 1, 2, 5, 9])
async def test_cut_off_anywhere_it_goes_on_and_everybody_is_in_once(
    room: Room, after: int, landed_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 10)
    rows = people(60) + "\n" + "\n".join(f",Last{n},P{n}@X.example," for n in range(0, 60, 5))
    with on_disk(rows) as file:
        job = await room.imports.begin(COMPANY, "user:x", "x.csv", file, US)
    task: asyncio.Task[bool] | None = None
    writes = 0
    whole = room.store.write

    async def cut(batch: WriteBatch) -> Any:
        nonlocal writes
        writes += 1
        if writes != after + 1 or task is None:
            return await whole(batch)
        if landed_first:
            await whole(batch)  # before it is cancelled: else it would land whenever the store comes to it
        task.cancel()
        await asyncio.sleep(0)
        raise AssertionError("the import goes on after it was cancelled")

    monkeypatch.setattr(room.store, "write", cut)
    task = asyncio.create_task(room.imports.advance(COMPANY, job.id, float("inf")))
    with pytest.raises(asyncio.CancelledError):
        await task
    monkeypatch.setattr(room.store, "write", whole)
    broken = await room.imports.get(COMPANY, job.id)
    if not broken.ended:  # the cut can be behind the end, while what is left of the file is deleted
        assert len(await stored(room)) == broken.counts.created
    another = service_of(room)
    await another.advance(COMPANY, job.id, float("inf"))
    done = await another.get(COMPANY, job.id)
    assert (done.status, counts(done)) == (
        Status.DONE,
        {"read": 72, "created": 60, "updated": 0, "unchanged": 0, "merged": 12, "rejected": 0, "warnings": 0},
    )
    assert len({lead.email_key for lead in (await stored(room)).values()}) == len(await stored(room)) == 60
    assert (await room.store[FILE_PIECES].of(COMPANY).find()).items == []


def service_of(room: Room) -> ImportService:
    """Return the imports as another process would have them."""
    return ImportService(
        room.store,
        room.clock,
        room.ids,
        UsageService(room.store, room.clock, room.ids),
        TaskQueue(room.store, room.clock, room.ids),
    )


async def test_of_two_processes_at_one_import_the_later_one_goes_on(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 5)
    with on_disk(people(40)) as file:
        job = await room.imports.begin(COMPANY, "user:x", "x.csv", file, US)
    both = (service.advance(COMPANY, job.id, float("inf")) for service in (room.imports, service_of(room)))
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(end, ImportOvertaken) for end in ended) == 1
    done = await room.imports.get(COMPANY, job.id)
    assert (done.status, done.counts.created, len(await stored(room))) == (Status.DONE, 40, 40)


async def test_two_files_at_once_make_nobody_twice(room: Room) -> None:
    jobs = []
    for n in range(3):
        with on_disk(people(30 + n)) as file:
            jobs.append(await room.imports.begin(COMPANY, "user:x", "x.csv", file, US))
    metrics = WorkMetrics(CollectorRegistry())
    queue = TaskQueue(room.store, room.clock, room.ids)
    handlers = Handlers(import_handler(room.imports, room.clock))
    worker = Worker(
        room.store, room.clock, room.ids, random.Random(1), handlers, metrics,
        Schedules(room.store, room.clock, room.ids, queue),
    )  # fmt: skip
    await worker.drain()
    leads = await stored(room)
    assert len({lead.email_key for lead in leads.values()}) == len(leads) == 32
    ended = [await room.imports.get(COMPANY, job.id) for job in jobs]
    assert {job.status for job in ended} == {Status.DONE}
    assert sum(job.counts.created for job in ended) == 32


async def test_rows_too_large_for_one_batch_are_stored_all_the_same(room: Room) -> None:
    note = "n" * 1900
    header = "Email," + ",".join(f"c{n}" for n in range(12))
    rows = "\n".join(f"p{n}@x.example," + ",".join([note] * 12) for n in range(300))
    job = await bring(room, header + "\n" + rows)
    assert job.counts.created == 300
    ids, onward = await room.imports.record_ids(COMPANY, job.id, limit=120)
    more, end = await room.imports.record_ids(COMPANY, job.id, limit=200, after=onward)
    assert (len(set(ids + more)), end) == (300, None)


async def test_a_change_by_others_meanwhile_is_not_lost(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await room.leads.create(COMPANY, AUTHOR, LeadBody(email="ann@example.com"))
    whole = room.store.write
    done = False

    async def first_the_other(batch: WriteBatch) -> Any:
        nonlocal done
        if ("leads", made.id) in batch.touched and not done:
            done = True
            await room.leads.update(COMPANY, AUTHOR, made.id, LeadBody(title="CEO"))
        return await whole(batch)

    monkeypatch.setattr(room.store, "write", first_the_other)
    job = await bring(room, "Email,Title,City\nann@example.com,CTO,Bonn\n")
    lead = await room.leads.get(COMPANY, made.id)
    assert (job.counts.updated, lead.title, lead.address and lead.address.city) == (1, "CEO", "Bonn")


@pytest.mark.parametrize(
    ("make", "error", "code"),
    [
        (lambda: b"", UnreadableFile, "empty_file"),
        (lambda: b"PK\x03\x04", UnsafeWorkbook, "not_a_workbook"),
        (lambda: b"ann@example.com,Ann\n", UnreadableFile, "no_header"),
        (lambda: random.Random(1).randbytes(5000), UnreadableFile, "not_csv"),
    ],
)
async def test_a_file_that_cannot_be_read_changes_nothing(
    room: Room, make: Callable[[], bytes], error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as caught:
        await bring(room, make())
    assert caught.value.code == code  # type: ignore[attr-defined]
    assert caught.value.hint  # type: ignore[attr-defined]
    assert (await room.imports.page(COMPANY, LEAD)).items == []
    assert (await room.leads.page(COMPANY, Filters())).items == []


async def test_a_header_alone_is_an_import_of_nobody(room: Room) -> None:
    job = await bring(room, "First Name,Email\n")
    assert (job.status, counts(job)["read"]) == (Status.DONE, 0)
