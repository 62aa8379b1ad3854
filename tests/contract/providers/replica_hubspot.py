"""HubSpot's sandbox beside the model called ``hubspot``."""

from __future__ import annotations

from collections.abc import Mapping

from tests.contract.providers.hubspot import HubSpotUnderTest
from tests.contract.providers.under_test import UnderTest
from tests.simulation.sync.kinds import rank

STAGES = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead")
"""Lifecycle stages, in the order in which the API lets a contact go."""


class HubSpotReplica:
    """Contacts: an address that HubSpot keeps unique, plain texts, the lifecycle stage, every value's history."""

    profile = "hubspot"
    fields: Mapping[str, str] = {"email": "email", "name": "firstname", "region": "city", "stage": "lifecyclestage"}

    def form(self, field: str, value: str) -> str:
        if field == "email":
            return f"{value}@example.test"
        return STAGES[rank(value)] if field == "stage" else value.strip()  # HubSpot trims no text of its own accord

    def type_in(self, vendor: UnderTest, id: str, values: Mapping[str, str]) -> None:
        assert isinstance(vendor, HubSpotUnderTest)
        vendor.sandbox.edit(id, vendor.object, **values)

    def by_api(self, by: str) -> bool:
        return not by.startswith("userId:")
