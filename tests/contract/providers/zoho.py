"""Zoho CRM, for the suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.provider import Provider
from leadbridge.crm.zoho.provider import Zoho
from tests.contract.providers.steered import ANSWERS, Steered
from tests.contract.providers.under_test import Step, Trouble
from tests.support.zoho import CLIENT_ID, CLIENT_SECRET, ZGID, ZohoProcess

OPERATIONS: Mapping[Step, str] = {
    "token": "oauth.token",
    "upsert": "records.upsert",
    "create": "records.create",
    "read": "records.list",
    "changes": "records.list",
}


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "details": {}, "message": message, "status": "error"}


TROUBLES: Mapping[Trouble, dict[str, Any]] = {
    **ANSWERS,
    "rate_limited": {"kind": "answer", "status": 400, "body": _refusal("TOO_MANY_REQUESTS", "too many")},
    "locked": {"kind": "answer", "status": 423, "body": _refusal("RECORD_LOCKED", "locked")},
    "forbidden": {"kind": "answer", "status": 403, "body": _refusal("NO_PERMISSION", "permission denied")},
}


class ZohoUnderTest(Steered[ZohoProcess]):
    """Leads, upserted by our own key."""

    process = ZohoProcess
    operations = OPERATIONS
    troubles = TROUBLES
    plural = "Leads"
    provider: Provider = Zoho()
    object = "Leads"
    by = "Leadbridge_ID"
    edited = "City"
    account_id = ZGID
    absent_id = "5547000099999999999"
    token_seconds = 3600

    def lower_caps(self) -> None:
        self.sandbox.settings(pageCap=20, discreteCap=200, coqlCap=200)

    def settings(self) -> dict[str, Any]:
        return {
            "sandbox_origins": (self.sandbox.url, self.sandbox.eu_url),
            "zoho_client_id": CLIENT_ID,
            "zoho_client_secret": CLIENT_SECRET,
            "zoho_api_url": self.sandbox.url,
            "zoho_login_url": self.sandbox.url,
            "zoho_authorize_url": f"{self.sandbox.url}/oauth/v2/auth",
        }

    def good(self, number: int) -> dict[str, str]:
        return {
            self.by: f"key-{number}",
            "Email": f"good{number}@example.test",
            "Last_Name": f"Good {number}",
            "Company": "Acme",
        }

    def bad(self, number: int) -> dict[str, str]:
        return {**self.good(number), "Email": "no address"}
