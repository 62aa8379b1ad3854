"""Zoho CRM, for the suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadbridge.crm.provider import Provider
from leadbridge.crm.zoho.provider import Zoho
from tests.contract.providers.under_test import Held, Step, Trouble
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
    "server_error": {"kind": "answer", "status": 502, "body": "<html>bad gateway</html>"},
    "rate_limited": {"kind": "answer", "status": 400, "body": _refusal("TOO_MANY_REQUESTS", "too many")},
    "lost_before": {"kind": "lost_before_write"},
    "lost_after": {"kind": "lost_after_write"},
    "locked": {"kind": "answer", "status": 423, "body": _refusal("RECORD_LOCKED", "locked")},
    "forbidden": {"kind": "answer", "status": 403, "body": _refusal("NO_PERMISSION", "permission denied")},
    "unreadable": {"kind": "answer", "status": 200, "body": "<html>maintenance</html>"},
}


class ZohoUnderTest:
    """Leads, upserted by our own key."""

    provider: Provider = Zoho()
    object = "Leads"
    by = "Leadbridge_ID"
    edited = "City"
    account_id = ZGID
    absent_id = "5547000099999999999"
    token_seconds = 3600

    def __init__(self) -> None:
        self.sandbox = ZohoProcess()

    def start(self) -> None:
        self.sandbox.start()

    def stop(self) -> None:
        self.sandbox.stop()

    def reset(self) -> None:
        self.sandbox.control("POST", "/reset")

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

    def seed(self, count: int, at: str, start: int) -> None:
        self.sandbox.control("POST", "/do/seed", {"object": self.object, "count": count, "at": at, "start": start})

    def records(self) -> list[Held]:
        return [
            Held(
                str(one["id"]),
                {name: str(value) for name, value in one["properties"].items() if value},
                one["archived"],
            )
            for one in self.sandbox.records(self.object)
        ]

    def edit(self, id: str, value: str) -> None:
        self.sandbox.edit(id, self.object, **{self.edited: value})

    def remove(self, id: str) -> None:
        self.sandbox.control("DELETE", f"/records/{self.object}/{id}")

    def merge(self, winner: str, loser: str) -> str:
        merged = {"object": self.object, "primary": winner, "other": loser}
        return str(self.sandbox.control("POST", "/do/merge", merged)["id"])

    def revoke(self) -> None:
        self.sandbox.control("POST", "/do/revoke", {})

    def rotate(self, mode: str) -> None:
        self.sandbox.settings(rotation=mode)

    def advance(self, seconds: float) -> None:
        self.sandbox.advance(seconds)

    def trouble(self, step: Step, kind: Trouble) -> None:
        self.sandbox.fault(OPERATIONS[step], **TROUBLES[kind])

    def calls(self, step: Step) -> int:
        return self.sandbox.calls(OPERATIONS[step])

    def presented(self) -> Sequence[int]:
        counted = self.sandbox.control("GET", "/counters")["refreshTokens"]
        return [int(one["presented"]) for one in counted.values()]

    def watch(self, address: str) -> None:
        raise NotImplementedError("the provider orders notifications itself")

    def deliver_badly(self) -> None:
        self.sandbox.settings(webhookDuplicates=True, webhookShuffle=True)
