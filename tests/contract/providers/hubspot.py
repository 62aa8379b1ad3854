"""HubSpot, for the suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.provider import Provider
from tests.contract.providers.under_test import Held, Step, Trouble
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess

OPERATIONS: Mapping[Step, str] = {
    "token": "oauth.token",
    "upsert": "objects.batch.upsert",
    "create": "objects.batch.create",
    "read": "objects.batch.read",
    "changes": "objects.search",
}
TROUBLES: Mapping[Trouble, dict[str, Any]] = {
    "server_error": {"kind": "answer", "status": 502, "body": "<html>bad gateway</html>"},
    "rate_limited": {"kind": "rate_limited"},
    "lost_before": {"kind": "lost_before_write"},
    "lost_after": {"kind": "lost_after_write"},
    "locked": {"kind": "answer", "status": 423, "body": {"status": "error", "message": "locked"}},
    "forbidden": {"kind": "answer", "status": 403, "body": {"category": "MISSING_SCOPES", "message": "no"}},
    "unreadable": {"kind": "answer", "status": 200, "body": "<html>maintenance</html>"},
}


class HubSpotUnderTest:
    """Contacts, upserted by our own key."""

    provider: Provider = HubSpot()
    object = "contacts"
    by = "leadbridge_id"
    edited = "city"
    account_id = "4242001"
    absent_id = "999"
    token_seconds = 1800

    def __init__(self) -> None:
        self.sandbox = SandboxProcess()

    def start(self) -> None:
        self.sandbox.start()

    def stop(self) -> None:
        self.sandbox.stop()

    def reset(self) -> None:
        self.sandbox.control("POST", "/reset")

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

    def seed(self, count: int, at: str, start: int) -> None:
        body = {"object": self.object, "count": count, "at": at, "start": start}
        self.sandbox.control("POST", "/do/seed", body)

    def records(self) -> list[Held]:
        return [
            Held(str(one["id"]), {name: text for name, text in one["properties"].items() if text}, one["archived"])
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
        token = self.sandbox.issue_tokens()["access_token"]
        assert self.sandbox.api("DELETE", "/appinstalls/v3/external-install", token)[0] == 204

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
        self.sandbox.control(
            "POST",
            "/do/webhooks",
            {
                "targetUrl": address,
                "subscriptions": [{"eventType": "contact.creation"}, {"eventType": "contact.deletion"}],
            },
        )

    def deliver_badly(self) -> None:
        self.sandbox.settings(webhookDuplicates=True, webhookShuffle=True)
