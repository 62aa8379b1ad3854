"""Who is calling: an API key, a host application's token, or a browser's session, resolved to a user of one company."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from leadbridge.kit.errors import Unauthenticated
from leadbridge.security.hashing import same
from leadbridge.tenancy.audit import Author
from leadbridge.tenancy.errors import CsrfRefused, TokenRefused
from leadbridge.tenancy.jwt import looks_like_jwt
from leadbridge.tenancy.model import ApiKey, Session, User
from leadbridge.tenancy.service import TenancyService
from leadbridge.tenancy.sessions import csrf_token

ORIGIN = "api"
"""Where changes asked for over HTTP come from, the dashboard included."""
COOKIE = "leadbridge_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""The cookie's name over https: no subdomain and no plain page can set one of this name."""
CSRF_HEADER = "x-csrf-token"
EXECUTION_HEADER, HOP_HEADER = "x-leadbridge-execution", "x-leadbridge-hop"
"""Headers of a delivered event. Who sends them back with a request says that it comes of that event."""
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="An API key (`lb_...`), or a token of the host application. The scopes name the right that is needed.",
)
_session = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description="A browser's session, made by POST /api/v1/auth/login; over https its name begins with `__Host-`. "
    "A request that changes something also sends the header `X-CSRF-Token`.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A known user, for one request. ``rights`` is empty until the endpoint's own right was asked for (``needs``)."""

    company_id: str
    user_id: str
    role: str
    request_id: str
    user: User = field(repr=False)
    origin: str = ORIGIN
    hop: int = 0
    """How many automations in a row led to the request, as far as it tells."""
    rights: Set[str] = frozenset()
    via: str = "key"
    key: ApiKey | None = field(default=None, repr=False)
    session: Session | None = field(default=None, repr=False)
    csrf: str | None = field(default=None, repr=False)
    address: str = ""
    user_agent: str = ""

    @property
    def author(self) -> Author:
        """Whose change a request makes, for the audit trail."""
        key_id = self.key.id if self.key is not None else None
        return Author(self.user_id, self.via, key_id, self.address, self.user_agent, self.request_id)


def cookie_name(*, secure: bool) -> str:
    """Return the name of the session's cookie."""
    return SECURE_COOKIE if secure else COOKIE


def somebody(request: Request, via: str = "") -> Author:
    """Return what is known of a request before anybody is."""
    address = request.client.host if request.client is not None else ""
    return Author(None, via, None, address, request.headers.get("user-agent", ""), request.state.request_id)


async def known_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    cookie: Annotated[str | None, Depends(_session)],
) -> Caller:
    """Return who is calling; raises ``Unauthenticated``, ``CsrfRefused``. A bearer token goes before a cookie."""
    tenancy: TenancyService = request.app.state.hub.tenancy
    if credentials is not None:
        return await _caused(request, await _by_bearer(request, tenancy, credentials.credentials))
    secure = request.app.state.hub.settings.public.startswith("https:")
    token = request.cookies.get(cookie_name(secure=secure))
    if token is None or "authorization" in request.headers:
        raise Unauthenticated("The request carries no bearer token.")
    known = await tenancy.sessions.known(token)
    if known is None:
        raise Unauthenticated("The session has ended.", code="session_ended", hint="Sign in again.")
    csrf = csrf_token(token)
    if request.method not in HARMLESS and not same(csrf, request.headers.get(CSRF_HEADER, "")):
        raise CsrfRefused("The request changes something and does not carry the session's CSRF token.")
    return _caller(request, known[0], "session", session=known[1], csrf=csrf)


async def _caused(request: Request, caller: Caller) -> Caller:
    """Return the caller with what the request comes of, so that automations that act by the API come to an end."""
    told, named = request.headers.get(HOP_HEADER, ""), request.headers.get(EXECUTION_HEADER)
    hop = int(told) if len(told) <= 3 and told.isascii() and told.isdigit() else 0
    cause = None if named is None else await request.app.state.hub.causes.of(caller.company_id, named)
    if cause is None:
        return replace(caller, hop=hop) if hop else caller
    return replace(caller, origin=cause[0] or caller.origin, hop=max(hop, cause[1]))


async def _by_bearer(request: Request, tenancy: TenancyService, token: str) -> Caller:
    if looks_like_jwt(token):
        if tenancy.hosts is None:
            raise TokenRefused(
                "This hub takes no host application's tokens.", hint="Set the LEADBRIDGE_JWT_ variables, or send a key."
            )
        return _caller(request, await tenancy.hosts.known(token, somebody(request, "jwt")), "jwt")
    known = await tenancy.keys.known(token)
    if known is None:
        raise Unauthenticated("The bearer token is not known here.")
    return _caller(request, known[0], "key", key=known[1])


def _caller(
    request: Request,
    user: User,
    via: str,
    *,
    key: ApiKey | None = None,
    session: Session | None = None,
    csrf: str | None = None,
) -> Caller:
    who = somebody(request)
    return Caller(
        user.company_id,
        user.id,
        user.role.value,
        request.state.request_id,
        user,
        via=via,
        key=key,
        session=session,
        csrf=csrf,
        address=who.address,
        user_agent=who.user_agent,
    )


CallerDep = Annotated[Caller, Depends(known_caller)]
