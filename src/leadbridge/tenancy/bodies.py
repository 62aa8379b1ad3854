"""What callers send to the endpoints of companies, users and keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from leadbridge.kit.document import Body, Id
from leadbridge.tenancy.model import Role

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
Email = Annotated[str, Field(min_length=3, max_length=254, examples=["ana@example.com"])]
Secret = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"format": "password"})]
"""A password as typed: kept as it is, with its spaces and its case."""


class LoginBody(Body):
    """An address and a password; ``company`` only where the address is known in several."""

    email: Email
    password: Secret
    company: Id | None = None


class PasswordBody(Body):
    """A user's own new password."""

    current_password: Secret
    new_password: Secret


class KeyBody(Body):
    """A new API key. Without ``rights`` it may do whatever its user may."""

    name: Name
    rights: list[str] | None = Field(None, max_length=100, examples=[["leads.read", "leads.write"]])
    expires_at: AwareDatetime | None = None


class CompanyKeyBody(KeyBody):
    """A new API key for a program: of the service user ``userId``, or of a new one."""

    user_id: Id | None = None


class CompanyBody(Body):
    """What to change of the company."""

    name: Name | None = None
    time_zone: str | None = Field(None, max_length=64, examples=["Europe/Berlin"])
    country: str | None = Field(None, min_length=2, max_length=2, examples=["DE"])


class UserBody(Body):
    """What to change of a user."""

    name: Name | None = None
    role: Role | None = None
    disabled: bool | None = None


class InvitationBody(Body):
    """Whom to invite, and as what."""

    email: Email
    role: Role = Role.MEMBER


class AcceptBody(Body):
    """What makes the holder of an invitation a user."""

    token: str = Field(min_length=1, max_length=200)
    name: Name
    password: Secret
