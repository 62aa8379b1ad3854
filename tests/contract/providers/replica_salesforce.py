"""Salesforce's sandbox beside the model called ``salesforce``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tests.contract.providers.replica import Replica


class SalesforceReplica(Replica):
    """Leads: addresses in lower case that may be there twice, texts without white space around them, a restricted list.

    Each has a last name of its own: the standard duplicate rule is about address and last name, and not in the model.
    """

    profile = "salesforce"
    fields: ClassVar = {"email": "Email", "name": "FirstName", "region": "City", "stage": "Status"}
    stages = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")

    def born(self, number: int) -> Mapping[str, str]:
        return {"LastName": f"Person {number}", "Company": "Acme"}
