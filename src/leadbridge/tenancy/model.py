"""Documents: companies, users, tokens, and the directory of what is looked up before a company is known."""

from __future__ import annotations

from enum import StrEnum

from leadbridge.kit.document import GlobalDocument, Id, Record, Time
from leadbridge.storage.kind import Index, Kind


class Role(StrEnum):
    """What a user may do inside one company; the first is the top."""

    SUPER_USER = "super_user"
    ADMIN = "admin"
    MEMBER = "member"
    SERVICE = "service"


class Company(Record):
    """A tenant. Its ``companyId`` is its own id."""

    name: str
    time_zone: str = "UTC"
    country: str | None = None
    """ISO alpha-2: where phone numbers without a country belong."""
    created_at: Time


class User(Record):
    """A person, or a program, of one company."""

    email: str | None = None
    email_key: str | None = None
    name: str
    role: Role
    created_at: Time


class AccessToken(Record):
    """A bearer token's record. The token itself is only in its owner's hands; its hash is the directory's key."""

    user_id: Id
    name: str
    token_hash: str
    created_at: Time


class DirectoryEntry(GlobalDocument):
    """Leads from a value (or its hash) to a company. ``_id`` is ``<what>:<value>``; the entry holds no secret."""

    what: str
    company_id: Id
    ref: str
    """Id of the document in that company."""
    user_id: Id | None = None
    expires_at: Time | None = None


COMPANIES = Kind("companies", Company)
USERS = Kind("users", User, (Index("email", ("companyId", "emailKey"), unique=True),))
TOKENS = Kind("access_tokens", AccessToken, (Index("user", ("companyId", "userId")),))
DIRECTORY = Kind("directory", DirectoryEntry, (Index("expiry", ("what", "expiresAt")),), tenant=False)

KINDS = (COMPANIES, USERS, TOKENS, DIRECTORY)
