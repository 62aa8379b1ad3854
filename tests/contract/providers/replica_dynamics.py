"""Dynamics's sandbox beside the model called ``dynamics``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.contract.providers.replica import Replica


class DynamicsReplica(Replica):
    """Leads: addresses that may be there twice, texts stored as they are given, a choice of numbers."""

    profile = "dynamics"
    fields: ClassVar = {
        "email": "emailaddress1",
        "name": "firstname",
        "region": "address1_city",
        "stage": "leadsourcecode",
    }
    stages = ("1", "2", "3", "4")

    def born(self, number: int) -> Mapping[str, str]:
        return {"lastname": f"Person {number}"}

    def typed(self, name: str, value: str) -> Any:
        return int(value) if name == "leadsourcecode" else value
