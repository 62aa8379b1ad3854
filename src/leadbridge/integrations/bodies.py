"""What callers send to this room's endpoints."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from leadbridge.kit.document import Blankable, Body

Text = Annotated[Annotated[str, Field(max_length=2000)] | None, Blankable]


class InitBody(Body):
    """Begin a connect."""

    provider: Annotated[str, Field(max_length=40, examples=["hubspot"])]
    return_url: Text = None
    """Where the browser goes at the end; one of LEADBRIDGE_RETURN_URLS."""
    connection_id: Text = None
    """The connection to renew; only its own account is then accepted."""


class CompleteBody(Body):
    """Confirm a pending connection."""

    handle: Annotated[str, Field(min_length=1, max_length=200)]


class ChangeBody(Body):
    """Change a connection."""

    primary: bool | None = None
    paused: bool | None = None
    automatic_push: bool | None = None
    """Whether leads that are created or changed are pushed to this connection without being asked for."""


class ConnectionChoice(Body):
    """Which connection is meant; without either, the primary one."""

    connection_id: Text = None
    provider: Text = None
