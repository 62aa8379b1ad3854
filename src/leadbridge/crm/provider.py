"""What Leadbridge asks of a CRM. A provider is an adapter: it builds requests, reads answers, and decides nothing.

Calls that need a connection take a ``Session``, which adds the token, keeps to the connection's stored origins, paces
and counts. Values travel in the vendor's own raw form (text or None); mapping and comparison happen above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.model import (
    Account,
    Budget,
    Capability,
    ChangePage,
    Check,
    Delivery,
    FieldInfo,
    FieldPair,
    Grant,
    Guarantees,
    Hint,
    ObjectDefaults,
    Pace,
    RemoteRecord,
    Write,
    Written,
)
from leadbridge.security.transport import HttpRequest, HttpResponse

# fmt: off
__all__ = [  # what the rest of the hub takes from here, so that it names one module for all that a provider is
    "Account", "App", "Budget", "Capability", "ChangePage", "Check", "Delivery", "FieldInfo", "FieldPair", "Grant",
    "Guarantees", "Hint", "ObjectDefaults", "Pace", "Provider", "RemoteRecord", "Session", "Write", "Written",
]
# fmt: on


class Session(Protocol):
    """An authorised way to one connection's vendor account."""

    @property
    def app(self) -> App:
        """Our registration at this vendor."""
        ...

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the tenant granted."""
        ...

    async def call(self, request: HttpRequest, pace: Pace | None = None) -> HttpResponse:
        """Send ``request`` with the connection's token and return any answer that is not about the token or the pace.

        An expired token is refreshed and the call repeated once; a vendor's "slow down" is waited out within bounds.
        ``pace`` names the budget that the call is taken from, where it is not the provider's usual one.
        Raises ``VendorFailed`` (``crm.errors``) when no usable answer came.
        """
        ...

    async def pause(self, seconds: float) -> None:
        """Wait about ``seconds``, before rows are sent again that the vendor had locked."""
        ...


class Provider(Protocol):
    """One CRM."""

    id: str
    name: str
    guarantees: Guarantees
    required_scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...]
    defaults: ObjectDefaults
    objects: tuple[str, ...]
    """The vendor's objects that ``describe``, ``changes`` and the writes take."""
    write_batch: int
    """Records that one write call takes."""
    pace: Pace
    unwritten: frozenset[int]
    """Statuses which say that nothing was done, so that any call may be repeated after a wait."""
    correlation_header: str
    """The response header by which the vendor's support finds a call; empty where there is none."""
    token_scheme: str
    """The word before the access token in the header ``Authorization``."""

    def origins(self, app: App) -> tuple[str, ...]:
        """Return the origins that a new connection may talk to."""
        ...

    def locate(self, app: App, options: Mapping[str, str]) -> App:
        """Return the app with the servers that a connect is to go to, as its caller named them (``dataCenter``,
        ``environment``, ``myDomain``, ``organizationUrl``); raises ``InvalidInput`` for a host that is not its own.
        """
        ...

    def landed(self, app: App, query: Mapping[str, str]) -> App:
        """Return the app with the servers that the vendor named when it sent the browser back; raises as ``locate``."""
        ...

    def authorize_url(self, app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
        """Return the vendor's consent page for this app (PKCE S256)."""
        ...

    def exchange_request(self, app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
        """Return the request that turns a code into tokens."""
        ...

    def refresh_request(self, app: App, refresh_token: SecretStr) -> HttpRequest:
        """Return the request that renews tokens."""
        ...

    def revoke_request(self, app: App, refresh_token: SecretStr) -> HttpRequest | None:
        """Return the request that gives a grant back, or None where the vendor has none."""
        ...

    def read_grant(self, app: App, response: HttpResponse) -> Grant:
        """Return the tokens in a token endpoint's answer; raises ``TokenRefused`` (``crm.errors``)."""
        ...

    def token_ended(self, response: HttpResponse) -> bool:
        """Tell whether an answer refuses the access token in a way that a new one can cure."""
        ...

    def budget(self, response: HttpResponse) -> Budget:
        """Return what an answer tells about the account's calls."""
        ...

    def capabilities(self, scopes: Sequence[str]) -> tuple[Capability, ...]:
        """Return what a connection with these scopes can do, and for the rest what is missing."""
        ...

    async def identify(self, session: Session, access_token: SecretStr) -> Account:
        """Return who the connection acts as."""
        ...

    async def prepare(self, session: Session) -> Check:
        """Make the unique field for our key where that is allowed; tell whether it is there. May run twice."""
        ...

    async def check(self, session: Session) -> list[Check]:
        """Look at what a connection needs: permissions of each object, quota. Never raises for a vendor's refusal."""
        ...

    async def read(
        self, session: Session, object: str, by: str | None, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, RemoteRecord]:
        """Return records by the vendor's id (``by`` None) or by a unique field, at most ``write_batch`` of them.

        The result is keyed by the key asked for; one that exists nowhere is left out.
        """
        ...

    async def write(self, session: Session, object: str, writes: Sequence[Write]) -> list[Written]:
        """Create or update at most ``write_batch`` records, all of one sort, and tell each one's outcome, in order.

        Raises ``OutcomeLost`` (``security.errors``) when it is unknown whether anything was written.
        """
        ...

    async def upsert(self, session: Session, object: str, by: str, writes: Sequence[Write]) -> list[Written]:
        """Create or update any number of records by a unique field, which is among each one's values.

        Every write has its outcome, in order; repeating a call does no harm. Raises as ``write`` does.
        """
        ...

    async def delete(self, session: Session, object: str, ids: Sequence[str]) -> None:
        """Delete any number of records as a person would, so that one could restore them; gone ones are no error."""
        ...

    async def describe(self, session: Session, object: str) -> tuple[FieldInfo, ...]:
        """Return the object's fields."""
        ...

    async def changes(self, session: Session, object: str, cursor: str | None, now: datetime) -> ChangePage:
        """Return records changed since ``cursor`` (None: all), each once a walk; walks may overlap in time."""
        ...

    async def gone(self, session: Session, object: str, cursor: str | None) -> ChangePage:
        """Return records that were deleted. Where the vendor has no "since", every walk meets all of them."""
        ...

    def read_webhook(self, app: App, delivery: Delivery) -> tuple[Hint, ...]:
        """Return what a genuine webhook says; raises ``WebhookRefused`` (``crm.errors``) for any other.

        Kind ``signed``: the signature is proved with ``app``. Kind ``secret``: ``delivery.secret`` is compared in
        constant time, and a delivery without one is refused. Kind ``none``: everything is refused.
        """
        ...
