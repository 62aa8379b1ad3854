"""What the suite needs to know of a vendor beside its provider: how its sandbox is steered. One adapter a vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from leadbridge.crm.provider import Provider

Step = Literal["token", "upsert", "create", "read", "changes"]
Trouble = Literal["server_error", "rate_limited", "lost_before", "lost_after", "locked", "unreadable", "forbidden"]


@dataclass(frozen=True)
class Held:
    """A record as the vendor's own administrator would see it."""

    id: str
    values: Mapping[str, str]
    archived: bool


class UnderTest(Protocol):
    """A vendor's sandbox and what is peculiar to the vendor; every test begins with ``reset``."""

    provider: Provider
    object: str
    by: str
    """The unique field that records are upserted by."""
    edited: str
    """A text field that a person may change."""
    account_id: str
    absent_id: str
    """An id of the vendor's form that no record has."""
    token_seconds: int

    def start(self) -> None:
        """Start the sandbox."""

    def stop(self) -> None:
        """End it."""

    def reset(self) -> None:
        """Empty the vendor: as on the first start, limits on."""

    def lower_caps(self) -> None:
        """Let the vendor show a tenth of its usual records at once, for runs at a tenth of the sizes."""

    def settings(self) -> dict[str, Any]:
        """Return the hub's settings that have the sandbox in the vendor's place."""

    def good(self, number: int) -> dict[str, str]:
        """Return the values of a record that the vendor takes, ``by`` among them."""

    def bad(self, number: int) -> dict[str, str]:
        """Return the values of a record that the vendor refuses."""

    def seed(self, count: int, at: str, start: int) -> None:
        """Add records as an import would, all modified at one time (ISO-8601)."""

    def records(self) -> list[Held]:
        """Return every record, deleted ones too."""

    def edit(self, id: str, value: str) -> None:
        """Change ``edited`` of a record as a person."""

    def remove(self, id: str) -> None:
        """Delete a record as a person."""

    def merge(self, winner: str, loser: str) -> str:
        """Merge two records as a person and return the survivor's id."""

    def revoke(self) -> None:
        """End the grant as an administrator who removes the app."""

    def rotate(self, mode: str) -> None:
        """Let refreshes treat refresh tokens as declared: ``stable``, ``rotating``, ``kills_on_reuse``."""

    def advance(self, seconds: float) -> None:
        """Move the vendor's clock."""

    def trouble(self, step: Step, kind: Trouble) -> None:
        """Let the next call of a step go wrong once."""

    def calls(self, step: Step) -> int:
        """Return how many calls of a step there were."""

    def presented(self) -> Sequence[int]:
        """Return how often each refresh token was presented."""

    def watch(self, address: str) -> None:
        """Let the vendor send its webhooks there, about records made and deleted.

        Asked only of kind ``signed``: with a ``secret``, the provider itself orders them (``capabilities.Watching``).
        """

    def deliver_badly(self) -> None:
        """Let the vendor send each webhook twice, and out of order."""
