"""HubSpot's own Python client drives companies, deals, pipelines, associations and webhook set-up unchanged."""

from __future__ import annotations

import json
from typing import Any

import hubspot
import pytest
from hubspot.crm.associations.v4 import (
    AssociationSpec,
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicDefaultAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicAssociationMultiPost,
    PublicDefaultAssociationMultiPost,
    PublicFetchAssociationsBatchRequest,
    PublicObjectId,
)
from hubspot.crm.companies import (
    BatchInputSimplePublicObjectBatchInputUpsert,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.companies.exceptions import ApiException as CompaniesError
from hubspot.crm.deals.exceptions import ApiException as DealsError
from hubspot.crm.pipelines import PipelineInput, PipelineStageInput
from hubspot.crm.properties import PropertyCreate
from hubspot.webhooks import (
    SettingsChangeRequest,
    SubscriptionCreateRequest,
    SubscriptionPatchRequest,
    ThrottlingSettings,
)

from tests.support.sandbox import SandboxProcess

APP_ID = 9001337
PRIMARY, PLAIN = 1, 279
DEAL_TO_CONTACT, DEAL_TO_COMPANY = 3, 341


@pytest.fixture
def api(sandbox: SandboxProcess) -> Any:
    return hubspot.Client.create(access_token=sandbox.issue_tokens()["access_token"], host=sandbox.url)


def new(associations: list[Any] | None = None, **properties: str) -> SimplePublicObjectInputForCreate:
    return SimplePublicObjectInputForCreate(properties=properties, associations=associations or [])


def to(record: str, type_id: int) -> dict[str, Any]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]
    return {"to": {"id": record}, "types": types}


def test_one_company_from_create_to_merge(api: Any) -> None:
    companies = api.crm.companies.basic_api
    made = companies.create(new(name="Acme", domain="acme.test", numberofemployees="12"))
    assert made.properties["hs_lastmodifieddate"]
    again = companies.create(new(name="Acme again", domain="acme.test"))
    assert again.id != made.id, "companies are not made one by their domain"
    companies.update(again.id, SimplePublicObjectInput(properties={"city": "Oslo"}))
    merged = companies.merge(PublicMergeInput(primary_object_id=made.id, object_id_to_merge=again.id))
    assert (merged.properties["name"], merged.properties["city"]) == ("Acme", "Oslo")
    assert merged.properties["hs_merged_object_ids"] == again.id
    assert companies.get_by_id(again.id).id == made.id
    with pytest.raises(CompaniesError) as nameless:
        companies.create(new(city="Rome"))
    assert nameless.value.status == 400
    found = api.crm.companies.search_api.do_search(
        PublicObjectSearchRequest(
            filter_groups=[{"filters": [{"propertyName": "numberofemployees", "operator": "GTE", "value": "10"}]}],
            sorts=[],
            properties=["name"],
            limit=10,
        )
    )
    assert [row.id for row in found.results] == [made.id]


def test_companies_are_upserted_by_a_unique_property_only(api: Any) -> None:
    own = PropertyCreate(
        name="app_lead_id",
        label="App lead id",
        type="string",
        field_type="text",
        group_name="companyinformation",
        has_unique_value=True,
    )
    api.crm.properties.core_api.create("companies", own)

    def upsert(by: str, key: str, **properties: str) -> Any:
        row = SimplePublicObjectBatchInputUpsert(
            id=key, id_property=by, properties=properties, object_write_trace_id="row-1"
        )
        body = BatchInputSimplePublicObjectBatchInputUpsert(inputs=[row])
        return api.crm.companies.batch_api.upsert(body).results[0]

    first, second = (upsert("app_lead_id", "L-1", name=name) for name in ("Acme", "Acme Ltd"))
    assert (first.new, second.new, first.id == second.id) == (True, False, True)
    with pytest.raises(CompaniesError) as refused:
        upsert("domain", "acme.test", name="Acme")
    assert refused.value.status == 400


def test_deals_move_through_the_stages_of_their_pipeline(api: Any) -> None:
    shown = api.crm.pipelines.pipelines_api.get_all("deals").results
    assert [(one.id, [stage.id for stage in one.stages][-2:]) for one in shown] == [
        ("default", ["closedwon", "closedlost"])
    ]
    made = api.crm.pipelines.pipelines_api.create(
        "deals",
        PipelineInput(
            label="Renewals",
            display_order=1,
            stages=[PipelineStageInput(label="Due", display_order=0, metadata={"probability": "0.5"})],
        ),
    )
    stage = made.stages[0]
    assert stage.metadata == {"probability": "0.5", "isClosed": "false"}
    deals = api.crm.deals.basic_api
    deal = deals.create(new(dealname="Pilot", dealstage="appointmentscheduled", amount="1200"))
    assert deals.get_by_id(deal.id, properties=["pipeline", "amount"]).properties["pipeline"] == "default"
    with pytest.raises(DealsError) as refused:
        deals.update(deal.id, SimplePublicObjectInput(properties={"dealstage": stage.id, "pipeline": "default"}))
    assert refused.value.status == 400
    deals.update(deal.id, SimplePublicObjectInput(properties={"dealstage": stage.id}))
    assert deals.get_by_id(deal.id, properties=["pipeline"]).properties["pipeline"] == made.id
    with pytest.raises(DealsError) as stageless:
        deals.create(new(dealname="Pilot"))
    assert json.loads(stageless.value.body)["errors"][0]["context"]["propertyName"] == ["dealstage"]


def test_associations_have_a_primary_company_and_both_directions(api: Any) -> None:
    contact = api.crm.contacts.basic_api.create(new(email="ana@example.test"))
    acme, bolt = (api.crm.companies.basic_api.create(new(name=name)) for name in ("Acme", "Bolt"))
    links = api.crm.associations.v4.basic_api
    for company in (acme, bolt):
        links.create_default("contacts", contact.id, "companies", company.id)

    def types() -> dict[str, set[int]]:
        page = links.get_page("contacts", contact.id, "companies")
        return {str(one.to_object_id): {kind.type_id for kind in one.association_types} for one in page.results}

    assert types() == {acme.id: {PRIMARY, PLAIN}, bolt.id: {PLAIN}}
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=PRIMARY)
    links.create("contacts", contact.id, "companies", bolt.id, [spec])
    assert types() == {acme.id: {PLAIN}, bolt.id: {PRIMARY, PLAIN}}, "naming another primary company moves the label"
    read = api.crm.contacts.basic_api.get_by_id(
        contact.id, properties=["associatedcompanyid"], associations=["companies"]
    )
    assert read.properties["associatedcompanyid"] == bolt.id
    assert {one.id for one in read.associations["companies"].results} == {acme.id, bolt.id}
    back = links.get_page("companies", bolt.id, "contacts").results
    assert [str(one.to_object_id) for one in back] == [contact.id]
    links.archive("contacts", contact.id, "companies", bolt.id)
    assert types() == {acme.id: {PLAIN}}
    assert links.get_page("companies", bolt.id, "contacts").results == []


def test_a_deal_is_created_with_its_contact_and_company(api: Any) -> None:
    contact = api.crm.contacts.basic_api.create(new(email="ana@example.test"))
    company = api.crm.companies.basic_api.create(new(name="Acme"))
    deal = api.crm.deals.basic_api.create(
        new(
            [to(contact.id, DEAL_TO_CONTACT), to(company.id, DEAL_TO_COMPANY)],
            dealname="Pilot",
            dealstage="qualifiedtobuy",
        )
    )
    read = api.crm.deals.basic_api.get_by_id(deal.id, associations=["contacts", "companies"])
    assert [one.id for one in read.associations["contacts"].results] == [contact.id]
    assert {one.id for one in read.associations["companies"].results} == {company.id}
    with pytest.raises(DealsError):
        api.crm.deals.basic_api.create(new([to("1", DEAL_TO_CONTACT)], dealname="Lost", dealstage="qualifiedtobuy"))
    assert len(api.crm.deals.basic_api.get_page().results) == 1, "a deal whose association failed is not there"
    found = api.crm.deals.search_api.do_search(
        PublicObjectSearchRequest(
            filter_groups=[
                {"filters": [{"propertyName": "associations.contact", "operator": "EQ", "value": contact.id}]}
            ],
            sorts=[],
            properties=[],
            limit=10,
        )
    )
    assert [row.id for row in found.results] == [deal.id]


def test_association_batches(sandbox: SandboxProcess) -> None:
    """Live 207 answers omit fields of the published schema, so the client's own check is off."""
    token = sandbox.issue_tokens()["access_token"]
    api = hubspot.Client.create(access_token=token, host=sandbox.url, client_side_validation=False)
    people = [api.crm.contacts.basic_api.create(new(email=f"p{number}@example.test")).id for number in range(3)]
    company = api.crm.companies.basic_api.create(new(name="Acme")).id
    links = api.crm.associations.v4.batch_api
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=PLAIN)
    made = links.create(
        "contacts",
        "companies",
        BatchInputPublicAssociationMultiPost(
            inputs=[
                PublicAssociationMultiPost(_from=PublicObjectId(id=one), to=PublicObjectId(id=company), types=[spec])
                for one in (people[0], "1")
            ]
        ),
    )
    assert [str(one.from_object_id) for one in made.results] == [people[0]]
    assert made.errors[0].sub_category == "crm.associations.INVALID_IDENTIFIER"
    links.create_default(
        "contacts",
        "companies",
        BatchInputPublicDefaultAssociationMultiPost(
            inputs=[
                PublicDefaultAssociationMultiPost(_from=PublicObjectId(id=people[1]), to=PublicObjectId(id=company))
            ]
        ),
    )
    read = links.get_page(
        "contacts",
        "companies",
        BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[PublicFetchAssociationsBatchRequest(id=one) for one in people]
        ),
    )
    assert {one._from.id for one in read.results} == set(people[:2])
    assert [one.sub_category for one in read.errors] == ["crm.associations.NO_ASSOCIATIONS_FOUND"]


def test_a_merge_takes_the_associations_along(sandbox: SandboxProcess, api: Any) -> None:
    ana, ann = (api.crm.contacts.basic_api.create(new(email=f"{name}@example.test")) for name in ("ana", "ann"))
    acme, bolt = (api.crm.companies.basic_api.create(new(name=name)) for name in ("Acme", "Bolt"))
    links = api.crm.associations.v4.basic_api
    links.create_default("contacts", ana.id, "companies", acme.id)
    links.create_default("contacts", ann.id, "companies", bolt.id)
    sandbox.control("POST", "/do/merge", {"object": "contacts", "primary": ana.id, "other": ann.id})
    page = links.get_page("contacts", ana.id, "companies").results
    assert {str(one.to_object_id): PRIMARY in {kind.type_id for kind in one.association_types} for one in page} == {
        acme.id: True,
        bolt.id: False,
    }


def test_owners_are_listed_by_pages_and_by_address(sandbox: SandboxProcess, api: Any) -> None:
    sandbox.control("POST", "/do/owner", {"id": "411002", "email": "bo.rep@example.test", "firstName": "Bo"})
    sandbox.control("POST", "/do/owner", {"id": "411003", "email": "gone@example.test", "archived": True})
    owners = api.crm.owners.owners_api
    first = owners.get_page(limit=1)
    rest = owners.get_page(limit=1, after=first.paging.next.after)
    assert [one.email for one in (*first.results, *rest.results)] == ["ana.admin@example.test", "bo.rep@example.test"]
    assert [one.id for one in owners.get_page(archived=True).results] == ["411003"]
    contact = api.crm.contacts.basic_api.create(new(email="ana@example.test", hubspot_owner_id="411002"))
    assert contact.properties["hubspot_owner_id"] == "411002"


def test_webhooks_are_set_up_with_a_developer_key(sandbox: SandboxProcess) -> None:
    hooks = hubspot.Client.create(api_key="sandbox-developer-api-key", host=sandbox.url).webhooks
    settings = SettingsChangeRequest(
        target_url="https://hub.example.test/api/v1/webhook/crm/hubspot",
        throttling=ThrottlingSettings(max_concurrent_requests=10),
    )
    assert hooks.settings_api.configure(APP_ID, settings).target_url.endswith("/hubspot")
    made = hooks.subscriptions_api.create(
        APP_ID, SubscriptionCreateRequest(event_type="contact.propertyChange", property_name="email", active=False)
    )
    assert hooks.subscriptions_api.update(made.id, APP_ID, SubscriptionPatchRequest(active=True)).active is True
    assert [one.id for one in hooks.subscriptions_api.get_all(APP_ID).results] == [made.id]
    hooks.subscriptions_api.archive(made.id, APP_ID)
    assert hooks.subscriptions_api.get_all(APP_ID).results == []
