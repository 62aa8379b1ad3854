"""Documents: companies, users, what they prove who they are with, and the directory of what is looked up beforehand."""

from __future__ import annotations

from enum import StrEnum

from leadbridge.kit.document import GlobalDocument, Id, JsonObject, Record, Time
from leadbridge.kit.values import Stored
from leadbridge.storage.kind import Index, Kind


class Role(StrEnum):
    """What a user may do inside one company; the first is the top.

    Looking across companies is nobody's role: it needs the command line of the machine the hub runs on.
    """

    SUPER_USER = "super_user"
    ADMIN = "admin"
    MEMBER = "member"
    SERVICE = "service"

    @property
    def rank(self) -> int:
        """The role's place from the top, which is 0: nobody gives or takes a role above their own."""
        return tuple(Role).index(self)


class Company(Record):
    """A tenant. Its ``companyId`` is its own id."""

    name: str
    external_id: str | None = None
    """What the host application calls it; ``company-ext:<external id>`` in the directory leads here."""
    time_zone: str = "UTC"
    country: str | None = None
    """ISO alpha-2: where phone numbers without a country belong."""
    created_at: Time


class User(Record):
    """A person, or a program, of one company."""

    email: str | None = None
    email_key: str | None = None
    """The form in which an address is unique in its company; absent where nobody signs in with it."""
    external_key: str | None = None
    """Issuer and subject of the host application's tokens for this user."""
    name: str
    role: Role
    created_at: Time
    disabled_at: Time | None = None


class Password(Record):
    """A user's password, as Argon2id wrote it. ``_id`` is the user's, so that no list of users ever carries it."""

    hash: str
    changed_at: Time


class Address(GlobalDocument):
    """Who signs in with an e-mail address. ``_id`` is a hash of the address."""

    members: tuple[str, ...] = ()
    """``<company id>:<user id>``, one for each company the address belongs to."""


class Attempts(GlobalDocument):
    """Failed sign-ins with an address, known or not. ``_id`` is the address's hash."""

    failures: int
    last_at: Time
    blocked_until: Time


class Session(Record):
    """A browser that is signed in. The token is in its cookie only; its hash is the directory's key."""

    user_id: Id
    token_hash: str
    created_at: Time
    last_seen_at: Time
    expires_at: Time
    address: str = ""
    user_agent: str = ""


class ApiKey(Record):
    """An API key's record. The key itself is only in its owner's hands; its hash is the directory's key."""

    user_id: Id
    name: str
    prefix: str = ""
    """The beginning that may be shown; keys of the first version have none."""
    token_hash: str
    rights: tuple[str, ...] | None = None
    """What it may do of what its user may do; absent: all of it."""
    created_by: Id
    created_at: Time
    expires_at: Time | None = None
    last_used_at: Time | None = None
    revoked_at: Time | None = None


class Invitation(Record):
    """An offer to become a user. Its token is in the inviter's hands only; its hash is the directory's key."""

    email: str
    role: Role
    token_hash: str
    invited_by: Id
    created_at: Time
    expires_at: Time
    accepted_at: Time | None = None
    revoked_at: Time | None = None
    user_id: Id | None = None
    """Who it became."""


class AuditEntry(Record):
    """One change that somebody made: who, what, before, after, from where. Secret and personal values are masked."""

    at: Time
    action: str
    target: str
    """``<kind>:<id>`` of what was changed."""
    user_id: Id | None = None
    """Who did it; absent for the command line and for the hub itself."""
    via: str
    """How they were known: session, key, jwt, invitation, command_line."""
    key_id: Id | None = None
    before: JsonObject
    after: JsonObject
    address: str = ""
    user_agent: str = ""
    request_id: str = ""


class DirectoryEntry(GlobalDocument):
    """Leads from a value (or its hash) to a company. ``_id`` is ``<what>:<value>``; the entry holds no secret."""

    what: str
    company_id: Id
    ref: str
    """Id of the document in that company."""
    user_id: Id | None = None
    expires_at: Time | None = None


def key_from_access_token(body: Stored) -> Stored:
    """Return an API key (version 2) of an access token (version 1), which had neither rights of its own nor an end."""
    return body | {"createdBy": body["userId"]}


COMPANIES = Kind("companies", Company)
USERS = Kind(
    "users",
    User,
    (
        Index("email", ("companyId", "emailKey"), unique=True),
        Index("external", ("companyId", "externalKey"), unique=True),
        Index("role", ("companyId", "role")),
    ),
)
PASSWORDS = Kind("passwords", Password)
ADDRESSES = Kind("addresses", Address, tenant=False)
ATTEMPTS = Kind("sign_in_attempts", Attempts, (Index("last", ("lastAt",)),), tenant=False)
SESSIONS = Kind("sessions", Session, (Index("user", ("companyId", "userId")),))
TOKENS = Kind(
    "access_tokens",
    ApiKey,
    (Index("user", ("companyId", "userId")),),
    version=2,
    upcasts={1: key_from_access_token},
)
INVITATIONS = Kind("invitations", Invitation, (Index("created", ("companyId", "createdAt")),))
AUDIT = Kind("audit", AuditEntry, (Index("at", ("companyId", "at")),))
DIRECTORY = Kind("directory", DirectoryEntry, (Index("expiry", ("what", "expiresAt")),), tenant=False)

KINDS = (
    COMPANIES,
    USERS,
    PASSWORDS,
    ADDRESSES,
    ATTEMPTS,
    SESSIONS,
    TOKENS,
    INVITATIONS,
    AUDIT,
    DIRECTORY,
)
