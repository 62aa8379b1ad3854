"""The values that pass between the hub and a provider. Fields of records travel raw: text or None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from pydantic import SecretStr

from leadbridge.crm.errors import Fault

Rotation = Literal["stable", "rotating", "kills_on_reuse"]
WebhookKind = Literal["signed", "secret", "none"]
FieldType = Literal["text", "number", "date", "datetime", "boolean", "choice", "choices", "phone"]


@dataclass(frozen=True, slots=True)
class Guarantees:
    """What a vendor's API can and cannot promise; the docs print it, and sync relies on it."""

    write_guard: str
    """How an edit made between our read and our write is prevented: ``etag``, ``modified_since``, ``reread`` (our own
    second look at the version), ``none``. Of several ways the weakest."""
    value_history: bool
    """Whether earlier values of a field, with their times, can be read afterwards."""
    write_returns_values: bool
    """Whether a write's outcome has the values as the vendor stored them."""
    read_is_current: bool
    """Whether a read by id shows every write acknowledged before it."""
    replay_safe: bool
    """Whether presenting a refresh token again, after an answer was lost, does no harm."""
    create_lag: timedelta
    """How long after an unanswered create its record may still be missing from look-ups by match key."""
    write_read_back: bool = False
    """Whether those values were read right after the write, and not told by it: a value that is not what was sent may
    then be a person's, typed in between."""
    unique_match: bool = False
    """Whether the vendor refuses a second record with the same match key by itself, however soon after the first."""
    change_lag: timedelta = timedelta(0)
    """How long a change may be missing from ``changes``; the walk never goes nearer to the present than this."""
    rotation: Rotation = "stable"
    """What a refresh does to the refresh token that it presents."""
    webhook: WebhookKind = "none"
    """What proves that a webhook comes from the vendor."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a vendor account may be called: at most ``calls`` in any ``seconds``."""

    calls: int
    seconds: float
    remaining_header: str | None = None
    """The response header that tells how many calls are left in the window, where the vendor has one."""
    name: str = ""
    """Tells apart several budgets of one account, each with calls of its own."""
    at_once: int = 0
    """How many calls may be under way at once, by all processes together; 0: as many as like."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What an answer tells about the account's calls, where it tells anything."""

    day_left: int | None = None
    day_limit: int | None = None
    day_over: bool = False
    """The day's calls are used up: waiting a minute does not help."""
    slow_down: bool = False
    """The call was refused for the number of calls, and nothing was done; by whatever status the vendor says so."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token endpoint gave. ``refresh_token`` is None where the vendor kept the old one in force."""

    access_token: SecretStr
    refresh_token: SecretStr | None
    expires_in: int
    """Seconds from the moment of the answer."""
    expiry_estimated: bool = False
    scopes: tuple[str, ...] = ()
    api_url: str | None = None
    """Where the account's records are, told with the tokens and checked against the vendor's table of hosts."""
    doubt: Fault | None = None
    """What is wrong with the answer though it holds tokens: nothing is connected by it, while a renewal keeps them."""


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
    version: str | None = None
    """The version that was read: where the vendor can (``Guarantees.write_guard``) and the record has another one by
    now, nothing is written, and the outcome is the fault ``changed_meanwhile``."""


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
    """One field of ours and its counterpart; ``same`` names the type that they share (``mapping.defaults``)."""

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
    """The vendor's field that finds an existing record; its counterpart is in ``fields``. Empty: only our key does."""
    own_key: str = "leadbridge_id"
    """The vendor's unique field that holds our id."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value that a choice field takes: what is stored, and what people see."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a vendor's object, as ``describe`` finds it."""

    name: str
    label: str
    type: FieldType
    writable: bool
    unique: bool = False
    """Whether a record can be found and upserted by its value."""
    custom: bool = False
    required: bool = False
    """Whether the vendor refuses a new record without it, as far as its description tells."""
    options: tuple[Option, ...] = ()
    group: str = ""
    length: int | None = None
    """Characters that a text field keeps, where the vendor tells."""
    scale: int | None = None
    """Decimals that a number field keeps, where the vendor tells."""


@dataclass(frozen=True, slots=True)
class Changed:
    """News that a record has changed. Only its id counts: what it holds now is read by id.

    ``absorbed`` are records that were merged into it, as far as the vendor says so.
    """

    id: str
    at: datetime
    gone: bool = False
    absorbed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of a walk. ``cursor`` goes on behind it; without ``more`` it is where the next walk begins."""

    changes: tuple[Changed, ...]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came: the public address it was sent to, header names in lower case, the raw body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    received_at: datetime
    secret: SecretStr | None = None
    """What the connection that the address belongs to ordered its webhooks with; None at the address of a whole app."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What one webhook event says: look at this record. Nothing else of an event is believed."""

    key: str
    """The same for each repetition of the event, and for no other."""
    account_id: str
    """The vendor's id of the account; may be empty where the address tells the connection (kind ``secret``)."""
    object: str
    record_id: str
    change: Literal["changed", "gone", "merged"]
    at: datetime
    into: str | None = None
    """The record that a merge left."""
    ours: bool = False
    """The vendor says that this app made the change: probably an echo of our own write."""


@dataclass(frozen=True, slots=True)
class Capability:
    """Something a provider can do if the tenant granted what it needs; ``reason`` says what is missing."""

    name: str
    available: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """A person at the vendor to whom records belong."""

    id: str
    email: str | None
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class StageInfo:
    """One stage of a pipeline; ``probability`` is between 0 and 1."""

    id: str
    label: str
    probability: float | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What deals move through, stages in order."""

    id: str
    label: str
    stages: tuple[StageInfo, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of different objects that belong together. ``primary``: as the one that stands for all."""

    source: str
    target: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A value that a field had from ``at`` on; ``by`` is who wrote it, in the vendor's words."""

    value: str | None
    at: datetime
    by: str
