"""HubSpot's sandbox beside the model called ``hubspot``."""

from __future__ import annotations

from typing import ClassVar

from tests.contract.providers.replica import Replica


class HubSpotReplica(Replica):
    """Contacts: an address that HubSpot keeps unique, plain texts, the lifecycle stage, every value's history."""

    profile = "hubspot"
    fields: ClassVar = {"email": "email", "name": "firstname", "region": "city", "stage": "lifecyclestage"}
    stages = ("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead")
    """In the order in which the API lets a contact go."""

    def by_api(self, by: str) -> bool:
        return not by.startswith("userId:")
