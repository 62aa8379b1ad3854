"""Zoho's sandbox beside the model called ``zoho``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tests.contract.providers.replica import Replica


class ZohoReplica(Replica):
    """Leads: addresses that may be there twice, texts stored as they are given, a pick list."""

    profile = "zoho"
    fields: ClassVar = {"email": "Email", "name": "First_Name", "region": "City", "stage": "Lead_Status"}
    stages = ("Not Contacted", "Attempted to Contact", "Contacted", "Pre-Qualified")

    def born(self, number: int) -> Mapping[str, str]:
        return {"Last_Name": f"Person {number}", "Company": "Acme"}
