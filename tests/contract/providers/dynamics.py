"""Microsoft Dynamics 365, for the suite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadbridge.crm.dynamics.provider import Dynamics
from leadbridge.crm.provider import Provider
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
    "server_error": {"kind": "answer", "status": 502, "body": "<html>bad gateway</html>"},
    "rate_limited": {"kind": "rate_limited"},
    "lost_before": {"kind": "lost_before_write"},
    "lost_after": {"kind": "lost_after_write"},
    "locked": {"kind": "answer", "status": 423, "body": _refusal("0x80071151", "locked")},
    "forbidden": {"kind": "answer", "status": 403, "body": _refusal("0x80040220", "missing prvWriteLead privilege")},
    "unreadable": {"kind": "answer", "status": 200, "body": "<html>maintenance</html>"},
}


class DynamicsUnderTest:
    """Leads, upserted by our own key."""

    provider: Provider = Dynamics()
    object = "lead"
    by = "new_leadbridgeid"
    edited = "address1_city"
    account_id = ORGANIZATION_ID
    absent_id = "00000000-0000-4000-8000-00000000dead"
    token_seconds = 5400

    def __init__(self) -> None:
        self.sandbox = DynamicsProcess()

    def start(self) -> None:
        self.sandbox.start()

    def stop(self) -> None:
        self.sandbox.stop()

    def reset(self) -> None:
        self.sandbox.control("POST", "/reset")

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

    def seed(self, count: int, at: str, start: int) -> None:
        body = {"object": "leads", "count": count, "at": at, "start": start}
        self.sandbox.control("POST", "/do/seed", body)

    def records(self) -> list[Held]:
        return [self._held(one) for one in self.sandbox.records("leads")]

    def _held(self, one: dict[str, Any]) -> Held:
        values = one.get("properties", one)
        texts = {name: str(value) for name, value in values.items() if value not in (None, "")}
        return Held(str(one["id"]), texts, bool(one.get("archived")))

    def edit(self, id: str, value: str) -> None:
        self.sandbox.edit(id, "leads", **{self.edited: value})

    def remove(self, id: str) -> None:
        self.sandbox.control("DELETE", f"/records/leads/{id}")

    def merge(self, winner: str, loser: str) -> str:
        merged = {"object": "leads", "primary": winner, "other": loser}
        self.sandbox.control("POST", "/do/merge", merged)
        return winner

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
        raise NotImplementedError("the provider itself orders the webhooks of this vendor")

    def deliver_badly(self) -> None:
        self.sandbox.settings(webhookDuplicates=True, webhookShuffle=True)
