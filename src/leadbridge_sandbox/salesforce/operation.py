"""One call of Salesforce: who asks, what was sent, and what every answer has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from ..faults import Fault
from ..gate import Gate
from . import unconfirmed
from .errors import JSON_TYPE, IdentityError, Refused, TokenError, answer, limit_exceeded, not_found, session_invalid
from .grants import Grants, Principal
from .org import Org, Salesforce
from .writes import Desk

Door = Literal["open", "api", "identity"]
"""Who may call: anybody, a session with the scope `api`, or any session (the identity endpoints)."""

VERSION_MIN, VERSION_MAX, RETIRED_MAX = 31, 68, 30
ADDRESS_MAX = 16_384
"""Bytes of a URI; a query that is longer has to be asked in another way."""


@dataclass(slots=True)
class Call:
    """One request, with what its operation needs to answer it. A part of a composite call is one too."""

    vendor: Salesforce
    method: str
    params: dict[str, str]
    """Parts of the path."""
    args: dict[str, str]
    """Parts of the query."""
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes
    origin: str
    """Scheme and host that were asked."""
    bearer: Principal | None = None
    sent: dict[str, str] = field(default_factory=dict)
    """Headers that the answer gets."""

    @property
    def principal(self) -> Principal:
        """Return who calls."""
        if self.bearer is None:
            raise session_invalid()
        return self.bearer

    @property
    def org(self) -> Org:
        """Return whose data the call is about."""
        return self.principal.org

    @property
    def version(self) -> str:
        """Return the API version of the path, such as `67.0`."""
        return self.params.get("version", "67.0")

    @property
    def base(self) -> str:
        """Return the path that the paths in answers begin with."""
        return f"/services/data/v{self.version}"

    def json(self) -> dict[str, Any]:
        """Return the body's JSON object. Raises Refused."""
        try:
            parsed = orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError as error:
            text = f"Unexpected character at [line:{error.lineno}, column:{error.colno}]"
            raise Refused(400, "JSON_PARSER_ERROR", text) from None
        if not isinstance(parsed, dict):
            raise Refused(400, "JSON_PARSER_ERROR", "Can not deserialize: unexpected array at [line:1, column:1]")
        return parsed

    def form(self) -> dict[str, str]:
        """Return the body's form fields, with those of the query. Raises TokenError when it is no form."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.body and kind != "application/x-www-form-urlencoded":
            raise TokenError("invalid_request", "the body must be application/x-www-form-urlencoded")
        return {**self.args, **dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))}

    def flag(self, name: str) -> bool:
        """Return whether a query parameter is `true`."""
        return self.args.get(name, "").lower() == "true"

    def header_option(self, header: str, option: str) -> str:
        """Return an option of a header such as `Sforce-Query-Options: batchSize=200`; empty without it."""
        for part in self.headers.get(header, "").replace(";", ",").split(","):
            name, _, value = part.partition("=")
            if name.strip().lower() == option.lower():
                return value.strip()
        return ""

    def desk(self) -> Desk:
        """Return the place to read and write in the caller's org."""
        allow = self.header_option("sforce-duplicate-rule-header", "allowSave").lower() == "true"
        return Desk(self.vendor, self.org.org_id, self.org.user_id, self.vendor.now, self.base, allow_save=allow)


Handler = Callable[[Call], Response]


class Operations:
    """Makes endpoints of handlers. A handler runs without awaiting: it is one step of the whole vendor.

    `settle` does what the time has made due, before each call.
    """

    def __init__(self, vendor: Salesforce, settle: Callable[[], None]) -> None:
        self.vendor = vendor
        self.settle = settle
        self.grants = Grants(vendor)

    def endpoint(self, name: str, handler: Handler, door: Door) -> Gate:
        """Return the ASGI endpoint of an operation."""

        async def work(request: Request) -> Response:
            if len(str(request.url)) > ADDRESS_MAX:
                return Response("URI Too Long", 414, {"Content-Type": "text/plain"})
            call = Call(
                self.vendor,
                request.method,
                {key: str(value) for key, value in request.path_params.items()},
                dict(request.query_params),
                {key.lower(): value for key, value in request.headers.items()},
                await request.body(),
                f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}",
            )
            response = self.guarded(call, handler, door)
            for header, value in call.sent.items():
                response.headers[header] = value
            return response

        return Gate(self.vendor.world, name, work, self._faulty)

    def guarded(self, call: Call, handler: Handler, door: Door) -> Response:
        """Return the handler's answer, or that of what stands in its way."""
        try:
            if "version" in call.params:
                check_version(call.version)
            self.settle()
            if door != "open":
                self._admit(call, door)
            return handler(call)
        except Refused as error:
            return refusal(error)
        except TokenError as error:
            return answer(error.status, error.body())
        except IdentityError as error:
            return Response(error.text, 403, {"Content-Type": "text/plain;charset=UTF-8"})

    def _admit(self, call: Call, door: Door) -> None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "oauth") or not token.strip():
            if door == "identity":
                raise IdentityError("Missing_OAuth_Token")
            raise Refused(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
        principal = self.grants.principal(token.strip())
        if principal is None:
            raise IdentityError("Bad_OAuth_Token") if door == "identity" else session_invalid()
        call.bearer = principal
        if door == "identity":
            return
        self._check_instance(call)
        if not {"api", "full"} & principal.scopes:
            raise session_invalid("This session is not valid for use with the REST API")
        if not self.vendor.settings.apiEnabled:
            raise Refused(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")
        self._meter(call)

    def _check_instance(self, call: Call) -> None:
        """Refuse a session at another host than its org's, where the org has one of its own."""
        own = call.org.instance_url
        if own and own.partition("://")[2].lower() != call.origin.partition("://")[2].lower():
            raise Refused(unconfirmed.WRONG_INSTANCE_STATUS, "INVALID_SESSION_ID", "Session expired or invalid")

    def _meter(self, call: Call) -> None:
        settings, usage = self.vendor.settings, self.vendor.usage
        org, now, most = call.org.org_id, self.vendor.now, settings.dailyLimit
        used = usage.used(org, now)
        refused = settings.rateLimits and used >= most
        if not refused or unconfirmed.REFUSED_CALLS_COUNT:
            usage.add(org, now)
            used += 1
        call.sent["Sforce-Limit-Info"] = f"api-usage={used}/{most}"
        if refused:
            raise limit_exceeded()
        if settings.rateLimits and usage.long_running.get(org, 0) >= settings.longRequestsMax:
            raise limit_exceeded("ConcurrentRequests")

    def _faulty(self, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            if "oauth" in fault.route:
                error = TokenError("rate_limit_exceeded", "login rate exceeded")
                return answer(error.status, error.body(), fault.headers)
            return answer(403, limit_exceeded(fault.policy).body(), fault.headers)
        if isinstance(fault.body, str):
            return Response(fault.body, fault.status, {"Content-Type": "text/html;charset=utf-8", **fault.headers})
        if fault.body is None:
            code = "SERVER_UNAVAILABLE" if fault.status == 503 else "UNKNOWN_EXCEPTION"
            refused = Refused(fault.status, code, f"injected fault: HTTP {fault.status}")
            return answer(fault.status, refused.body(), fault.headers)
        return answer(fault.status, fault.body, fault.headers)


def refusal(error: Refused) -> Response:
    """Return the answer of a refused call. Several matches of an external id are answered with their paths."""
    if error.status == 300:
        return answer(300, error.extra["paths"])
    if error.status in (304, 412):
        return Response(b"", error.status, {"Content-Type": JSON_TYPE})
    return answer(error.status, error.body())


def check_version(text: str) -> None:
    """Raise Refused for an API version that is retired or unknown."""
    whole, _, rest = text.partition(".")
    if not whole.isdecimal() or rest != "0":
        raise not_found()
    if int(whole) <= RETIRED_MAX:
        raise Refused(410, "UNSUPPORTED_API_VERSION", unconfirmed.RETIRED_VERSION_TEXT)
    if not VERSION_MIN <= int(whole) <= VERSION_MAX:
        raise not_found()
