"""HubSpot, for the suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.provider import Provider
from tests.contract.providers.steered import ANSWERS, Steered
from tests.contract.providers.under_test import Step, Trouble
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess

OPERATIONS: Mapping[Step, str] = {
    "token": "oauth.token",
    "upsert": "objects.batch.upsert",
    "create": "objects.batch.create",
    "read": "objects.batch.read",
    "changes": "objects.search",
}
TROUBLES: Mapping[Trouble, dict[str, Any]] = {
    **ANSWERS,
    "locked": {"kind": "answer", "status": 423, "body": {"status": "error", "message": "locked"}},
    "forbidden": {"kind": "answer", "status": 403, "body": {"category": "MISSING_SCOPES", "message": "no"}},
}


class HubSpotUnderTest(Steered[SandboxProcess]):
    """Contacts, upserted by our own key."""

    process = SandboxProcess
    operations = OPERATIONS
    troubles = TROUBLES
    plural = "contacts"
    provider: Provider = HubSpot()
    object = "contacts"
    by = "leadbridge_id"
    edited = "city"
    account_id = "4242001"
    absent_id = "999"
    token_seconds = 1800

    def lower_caps(self) -> None:
        """HubSpot's page of a search is not a setting; a tenth of the records passes through more of one time still."""

    def settings(self) -> dict[str, Any]:
        return {
            "sandbox_origins": (self.sandbox.url,),
            "hubspot_client_id": CLIENT_ID,
            "hubspot_client_secret": CLIENT_SECRET,
            "hubspot_api_url": self.sandbox.url,
            "hubspot_authorize_url": f"{self.sandbox.url}/oauth/authorize",
        }

    def good(self, number: int) -> dict[str, str]:
        return {self.by: f"key-{number}", "email": f"good{number}@example.test", "firstname": f"Good {number}"}

    def bad(self, number: int) -> dict[str, str]:
        return {self.by: f"key-{number}", "email": "no address", "firstname": f"Bad {number}"}

    def revoke(self) -> None:
        token = self.sandbox.issue_tokens()["access_token"]
        assert self.sandbox.api("DELETE", "/appinstalls/v3/external-install", token)[0] == 204

    def watch(self, address: str) -> None:
        self.sandbox.control(
            "POST",
            "/do/webhooks",
            {
                "targetUrl": address,
                "subscriptions": [{"eventType": "contact.creation"}, {"eventType": "contact.deletion"}],
            },
        )
