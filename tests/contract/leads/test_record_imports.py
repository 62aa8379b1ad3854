"""Imports of contacts, accounts and deals by the machinery of leads; and a limit that stops an import of leads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from leadbridge.leads.errors import CannotResume, ImportNotFound
from leadbridge.leads.fields import flatten
from leadbridge.leads.imports.intake import ImportOptions
from leadbridge.leads.imports.model import FILE_PIECES, Import, Status
from leadbridge.leads.imports.service import ImportService
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.service import Filters, RecordService
from leadbridge.leads.types import ACCOUNT, CONTACT, DEAL, LEAD, RecordType
from leadbridge.usage.model import Limit
from leadbridge.usage.quotas import LeadMeter, Quota
from leadbridge.usage.room import UsageRoom, usage_room
from leadbridge.usage.service import UsageService
from leadbridge.work.enqueue import TaskQueue
from tests.contract.leads.conftest import COMPANY, Room
from tests.support.files import on_disk

BY = "user:" + "f" * 24
FOREVER = float("inf")


async def brought(room: Room, type: RecordType, data: str, **options: object) -> Import:
    with on_disk(data) as file:
        return await room.imports.run(COMPANY, BY, "x.csv", file, ImportOptions(type=type, **options))  # type: ignore[arg-type]


async def held(room: Room, type: RecordType) -> dict[str | None, dict[str, object]]:
    service = RecordService(room.store, room.clock, room.ids, type=type)
    page = await service.page(COMPANY, Filters(), limit=200)
    return {record.external_id or record.name or record.email: dict(flatten(record)) for record in page.items}


def outcome(job: Import) -> Mapping[str, int]:
    return {name: count for name, count in job.counts.model_dump().items() if count}


async def test_accounts_contacts_and_deals_find_each_other(room: Room) -> None:
    accounts = await brought(
        room,
        ACCOUNT,
        "Account Number,Firma,Branche,Mitarbeiter,Website,Ort\nerp-1,Ejemplo SL,Packaging,40,ejemplo.example,Madrid\n"
        "erp-2,Muster AG,Bau,1.200,,Zürich\n,,Bau,3,,Bern\n",
    )
    assert outcome(accounts) == {"read": 3, "created": 2, "rejected": 1}
    contacts = await brought(
        room,
        CONTACT,
        "First Name,Last Name,Email,Account ID\nAna,Ruiz,ana@x.example,erp-1\nBob,Lee,bob@x.example,muster ag\n"
        "Cy,Poe,cy@x.example,nobody\n",
    )
    assert outcome(contacts) == {"read": 3, "created": 3, "warnings": 1}
    assert contacts.reasons == {"unknown_account": 1}
    deals = await brought(
        room,
        DEAL,
        "Deal Name,Stage,Amount,Currency,Close Date,Company,Contact Email\n"
        "Line,proposal,48000,EUR,2026-03-31,EJEMPLO sl,ANA@x.example\nLine,won,1,EUR,,Muster AG,\nLine,lost,,,,,\n",
    )
    assert outcome(deals) == {"read": 3, "created": 3}
    people, companies = await held(room, CONTACT), await held(room, ACCOUNT)
    by_name = RecordService(room.store, room.clock, room.ids, type=ACCOUNT)
    ejemplo, muster = await by_name.get(COMPANY, "erp-1"), await by_name.get(COMPANY, "erp-2")
    assert companies["erp-2"]["employees"] == 1200
    assert people["ana@x.example"]["accountId"] == ejemplo.id
    assert people["bob@x.example"]["accountId"] == muster.id
    assert "accountId" not in people["cy@x.example"]
    with_ejemplo = Filters(facets={"account": (ejemplo.id,)})
    (line,) = (await RecordService(room.store, room.clock, room.ids, type=DEAL).page(COMPANY, with_ejemplo)).items
    ana = (await RecordService(room.store, room.clock, room.ids, type=CONTACT).page(
        COMPANY, Filters(email="ana@x.example")
    )).items[0]  # fmt: skip
    assert (line.stage, line.close_date, line.contact_id) == ("proposal", "2026-03-31", ana.id)


@pytest.mark.parametrize(
    ("type", "data"),
    [
        (ACCOUNT, "Name,Phone,Country,Employees\nAcme,+442079460000,GB,5\nBolt,+442079460000,GB,7\n"),
        (CONTACT, "Name,Email\nAnn Lee,a@x.example\nBob Poe,b@x.example\n"),
        (DEAL, "Name,Stage\nLine,won\nRenewal,open\n"),
    ],
    ids=["account", "contact", "deal"],
)
async def test_the_same_file_changes_nothing_and_is_undone(room: Room, type: RecordType, data: str) -> None:
    """A shared telephone number joins no two accounts of different names."""
    first = await brought(room, type, data, merge=MergeMode.OVERWRITE)
    assert outcome(first) == {"read": 2, "created": 2}
    before = await held(room, type)
    again = await brought(room, type, data, merge=MergeMode.OVERWRITE)
    assert outcome(again) == {"read": 2, "unchanged": 2}
    assert await held(room, type) == before
    assert await held(room, LEAD) == {}
    await room.imports.undo(COMPANY, first.id)
    await room.imports.advance(COMPANY, first.id, FOREVER)
    ended = await room.imports.get(COMPANY, first.id, type)
    assert ended.undone is not None
    assert (ended.status, ended.undone.removed, await held(room, type)) == (Status.UNDONE, 2, {})


async def test_an_account_is_met_by_its_name_and_a_deal_by_name_and_account(room: Room) -> None:
    await brought(room, ACCOUNT, "Name\nAcme\nBolt\n")
    more = await brought(room, ACCOUNT, "Company,Industry\nACME,Tools\n")
    assert outcome(more) == {"read": 1, "updated": 1}
    await brought(room, DEAL, "Deal Name,Company\nRenewal,Acme\nRenewal,Bolt\nRenewal,\n")
    changed = await brought(room, DEAL, "Deal Name,Company,Stage\nrenewal,acme,won\nRenewal,,open\n")
    assert outcome(changed) == {"read": 2, "updated": 1, "created": 1}


async def test_one_type_does_not_show_the_imports_of_another(room: Room) -> None:
    job = await brought(room, DEAL, "Deal Name\nLine\n")
    assert [one.id for one in (await room.imports.page(COMPANY, DEAL)).items] == [job.id]
    assert (await room.imports.page(COMPANY, LEAD)).items == []
    with pytest.raises(ImportNotFound):
        await room.imports.get(COMPANY, job.id, LEAD)


class Metered:
    """Imports under a limit on new leads."""

    def __init__(self, room: Room) -> None:
        async def zone_of(company_id: str) -> str:
            return "UTC"

        self.room = room
        self.usage: UsageRoom = usage_room(room.store, room.clock, zone_of, {})
        counted = UsageService(room.store, room.clock, room.ids)
        meter = LeadMeter(self.usage.quotas, counted)
        queue = TaskQueue(room.store, room.clock, room.ids)
        self.imports = ImportService(room.store, room.clock, room.ids, counted, queue, None, meter)

    async def limit(self, hard: int | None) -> None:
        await self.usage.quotas.change(COMPANY, {Quota.LEADS: Limit(hard=hard)})

    async def begun(self, data: str, **options: object) -> Import:
        with on_disk(data) as file:
            return await self.imports.begin(COMPANY, BY, "x.csv", file, ImportOptions(**options))  # type: ignore[arg-type]

    async def advanced(self, id: str) -> Import:
        await self.imports.advance(COMPANY, id, FOREVER)
        return await self.imports.get(COMPANY, id)


def people(count: int) -> str:
    return "First Name,Email\n" + "".join(f"P{n},p{n}@x.example\n" for n in range(count))


async def test_a_full_limit_pauses_an_import_and_a_higher_one_lets_it_end(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 4)
    metered = Metered(room)
    await metered.limit(6)
    job = await metered.begun(people(10))
    held_up = await metered.advanced(job.id)
    assert (held_up.status, held_up.counts.created, held_up.counts.read) == (Status.PAUSED, 6, 6)
    assert held_up.error is not None
    assert held_up.error.code == "quota_exceeded"
    assert "4 rows wait" in held_up.error.message
    assert held_up.error.hint is not None
    assert len((await room.leads.page(COMPANY, Filters(), limit=50)).items) == 6
    assert await metered.imports.wait(COMPANY, job.id, 60.0) == held_up  # it does not wait for what does not come
    assert await metered.imports.sweep() == 0  # there is still no room
    again = await metered.imports.resume(COMPANY, job.id)
    assert again.status is Status.RUNNING
    assert (await metered.advanced(job.id)).status is Status.PAUSED
    await metered.limit(100)
    assert await metered.imports.sweep() == 1
    ended = await metered.advanced(job.id)
    assert (ended.status, ended.error) == (Status.DONE, None)
    assert outcome(ended) == {"read": 10, "created": 10}
    assert (await room.store[FILE_PIECES].of(COMPANY).find()).items == []
    assert {one.quota: one.used for one in await metered.usage.quotas.standings(COMPANY)}[Quota.LEADS] == 10
    with pytest.raises(CannotResume):
        await metered.imports.resume(COMPANY, job.id)


async def test_rows_that_make_no_lead_pass_a_full_limit(room: Room) -> None:
    metered = Metered(room)
    first = await metered.begun(people(3))
    assert (await metered.advanced(first.id)).status is Status.DONE
    await metered.limit(3)
    second = await metered.begun("First Name,Email,City\nP0,p0@x.example,Bonn\nP2,p2@x.example,Rome\n")
    assert outcome(await metered.advanced(second.id)) == {"read": 2, "updated": 2}
    accounts = await metered.begun("Name\nAcme\n", type=ACCOUNT)
    assert outcome(await metered.advanced(accounts.id)) == {"read": 1, "created": 1}


async def test_a_paused_import_is_cancelled_or_undone(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbridge.leads.imports.intake.PIECE_ROWS", 4)
    metered = Metered(room)
    await metered.limit(5)
    first = await metered.begun(people(8))
    assert (await metered.advanced(first.id)).status is Status.PAUSED
    await metered.imports.cancel(COMPANY, first.id)
    ended = await metered.advanced(first.id)
    assert (ended.status, ended.counts.created) == (Status.CANCELLED, 5)
    second = await metered.begun("First Name,Email\nNew,new@x.example\n")
    assert (await metered.advanced(second.id)).status is Status.PAUSED
    await metered.imports.undo(COMPANY, second.id)
    assert (await metered.advanced(second.id)).status is Status.UNDONE
    third = await metered.begun("First Name,Email\nNew,new@x.example\n")
    assert (await metered.advanced(third.id)).status is Status.PAUSED
    room.clock.advance(timedelta(days=41).total_seconds())
    assert await metered.imports.sweep() == 1
    assert (await metered.advanced(third.id)).status is Status.CANCELLED
    assert (await room.store[FILE_PIECES].of(COMPANY).find()).items == []
