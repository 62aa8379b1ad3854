"""Salesforce, for the suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.provider import Provider
from leadbridge.crm.salesforce.provider import Salesforce
from tests.contract.providers.steered import ANSWERS, Steered
from tests.contract.providers.under_test import Step, Trouble
from tests.support.salesforce import CLIENT_ID, CLIENT_SECRET, SalesforceProcess

OPERATIONS: Mapping[Step, str] = {
    "token": "oauth.token",
    "upsert": "collections.upsert",
    "create": "collections.create",
    "read": "collections.read",
    "changes": "query",
}
LOCKED = {
    "success": False,
    "errors": [{"statusCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "fields": []}],
}
NO_ACCESS = {"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}
TROUBLES: Mapping[Trouble, dict[str, Any]] = {
    **ANSWERS,
    "rate_limited": {"kind": "rate_limited", "policy": "ConcurrentRequests"},
    "locked": {"kind": "answer", "status": 200, "body": [LOCKED] * 20},  # row by row, in an answer that says 200
    "forbidden": {"kind": "answer", "status": 403, "body": [NO_ACCESS]},
}


class SalesforceUnderTest(Steered[SalesforceProcess]):
    """Leads, upserted by our own key."""

    process = SalesforceProcess
    operations = OPERATIONS
    troubles = TROUBLES
    plural = "Lead"
    provider: Provider = Salesforce()
    object = "Lead"
    by = "Leadbridge_Id__c"
    edited = "City"
    account_id = "00D5g0000000001EAA"
    absent_id = "00Qxx0000000999EAA"
    token_seconds = 7200

    def lower_caps(self) -> None:
        self.sandbox.settings(queryPageMax=200)

    def settings(self) -> dict[str, Any]:
        return {
            "sandbox_origins": (self.sandbox.url, self.sandbox.url.replace("127.0.0.1", "localhost")),
            "salesforce_client_id": CLIENT_ID,
            "salesforce_client_secret": CLIENT_SECRET,
            "salesforce_api_url": self.sandbox.url,
            "salesforce_login_url": self.sandbox.url,
            "salesforce_authorize_url": f"{self.sandbox.url}/services/oauth2/authorize",
        }

    def good(self, number: int) -> dict[str, str]:
        person = {"LastName": f"Good {number}", "Company": f"Good {number} Ltd"}
        return {self.by: f"key-{number}", "Email": f"good{number}@example.test", **person}

    def bad(self, number: int) -> dict[str, str]:
        return {**self.good(number), "Email": "no address"}

    def merge(self, winner: str, loser: str) -> str:
        return str(self.sandbox.do("merge", primary=winner, other=loser)["id"])

    def revoke(self) -> None:
        self.sandbox.do("revoke")

    def deliver_badly(self) -> None:
        raise AssertionError("this provider has no webhooks")
