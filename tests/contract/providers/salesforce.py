"""Salesforce, for the suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadbridge.crm.provider import Provider
from leadbridge.crm.salesforce.provider import Salesforce
from tests.contract.providers.under_test import Held, Step, Trouble
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
    "server_error": {"kind": "answer", "status": 502, "body": "<html>bad gateway</html>"},
    "rate_limited": {"kind": "rate_limited", "policy": "ConcurrentRequests"},
    "lost_before": {"kind": "lost_before_write"},
    "lost_after": {"kind": "lost_after_write"},
    "locked": {"kind": "answer", "status": 200, "body": [LOCKED] * 20},  # row by row, in an answer that says 200
    "forbidden": {"kind": "answer", "status": 403, "body": [NO_ACCESS]},
    "unreadable": {"kind": "answer", "status": 200, "body": "<html>maintenance</html>"},
}


class SalesforceUnderTest:
    """Leads, upserted by our own key."""

    provider: Provider = Salesforce()
    object = "Lead"
    by = "Leadbridge_Id__c"
    edited = "City"
    account_id = "00D5g0000000001EAA"
    absent_id = "00Qxx0000000999EAA"
    token_seconds = 7200

    def __init__(self) -> None:
        self.sandbox = SalesforceProcess()

    def start(self) -> None:
        self.sandbox.start()

    def stop(self) -> None:
        self.sandbox.stop()

    def reset(self) -> None:
        self.sandbox.control("POST", "/reset")

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

    def seed(self, count: int, at: str, start: int) -> None:
        self.sandbox.do("seed", object=self.object, count=count, at=at, start=start)

    def records(self) -> list[Held]:
        return [
            Held(
                str(one["id"]),
                {name: str(text) for name, text in one["properties"].items() if text},
                one["archived"],
            )
            for one in self.sandbox.records(self.object)
        ]

    def edit(self, id: str, value: str) -> None:
        self.sandbox.edit(id, self.object, **{self.edited: value})

    def remove(self, id: str) -> None:
        self.sandbox.control("DELETE", f"/records/{self.object}/{id}")

    def merge(self, winner: str, loser: str) -> str:
        return str(self.sandbox.do("merge", primary=winner, other=loser)["id"])

    def revoke(self) -> None:
        self.sandbox.do("revoke")

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
        raise AssertionError("this provider has no webhooks")

    def deliver_badly(self) -> None:
        raise AssertionError("this provider has no webhooks")
