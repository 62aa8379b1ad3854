"""What Leadbridge asks of a CRM. A provider is an adapter: it builds requests, reads answers, and decides nothing.

Calls that need a connection take a ``Session``, which adds the token, keeps to the connection's stored origins, paces
and counts. Values travel in the vendor's own raw form (text or None); mapping and comparison happen above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import SecretStr

from leadbridge.crm.errors import Fault
from leadbridge.security.transport import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class App:
    """Our registration at a vendor: what the operator set, and where the vendor's servers are."""

    client_id: str
    client_secret: SecretStr
    authorize_url: str
    api_url: str
    api_version: str


@dataclass(frozen=True, slots=True)
class Guarantees:
    """What a vendor's API can and cannot promise; the docs print it, and sync relies on it."""

    write_guard: str
    """How an edit made between our read and our write is prevented: ``etag``, ``modified_since``, ``none`` ..."""
    value_history: bool
    """Whether earlier values of a field, with their times, can be read afterwards."""
    write_returns_values: bool
    """Whether the answer to a write shows the values as the vendor stored them."""
    read_is_current: bool
    """Whether a read by id shows every write acknowledged before it."""
    replay_safe: bool
    """Whether presenting a refresh token again, after an answer was lost, does no harm."""
    create_lag: timedelta
    """How long after an unanswered create its record may still be missing from look-ups by match key."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a vendor account may be called: at most ``calls`` in any ``seconds``."""

    calls: int
    seconds: float
    remaining_header: str | None = None
    """The response header that tells how many calls are left in the window, where the vendor has one."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token endpoint gave. ``refresh_token`` is None where the vendor kept the old one in force."""

    access_token: SecretStr
    refresh_token: SecretStr | None
    expires_in: int
    """Seconds from the moment of the answer."""
    expiry_estimated: bool = False
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """Who a connection acts as at the vendor."""

    account_id: str
    """The vendor's id of the account (portal, organisation)."""
    user_id: str
    name: str
    email: str | None
    environment: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteRecord:
    """A record as the vendor stores it; an absent value is None."""

    id: str
    values: Mapping[str, str | None]
    version: str
    """Rises with every change of the record; compared only with versions of the same record."""
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Write:
    """One record to create (``id`` None) or update. ``trace`` names it in the answer."""

    trace: str
    values: Mapping[str, str]
    """Field to new value; an empty text clears the field."""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one ``Write``: a record, or a fault. ``existing_id`` names the record that stood in the way."""

    trace: str
    record: RemoteRecord | None = None
    fault: Fault | None = None
    existing_id: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a connection test looked at."""

    name: str
    ok: bool
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field of ours and its counterpart; ``same`` names how their values are compared (``sync.equivalence``)."""

    ours: str
    theirs: str
    same: str = "text"


@dataclass(frozen=True, slots=True)
class ObjectDefaults:
    """How one kind of ours is mapped to one object of the vendor's until a tenant says otherwise."""

    kind: str
    object: str
    fields: tuple[FieldPair, ...]
    constants: Mapping[str, str] = field(default_factory=dict)
    """Values given to a record when it is created, and left alone afterwards."""
    match_key: str = "email"
    """The vendor's field that finds an existing record; its counterpart is in ``fields``."""
    own_key: str = "leadbridge_id"
    """The vendor's unique field that holds our id."""


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

    async def call(self, request: HttpRequest) -> HttpResponse:
        """Send ``request`` with the connection's token and return any answer that is not about the token or the pace.

        An expired token is refreshed and the call repeated once; a vendor's "slow down" is waited out within bounds.
        Raises ``VendorFailed`` (``crm.errors``) when no usable answer came.
        """
        ...


class Provider(Protocol):
    """One CRM."""

    id: str
    name: str
    guarantees: Guarantees
    required_scopes: tuple[str, ...]
    optional_scopes: tuple[str, ...]
    defaults: ObjectDefaults
    write_batch: int
    """Records that one write call takes."""
    pace: Pace

    def origins(self, app: App) -> tuple[str, ...]:
        """Return the origins that a new connection may talk to."""
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

    def read_grant(self, response: HttpResponse) -> Grant:
        """Return the tokens in a token endpoint's answer; raises ``TokenRefused`` (``crm.errors``)."""
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
