"""Microsoft Dynamics 365, for the suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.dynamics.provider import Dynamics
from leadbridge.crm.provider import Provider
from tests.contract.providers.steered import ANSWERS, Steered
from tests.contract.providers.under_test import Held, Step, Trouble
from tests.support.dynamics import CLIENT_ID, CLIENT_SECRET, ORGANIZATION_ID, TENANT, DynamicsProcess

OPERATIONS: Mapping[Step, str] = {
    "token": "oauth.token",
    "upsert": "batch",
    "create": "batch",
    "read": "records.list",
    "changes": "records.list",
}


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


TROUBLES: Mapping[Trouble, dict[str, Any]] = {
    **ANSWERS,
    "locked": {"kind": "answer", "status": 423, "body": _refusal("0x80071151", "locked")},
    "forbidden": {"kind": "answer", "status": 403, "body": _refusal("0x80040220", "missing prvWriteLead privilege")},
}


class DynamicsUnderTest(Steered[DynamicsProcess]):
    """Leads, upserted by our own key."""

    process = DynamicsProcess
    operations = OPERATIONS
    troubles = TROUBLES
    plural = "leads"
    provider: Provider = Dynamics()
    object = "lead"
    by = "new_leadbridgeid"
    edited = "address1_city"
    account_id = ORGANIZATION_ID
    absent_id = "00000000-0000-4000-8000-00000000dead"
    token_seconds = 5400

    def lower_caps(self) -> None:
        self.sandbox.settings(pageSizeMax=500)

    def settings(self) -> dict[str, Any]:
        return {
            "sandbox_origins": (self.sandbox.url, self.sandbox.other_url),
            "dynamics_client_id": CLIENT_ID,
            "dynamics_client_secret": CLIENT_SECRET,
            "dynamics_api_url": self.sandbox.url,
            "dynamics_login_url": f"{self.sandbox.url}/{TENANT}",
            "dynamics_authorize_url": f"{self.sandbox.url}/{TENANT}/oauth2/v2.0/authorize",
        }

    def good(self, number: int) -> dict[str, str]:
        return {self.by: f"key-{number}", "emailaddress1": f"good{number}@example.test", "lastname": f"Good {number}"}

    def bad(self, number: int) -> dict[str, str]:
        return {self.by: f"key-{number}", "emailaddress1": f"bad{number}@example.test", "lastname": "x" * 51}

    def records(self) -> list[Held]:
        return [self._held(one) for one in self.sandbox.records("leads")]

    def _held(self, one: dict[str, Any]) -> Held:
        values = one.get("properties", one)
        texts = {name: str(value) for name, value in values.items() if value not in (None, "")}
        return Held(str(one["id"]), texts, bool(one.get("archived")))

    def merge(self, winner: str, loser: str) -> str:
        merged = {"object": "leads", "primary": winner, "other": loser}
        self.sandbox.control("POST", "/do/merge", merged)
        return winner
