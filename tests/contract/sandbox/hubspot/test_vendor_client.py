"""HubSpot's own Python client drives the sandbox unchanged."""

from __future__ import annotations

import json
import re
from typing import Any

import hubspot
import pytest
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicGdprDeleteInput,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.contacts.exceptions import ApiException as ContactsError
from hubspot.crm.contacts.exceptions import ForbiddenException, NotFoundException, UnauthorizedException
from hubspot.crm.properties import PropertyCreate
from hubspot.crm.properties.exceptions import ApiException as PropertiesError
from hubspot.oauth.exceptions import ApiException as OAuthError

from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, REDIRECT, SandboxProcess


def client(sandbox: SandboxProcess, *scopes: str, **options: Any) -> Any:
    token = sandbox.issue_tokens(*scopes)["access_token"]
    return hubspot.Client.create(access_token=token, host=sandbox.url, **options)


def new(**properties: str) -> SimplePublicObjectInputForCreate:
    return SimplePublicObjectInputForCreate(properties=properties)


def test_code_then_refresh(sandbox: SandboxProcess) -> None:
    _, back = sandbox.consent()
    api = hubspot.Client.create(host=sandbox.url).oauth
    app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    first = api.tokens_api.create(grant_type="authorization_code", code=back["code"], redirect_uri=REDIRECT, **app)
    assert first.token_type == "bearer"
    assert first.expires_in == 1800
    second = api.tokens_api.create(grant_type="refresh_token", refresh_token=first.refresh_token, **app)
    assert second.access_token != first.access_token
    assert second.refresh_token == first.refresh_token
    info = api.access_tokens_api.get(second.access_token)
    assert (info.hub_id, info.user, info.app_id) == (4242001, "ana.admin@example.test", 9001337)
    assert api.refresh_tokens_api.get(second.refresh_token).client_id == CLIENT_ID
    api.refresh_tokens_api.archive(second.refresh_token)
    with pytest.raises(OAuthError) as refused:
        api.tokens_api.create(grant_type="refresh_token", refresh_token=first.refresh_token, **app)
    assert refused.value.status == 400
    assert json.loads(refused.value.body)["status"] == "BAD_REFRESH_TOKEN"


def test_one_contact_from_create_to_erasure(sandbox: SandboxProcess) -> None:
    api = client(sandbox).crm.contacts.basic_api
    made = api.create(new(email="Ana@Example.test", firstname="Ana"))
    assert made.properties["email"] == "ana@example.test"
    assert made.properties["hs_object_source"] == "INTEGRATION"
    changed = api.update(
        "ana@example.test", SimplePublicObjectInput(properties={"phone": "+1555"}), id_property="email"
    )
    assert (changed.id, changed.properties["phone"]) == (made.id, "+1555")
    read = api.get_by_id(made.id, properties=["phone", "website", "nonsense"], properties_with_history=["phone"])
    assert read.properties["website"] is None
    assert "nonsense" not in read.properties
    assert "email" not in read.properties
    assert [entry.value for entry in read.properties_with_history["phone"]] == ["+1555"]
    other = api.create(new(email="bo@example.test", lastname="Other"))
    merged = api.merge(PublicMergeInput(primary_object_id=made.id, object_id_to_merge=other.id))
    assert merged.properties["lastname"] == "Other"
    assert merged.properties["hs_additional_emails"] == "bo@example.test"
    assert api.get_by_id(other.id).id == made.id
    api.archive(made.id)
    with pytest.raises(NotFoundException) as missing:
        api.get_by_id(made.id)
    assert json.loads(missing.value.body)["message"] == "resource not found"
    assert [gone.id for gone in api.get_page(archived=True).results] == [made.id]
    third = api.create(new(email="cy@example.test"))
    api.purge(PublicGdprDeleteInput(object_id=third.id))
    with pytest.raises(ContactsError) as barred:
        api.create(new(email="cy@example.test"))
    assert barred.value.status == 400


def test_listing_pages_through_every_contact_once(sandbox: SandboxProcess) -> None:
    api = client(sandbox).crm.contacts.basic_api
    made = [api.create(new(email=f"p{number}@example.test")).id for number in range(5)]
    seen: list[str] = []
    after = None
    while True:
        page = api.get_page(limit=2, after=after)
        seen += [record.id for record in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after
    assert seen == made
    assert [record.id for record in client(sandbox).crm.contacts.get_all()] == made


def test_duplicate_names_the_existing_contact_inside_its_text(sandbox: SandboxProcess) -> None:
    api = client(sandbox).crm.contacts.basic_api
    made = api.create(new(email="ana@example.test"))
    with pytest.raises(ContactsError) as conflict:
        api.create(new(email="ANA@example.test"))
    body = json.loads(conflict.value.body)
    assert (conflict.value.status, body["category"]) == (409, "CONFLICT")
    found = re.search(r"Existing ID: (\d+)", body["message"])
    assert found is not None
    assert found[1] == made.id


def test_batches(sandbox: SandboxProcess) -> None:
    api = client(sandbox).crm.contacts.batch_api
    rows = [
        SimplePublicObjectBatchInputForCreate(
            properties={"email": f"b{number}@example.test"}, object_write_trace_id=f"t{number}"
        )
        for number in range(4)
    ]
    made = api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows))
    ids = {row.object_write_trace_id: row.id for row in made.results}
    assert sorted(ids) == ["t0", "t1", "t2", "t3"]
    assert [row.object_write_trace_id for row in made.results] != ["t0", "t1", "t2", "t3"]
    api.update(
        BatchInputSimplePublicObjectBatchInput(
            inputs=[SimplePublicObjectBatchInput(id=ids["t1"], properties={"city": "Rome"})]
        )
    )
    read = api.read(
        BatchReadInputSimplePublicObjectId(
            id_property="email",
            properties=["city"],
            properties_with_history=[],
            inputs=[SimplePublicObjectId(id="b1@example.test")],
        )
    )
    assert [row.properties["city"] for row in read.results] == ["Rome"]
    both = api.upsert(
        BatchInputSimplePublicObjectBatchInputUpsert(
            inputs=[
                SimplePublicObjectBatchInputUpsert(
                    id=email, id_property="email", properties={"city": "Oslo"}, object_write_trace_id=email
                )
                for email in ("b2@example.test", "new@example.test")
            ]
        )
    )
    assert {row.object_write_trace_id: row.new for row in both.results} == {
        "b2@example.test": False,
        "new@example.test": True,
    }
    api.archive(BatchInputSimplePublicObjectId(inputs=[SimplePublicObjectId(id=ids["t3"])]))
    assert len(sandbox.records()) == 5
    assert [row["id"] for row in sandbox.records() if row["archived"]] == [ids["t3"]]


def test_partial_failure_is_read_when_the_client_does_not_insist_on_its_schema(
    sandbox: SandboxProcess,
) -> None:
    """Live 207 answers omit fields the published schema requires, so the client's own check is off."""
    api = client(sandbox, client_side_validation=False).crm.contacts
    taken = api.basic_api.create(new(email="ana@example.test"))
    rows = [
        SimplePublicObjectBatchInputForCreate(properties=properties, object_write_trace_id=trace)
        for trace, properties in (
            ("lead-1", {"email": "ana@example.test"}),
            ("lead-2", {"email": "bo@example.test"}),
            ("lead-3", {"zzz": "1", "email": "cy@example.test"}),
        )
    ]
    answer = api.batch_api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=rows))
    assert answer.num_errors == 2
    assert [row.object_write_trace_id for row in answer.results] == ["lead-2"]
    errors = {error.context["objectWriteTraceId"][0]: error for error in answer.errors}
    assert errors["lead-1"].category == "CONFLICT"
    assert errors["lead-1"].context["existingId"] == [taken.id]
    assert "PROPERTY_DOESNT_EXIST" in errors["lead-3"].message


def test_search(sandbox: SandboxProcess) -> None:
    api = client(sandbox).crm.contacts
    for number in range(3):
        api.basic_api.create(new(email=f"s{number}@example.test", lastname="Searched"))
    api.basic_api.create(new(email="other@example.test", lastname="Other"))
    request = PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "lastname", "operator": "EQ", "value": "searched"}]}],
        sorts=[{"propertyName": "createdate", "direction": "DESCENDING"}],
        properties=["email"],
        limit=2,
    )
    page = api.search_api.do_search(request)
    assert (page.total, page.paging.next.after) == (3, "2")
    assert [row.properties["email"] for row in page.results] == ["s2@example.test", "s1@example.test"]


def test_properties(sandbox: SandboxProcess) -> None:
    api = client(sandbox).crm.properties.core_api
    names = {item.name for item in api.get_all("contacts").results}
    assert {"email", "lifecyclestage", "hs_lead_status", "lastmodifieddate"} <= names
    own = PropertyCreate(
        name="leadbridge_id",
        label="Leadbridge ID",
        type="string",
        field_type="text",
        group_name="contactinformation",
        has_unique_value=True,
    )
    assert api.create("contacts", own).has_unique_value is True
    with pytest.raises(PropertiesError) as exists:
        api.create("contacts", own)
    body = json.loads(exists.value.body)
    assert (exists.value.status, body["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert body["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert api.get_by_name("contacts", "leadbridge_id").label == "Leadbridge ID"
    api.archive("contacts", "leadbridge_id")
    with pytest.raises(PropertiesError) as gone:
        api.get_by_name("contacts", "leadbridge_id")
    assert gone.value.status == 404


def test_owner_is_found_by_the_users_address(sandbox: SandboxProcess) -> None:
    owners = client(sandbox).crm.owners.owners_api
    found = owners.get_page(email="ana.admin@example.test").results
    assert [(owner.first_name, owner.type) for owner in found] == [("Ana", "PERSON")]
    assert owners.get_by_id(int(found[0].id)).user_id == 77


def test_refusals_are_the_clients_own_exceptions(sandbox: SandboxProcess) -> None:
    narrow = client(sandbox, "oauth", "crm.objects.contacts.read")
    with pytest.raises(ForbiddenException) as forbidden:
        narrow.crm.contacts.basic_api.create(new(email="ana@example.test"))
    body = json.loads(forbidden.value.body)
    assert body["category"] == "MISSING_SCOPES"
    assert body["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]
    stranger = hubspot.Client.create(access_token="made-up", host=sandbox.url)
    with pytest.raises(UnauthorizedException) as unknown:
        stranger.crm.contacts.basic_api.get_page()
    assert json.loads(unknown.value.body)["category"] == "INVALID_AUTHENTICATION"
    sandbox.advance(1804)
    with pytest.raises(UnauthorizedException) as expired:
        narrow.crm.contacts.basic_api.get_page()
    body = json.loads(expired.value.body)
    assert body["category"] == "EXPIRED_AUTHENTICATION"
    assert re.search(r"expired \d second\(s\) ago", body["message"])


def test_too_many_calls(sandbox: SandboxProcess) -> None:
    sandbox.settings(burstLimit=2)
    api = client(sandbox).crm.contacts.basic_api
    api.get_page()
    _, _, headers = api.get_page_with_http_info()
    assert headers["X-HubSpot-RateLimit-Remaining"] == "0"
    with pytest.raises(ContactsError) as limited:
        api.get_page()
    body = json.loads(limited.value.body)
    assert (limited.value.status, body["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    sandbox.advance(10)
    api.get_page()
