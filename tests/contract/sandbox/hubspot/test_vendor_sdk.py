"""HubSpot's newer, still experimental SDK, whose paths are the date-versioned ones, drives the sandbox too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.sandbox import SandboxProcess

hubspot_sdk = pytest.importorskip("hubspot_sdk")


@pytest.fixture
def api(sandbox: SandboxProcess) -> Iterator[Any]:
    token = sandbox.issue_tokens()["access_token"]
    with hubspot_sdk.HubSpot(access_token=token, base_url=sandbox.url, max_retries=0) as client:
        yield client


def test_records_of_every_type(api: Any) -> None:
    person = api.crm.objects.contacts.create(properties={"email": "ana@example.test"}, associations=[])
    company = api.crm.objects.companies.create(properties={"name": "Acme"}, associations=[])
    deal = api.crm.objects.deals.create(
        properties={"dealname": "Pilot", "dealstage": "appointmentscheduled"},
        associations=[
            {
                "to": {"id": person.id},
                "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}],
            }
        ],
    )
    assert [row.id for row in api.crm.objects.contacts.list()] == [person.id]
    assert [row.id for row in api.crm.objects.companies.list()] == [company.id]
    assert [row.id for row in api.crm.objects.deals.list()] == [deal.id]


def test_a_refusal_is_the_sdks_own_exception(api: Any) -> None:
    api.crm.objects.contacts.create(properties={"email": "ana@example.test"}, associations=[])
    with pytest.raises(hubspot_sdk.ConflictError) as taken:
        api.crm.objects.contacts.create(properties={"email": "ANA@example.test"}, associations=[])
    assert "Existing ID:" in str(taken.value)
