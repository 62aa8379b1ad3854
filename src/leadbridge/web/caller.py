"""Who is calling: the bearer token of a request, resolved to a user of one company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from leadbridge.kit.errors import Unauthenticated
from leadbridge.tenancy.service import TenancyService

ORIGIN = "api"
"""Where changes asked for over HTTP come from, the dashboard included."""

_bearer = HTTPBearer(auto_error=False, description="A token made by `leadbridge token create`.")


@dataclass(frozen=True, slots=True)
class Caller:
    """A known user, for one request."""

    company_id: str
    user_id: str
    role: str
    request_id: str
    origin: str = ORIGIN


async def known_caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Return who is calling; raises ``Unauthenticated`` without a known bearer token."""
    tenancy: TenancyService = request.app.state.hub.tenancy
    if credentials is None:
        raise Unauthenticated("The request carries no bearer token.")
    user = await tenancy.user_of_token(credentials.credentials)
    if user is None:
        raise Unauthenticated("The bearer token is not known here.")
    return Caller(user.company_id, user.id, user.role, request.state.request_id)


CallerDep = Annotated[Caller, Depends(known_caller)]
