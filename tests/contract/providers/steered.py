"""What the adapters of all vendors share: a sandbox that is steered by its control API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from tests.contract.providers.under_test import Held, Step, Trouble
from tests.support.vendor import VendorProcess

P = TypeVar("P", bound=VendorProcess)

ANSWERS: Mapping[Trouble, dict[str, Any]] = {
    "server_error": {"kind": "answer", "status": 502, "body": "<html>bad gateway</html>"},
    "rate_limited": {"kind": "rate_limited"},
    "lost_before": {"kind": "lost_before_write"},
    "lost_after": {"kind": "lost_after_write"},
    "unreadable": {"kind": "answer", "status": 200, "body": "<html>maintenance</html>"},
}
"""Troubles that are the same at every vendor; the others are a vendor's own words."""


class Steered(Generic[P]):
    """A vendor's sandbox in its process."""

    process: ClassVar[type[VendorProcess]]
    operations: ClassVar[Mapping[Step, str]]
    """The sandbox's names of the calls that a step makes."""
    troubles: ClassVar[Mapping[Trouble, dict[str, Any]]]
    edited: str
    plural: ClassVar[str]
    """The records' name in the sandbox's control API."""

    def __init__(self) -> None:
        self.sandbox: P = self.process()  # type: ignore[assignment]  # each vendor names its own

    def start(self) -> None:
        self.sandbox.start()

    def stop(self) -> None:
        self.sandbox.stop()

    def reset(self) -> None:
        self.sandbox.control("POST", "/reset")

    def seed(self, count: int, at: str, start: int) -> None:
        body = {"object": self.plural, "count": count, "at": at, "start": start}
        self.sandbox.control("POST", "/do/seed", body)

    def records(self) -> list[Held]:
        return [
            Held(
                str(one["id"]),
                {name: str(value) for name, value in one["properties"].items() if value},
                one["archived"],
            )
            for one in self.sandbox.records(self.plural)
        ]

    def edit(self, id: str, value: str) -> None:
        self.sandbox.edit(id, self.plural, **{self.edited: value})

    def remove(self, id: str) -> None:
        self.sandbox.control("DELETE", f"/records/{self.plural}/{id}")

    def merge(self, winner: str, loser: str) -> str:
        merged = {"object": self.plural, "primary": winner, "other": loser}
        return str(self.sandbox.control("POST", "/do/merge", merged)["id"])

    def revoke(self) -> None:
        self.sandbox.control("POST", "/do/revoke", {})

    def rotate(self, mode: str) -> None:
        self.sandbox.settings(rotation=mode)

    def advance(self, seconds: float) -> None:
        self.sandbox.advance(seconds)

    def trouble(self, step: Step, kind: Trouble) -> None:
        self.sandbox.fault(self.operations[step], **self.troubles[kind])

    def calls(self, step: Step) -> int:
        return self.sandbox.calls(self.operations[step])

    def presented(self) -> Sequence[int]:
        counted = self.sandbox.control("GET", "/counters")["refreshTokens"]
        return [int(one["presented"]) for one in counted.values()]

    def watch(self, address: str) -> None:
        raise AssertionError("nobody orders this vendor's webhooks for the suite")

    def deliver_badly(self) -> None:
        self.sandbox.settings(webhookDuplicates=True, webhookShuffle=True)
