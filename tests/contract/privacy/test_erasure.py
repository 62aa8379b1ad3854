"""Forgetting a person: nothing of them is left in any document or byte of the file, and nobody brings them back."""

from __future__ import annotations

import base64
import json
import sqlite3
from datetime import timedelta

import msgspec
import pytest

from leadbridge.automation.delivery.model import ATTEMPTS, EXECUTIONS, Attempt, Execution, ExecutionState
from leadbridge.kinds import KINDS
from leadbridge.leads.errors import LeadNotFound, PersonErased
from leadbridge.leads.imports.model import IMPORT_PARTS, ROW_REPORTS, Severity
from leadbridge.leads.merging import Merge
from leadbridge.leads.model import LEADS, ContactBody, LeadBody
from leadbridge.leads.occurrences import OCCURRENCES, Occurrence
from leadbridge.privacy.errors import ErasureNotFound, WhomToErase
from leadbridge.privacy.model import ERASED_PEOPLE, ErasureState
from leadbridge.privacy.service import SETTLE
from leadbridge.storage.backup import all_documents
from leadbridge.storage.batch import WriteBatch
from leadbridge.sync.links import fresh
from leadbridge.sync.model import LINKS, FieldBase, Link
from leadbridge.usage.model import ERRORS
from leadbridge.usage.service import Failure
from tests.contract.privacy.conftest import AUTHOR, BY, House

OTHER = "b" * 24
CANARY = {
    "externalId": "cAnArY-ext-7731",
    "firstName": "Canarietta",
    "lastName": "Müllerowska",
    "email": "canarietta.m@plantedcorp.example",
    "phone": "+12025550143",
    "company": "Planted Corp Nineteen",
    "title": "Chief Canary",
    "address": {"street": "17 Feather Lane", "city": "Aviary"},
    "custom": {"Nickname": "Tweetybird"},
    "tags": ["canary-tag-x"],
}
TOKENS = [
    "cAnArY-ext-7731", "Canarietta", "Müllerowska", "canarietta.m@plantedcorp.example", "2025550143",
    "Planted Corp Nineteen", "Chief Canary", "17 Feather Lane", "Tweetybird", "canary-tag-x",
]  # fmt: skip


def failure(lead_id: str) -> Failure:
    return Failure(
        operation="sync_leads",
        code="refused",
        message=f"canarietta.m@plantedcorp.example is no contact ({CANARY['firstName']})",
        cause="c",
        hint="h",
        retryable=True,
        lead_id=lead_id,
    )


async def planted(house: House) -> str:
    """Put one person into every kind of document, beside others, and return the id of the record."""
    rows = "".join(f"Other{n},Person{n},o{n}@others.example,+1202555{n:04d}\n" for n in range(150, 350))
    await house.bring("First name,Last name,E-mail,Phone\n" + rows)
    lead = await house.lead(**CANARY)
    await house.bring(
        "First name,Last name,E-mail,Phone,Nickname,Value\n"
        "Canarietta,Müllerowska,canarietta.m@plantedcorp.example,+1 202 555 0143,Tweetybird,not money\n"
        "Other150,Person150,o150@others.example,,,\n"
        ",,,+1 202 555 0143,Tweetybird,\n"  # becomes nobody, and is the person's all the same
        ",,,+1 202 555 0999,Nobody,\n"
    )
    link = fresh_link(house, lead.id)
    await house.hub.store.write(WriteBatch().insert(LINKS, link))
    await house.hub.usage.record_failures(house.company, [failure(lead.id)])
    await house.hub.store.write(handed_on(house, lead.id))
    return lead.id


def handed_on(house: House, lead_id: str) -> WriteBatch:
    """Return a batch with what tells of the person that was sent to an endpoint, and what that answered."""
    event, endpoint, now = house.hub.ids(), house.hub.ids(), house.hub.clock.now()
    company, subjects = house.company, (lead_id,)
    occurrence = Occurrence(
        id=event,
        company_id=company,
        subjects=subjects,
        type="crm.synced",
        at=now,
        origin="api",
        record_id=lead_id,
        data={"name": CANARY["lastName"]},
    )
    execution = Execution(
        id=house.hub.ids(),
        endpoint_id=endpoint,
        event_id=event,
        event_type="crm.synced",
        record_id=lead_id,
        origin="api",
        state=ExecutionState.SUCCEEDED,
        body=json.dumps({"data": {"lead": CANARY}}, ensure_ascii=False),
        created_at=now,
        company_id=company,
        subjects=subjects,
    )
    attempt = Attempt(
        id=house.hub.ids(),
        execution_id=execution.id,
        endpoint_id=endpoint,
        n=1,
        at=now,
        milliseconds=1,
        code="delivered",
        body=f"thank you for {CANARY['email']}",
        company_id=company,
        subjects=subjects,
    )
    return WriteBatch().insert(OCCURRENCES, occurrence).insert(EXECUTIONS, execution).insert(ATTEMPTS, attempt)


def fresh_link(house: House, lead_id: str) -> Link:
    made = fresh(house.hub.ids(), house.company, "c" * 24, "contacts", "leads", lead_id)
    base = FieldBase(f="email", ours=str(CANARY["email"]), theirs=str(CANARY["email"]))
    return msgspec.structs.replace(made, crm_id="151", fields=(base,))


async def everything(house: House) -> str:
    """Return every stored document as one text."""
    found = [json.dumps(body, ensure_ascii=False) async for _, body in all_documents(house.hub.store.engine, KINDS)]
    return "\n".join(found)


async def test_every_trace_of_a_person_goes_and_everybody_else_stays(house: House) -> None:
    lead_id = await planted(house)
    held = await everything(house)
    assert all(token in held for token in TOKENS)
    before = len((await house.hub.store[LEADS].of(house.company).find(limit=500)).items)
    erasure = await house.hub.privacy.erase(house.company, BY, lead_id=lead_id)
    assert erasure.state is ErasureState.SETTLING
    assert erasure.documents["leads"] == 1
    assert erasure.documents["links"] == 1
    assert erasure.documents["error_log"] == 1
    assert erasure.documents["import_records"] == 1
    assert erasure.documents["import_rejects"] == 2
    left = await everything(house)
    assert [token for token in TOKENS if token in left] == []
    assert len((await house.hub.store[LEADS].of(house.company).find(limit=500)).items) == before - 1
    reports = (await house.hub.store[ROW_REPORTS].of(house.company).find()).items
    assert [report.cells[3] for report in reports] == ["+1 202 555 0999"]
    for part in (await house.hub.store[IMPORT_PARTS].of(house.company).find()).items:
        assert lead_id not in part.targets + part.record_ids + part.subjects
        assert len(part.rows) == len(part.targets) > 0
    with pytest.raises(LeadNotFound):
        await house.hub.privacy.erase(house.company, BY, lead_id=lead_id)


async def test_the_last_look_takes_what_was_written_meanwhile_and_forgets_the_id(house: House) -> None:
    lead_id = await planted(house)
    erasure = await house.hub.privacy.erase(house.company, BY, lead_id=lead_id)
    await house.hub.usage.record_failures(house.company, [failure(lead_id)])  # by a push that had read the record
    assert await house.hub.privacy.sweep() == 0
    house.clock.advance(SETTLE.total_seconds())
    assert await house.hub.privacy.sweep() == 1
    after = await house.hub.privacy.one(house.company, erasure.id)
    assert after.state is ErasureState.DONE
    assert after.documents["error_log"] == 2
    assert after.record_ids == ()
    assert (await house.hub.store[ERRORS].of(house.company).find()).items == []
    assert lead_id not in await everything(house)
    assert await house.hub.privacy.sweep() == 0


async def test_no_import_and_no_call_brings_an_erased_person_back(house: House) -> None:
    lead = await house.lead(**CANARY)
    await house.hub.privacy.erase(house.company, BY, lead_id=lead.id)
    job = await house.bring(
        "First name,Last name,E-mail,Phone,External ID\n"
        "Tilly,Other,CANARIETTA.M@plantedcorp.example,,\n"  # the address
        "Canarietta,Müllerowska,,+1 202 555 0143,\n"  # phone and name
        "Else,Body,else@others.example,+1 202 555 0143,\n"  # a shared phone
        "Jo,Doe,jo@others.example,,cAnArY-ext-7731\n"  # the host's own id
    )
    assert job.counts.rejected == 3
    assert job.counts.created == 1
    assert job.reasons == {"erased_person": 3}
    rejects = await house.hub.imports.reports(house.company, job.id, Severity.REJECTED)
    assert [report.cells for report in rejects.items] == [(), (), ()]
    assert "canarietta" not in (await everything(house)).lower()
    with pytest.raises(PersonErased) as refused:
        await house.lead(email=CANARY["email"], lastName="Again")
    assert refused.value.code == "erased_person"
    other = await house.lead(email="x@others.example", lastName="X")
    with pytest.raises(PersonErased):
        await house.hub.leads.update(house.company, AUTHOR, other.id, LeadBody(email=str(CANARY["email"])))
    with pytest.raises(PersonErased):
        await house.hub.leads.upsert_by_external_id(
            house.company, AUTHOR, str(CANARY["externalId"]), LeadBody(last_name="X")
        )


async def test_a_new_consent_lets_the_person_come_back(house: House) -> None:
    lead = await house.lead(**CANARY)
    await house.hub.privacy.erase(house.company, BY, lead_id=lead.id)
    back = await house.lead(email=CANARY["email"], lastName="Again", allowErased=True)
    assert back.id != lead.id
    assert (await house.hub.store[ERASED_PEOPLE].of(house.company).find()).items == []
    job = await house.bring(f"First name,E-mail\nCanarietta,{CANARY['email']}\n")
    assert job.counts.updated == 1


async def test_a_lead_that_shares_the_address_is_still_found_by_an_import(house: House) -> None:
    one = await house.lead(email="desk@others.example", firstName="One")
    two = await house.lead(email="desk@others.example", firstName="Two")
    await house.hub.privacy.erase(house.company, BY, lead_id=one.id)
    job = await house.bring("First name,E-mail,Title\nTwo,desk@others.example,Boss\n")
    assert job.counts.updated == 1
    assert (await house.hub.leads.get(house.company, two.id)).title == "Boss"


async def test_by_address_every_record_goes_and_an_unknown_address_is_kept_out(house: House) -> None:
    await house.lead(email="desk@others.example", firstName="One")
    await house.lead(email="Desk@others.example", firstName="Two")
    erasure = await house.hub.privacy.erase(house.company, BY, address="desk@others.example")
    assert erasure.documents["leads"] == 2
    await house.hub.privacy.erase(house.company, BY, address="never@seen.example")
    with pytest.raises(PersonErased):
        await house.lead(email="never@seen.example")
    for asked in ({}, {"lead_id": "x", "address": "a@b.example"}, {"address": "no address"}):
        with pytest.raises(WhomToErase):
            await house.hub.privacy.erase(house.company, BY, **asked)
    with pytest.raises(ErasureNotFound):
        await house.hub.privacy.one(OTHER, erasure.id)


async def test_an_export_holds_everything_about_the_person_and_nothing_about_others(house: House) -> None:
    lead_id = await planted(house)
    held = await house.hub.privacy.export(house.company, "cAnArY-ext-7731")
    assert set(held["documents"]) == {
        "leads",
        "links",
        "error_log",
        "idempotency_answers",
        "import_rejects",
        "import_records",
        "run_parts",
        "waiting_pushes",
        "delivery_attempts",
        "executions",
        "occurrences",
        "record_events",
        "record_merges",
        "contacts",
        "accounts",
        "deals",
        "form_submissions",
        "import_before",
    }
    assert held["documents"]["links"][0]["crmId"] == "151"
    assert len(held["documents"]["import_rejects"]) == 2
    text = json.dumps(held, ensure_ascii=False)
    assert all(token in text for token in TOKENS)
    assert "others.example" not in text
    assert held["documents"]["import_records"][0]["targets"] == [lead_id]
    with pytest.raises(LeadNotFound):
        await house.hub.privacy.export(OTHER, lead_id)


@pytest.mark.parametrize("by_address", [True, False], ids=["address", "id"])
async def test_a_person_is_erased_with_what_was_merged_deleted_or_is_a_contact(house: House, by_address: bool) -> None:
    leads, contacts = house.hub.leads, house.hub.records["contact"]
    whole = await house.lead(lastName="Ruizowska", email="keep@plantedcorp.example")
    part = await house.lead(**CANARY)
    await house.hub.merges.merge(leads, house.company, AUTHOR, whole.id, Merge(part.id))
    await leads.update(house.company, AUTHOR, whole.id, LeadBody(title="Aviarist"))
    await leads.delete(house.company, AUTHOR, whole.id)
    body = ContactBody.model_validate({"lastName": "Ruizowska", "email": CANARY["email"]})
    contact = await contacts.create(house.company, AUTHOR, body)
    other = await house.lead(lastName="Other", email="other@example.com")
    if by_address:
        await house.hub.privacy.erase(house.company, BY, address="Canarietta.M@plantedcorp.example")
    else:
        await house.hub.privacy.erase(house.company, BY, lead_id=whole.id)
        await house.hub.privacy.erase(house.company, BY, lead_id=contact.id)
    left = await everything(house)
    assert [token for token in (*TOKENS, "Ruizowska", "keep@", "Aviarist") if token in left] == []
    assert (await leads.get(house.company, other.id)).last_name == "Other"
    for address in (CANARY["email"], "keep@plantedcorp.example"):
        with pytest.raises(PersonErased):
            await leads.create(house.company, AUTHOR, LeadBody.model_validate({"email": address}))
    with pytest.raises(PersonErased):
        await contacts.create(house.company, AUTHOR, body)


async def test_no_byte_of_an_erased_person_is_left_in_the_files(sqlite_house: House) -> None:
    house = sqlite_house
    lead_id = await planted(house)
    for n in range(5):  # versions of the record, the older ones in freed space
        body = LeadBody.model_validate(
            {"title": f"Chief Canary {n}", "custom": {f"Note {n}": "Tweetybird " * (n * 20)}}
        )
        await house.hub.leads.update(house.company, AUTHOR, lead_id, body)
    assert found_in_files(house) != []
    await house.hub.privacy.erase(house.company, BY, lead_id=lead_id)
    house.clock.advance(timedelta(minutes=3).total_seconds())
    await house.hub.privacy.sweep()
    connection = sqlite3.connect(house.folder / "store.db")
    assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    connection.close()
    assert found_in_files(house) == []
    await house.hub.store.close()
    assert found_in_files(house) == []


def found_in_files(house: House) -> list[tuple[str, str]]:
    """Return every token of the planted person that stands in any file, in any usual encoding."""
    found = []
    for path in house.folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        lower = data.lower()
        for token in TOKENS:
            raw = token.encode()
            spelt = [
                raw, raw.lower(), token.encode("utf-16-le"), token.encode("utf-16-be"), raw.hex().encode(),
                json.dumps(token)[1:-1].encode(), base64.b64encode(raw).rstrip(b"=")[:-1],
            ]  # fmt: skip
            if any(one in data for one in spelt) or raw.lower() in lower:
                found.append((path.name, token))
    return found


async def test_the_journal_names_nobody(house: House) -> None:
    lead = await house.lead(**CANARY)
    await house.hub.privacy.erase(house.company, BY, lead_id=lead.id)
    text = house.hub.settings.erasure_journal.read_text()
    assert lead.id not in text
    assert [token for token in TOKENS if token.lower() in text.lower()] == []
    assert house.hub.settings.erasure_journal.stat().st_mode & 0o077 == 0
