"""Endpoints: connections, the OAuth flow, the connection test, the error log, and the integrations page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from leadbridge.integrations.addresses import API, COOKIE_PATH, RESULT_COOKIE
from leadbridge.integrations.bodies import ChangeBody, CompleteBody, ConnectionChoice, InitBody
from leadbridge.integrations.checks import Tested
from leadbridge.integrations.flows import MINUTES
from leadbridge.integrations.outcomes import STYLESHEET, render, stylesheet
from leadbridge.integrations.service import ConnectionService
from leadbridge.integrations.views import account_info, caution_code
from leadbridge.kit.clock import to_seconds_text
from leadbridge.kit.errors import InvalidInput
from leadbridge.settings import INTEGRATIONS_PAGE
from leadbridge.tenancy.audit import AuditTrail
from leadbridge.tenancy.service import TenancyService
from leadbridge.usage.model import ErrorEntry
from leadbridge.usage.service import ErrorFilter, UsageService
from leadbridge.web.caller import Caller, somebody
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs, open_to_all
from leadbridge.web.routing import ApiRoute
from leadbridge.web.spans import SpanDep

router = APIRouter(prefix=API, tags=["CRM integration"], route_class=ApiRoute)
pages = APIRouter(include_in_schema=False)

MAX_QUERY_VALUE = 4096


async def _service(request: Request) -> ConnectionService:
    service: ConnectionService = request.app.state.hub.connections
    return service


async def _trail(request: Request) -> AuditTrail:
    tenancy: TenancyService = request.app.state.hub.tenancy
    return tenancy.trail


async def _usage(request: Request) -> UsageService:
    service: UsageService = request.app.state.hub.usage
    return service


ServiceDep = Annotated[ConnectionService, Depends(_service)]
TrailDep = Annotated[AuditTrail, Depends(_trail)]
UsageDep = Annotated[UsageService, Depends(_usage)]
Reader = Annotated[Caller, needs(Right.CONNECTIONS_READ)]
Tester = Annotated[Caller, needs(Right.CONNECTIONS_TEST)]
Manager = Annotated[Caller, needs(Right.CONNECTIONS_MANAGE)]
ErrorReader = Annotated[Caller, needs(Right.ERRORS_READ)]
Choice = Annotated[str | None, Query(max_length=100)]


@router.get("", summary="The primary connection, or the one asked for; null without one")
async def status(
    caller: Reader,
    service: ServiceDep,
    provider: Choice = None,
    connection_id: Annotated[str | None, Query(alias="connectionId", max_length=100)] = None,
) -> Response:
    """Return status, account and token expiry of a connection."""
    connection = await service.connections.select(caller.company_id, connection_id, provider)
    return ok(None if connection is None else await service.view(connection))


@router.get("/providers", summary="All CRMs: what is set up, what is missing")
async def providers(caller: Reader, service: ServiceDep) -> Response:
    """Return the four CRMs, always in the same order."""
    return ok(
        [
            {
                "id": listed.id,
                "name": listed.name,
                "configured": listed.configured,
                "available": listed.available,
                "redirectUri": listed.redirect_uri,
                "missing": list(listed.missing),
            }
            for listed in service.providers()
        ]
    )


@router.post("/oauth/init", summary="Begin a connect")
async def init(body: InitBody, caller: Manager, service: ServiceDep, trail: TrailDep) -> Response:
    """Return the address of the vendor's consent page. A browser also gets the cookie that spares it a confirmation."""
    begun = await service.begin(
        caller.company_id,
        caller.user_id,
        body.provider,
        return_url=body.return_url,
        connection_id=body.connection_id,
        place=body.place(),
    )
    shown = {"provider": body.provider, "connectionId": body.connection_id}
    await trail.record(caller.company_id, caller.author, "connection.begun", "connection:new", after=shown)
    response = ok({"authUrl": begun.auth_url, "state": begun.state, "provider": body.provider})
    response.set_cookie(
        begun.cookie,
        begun.nonce,
        max_age=MINUTES * 60,
        path=COOKIE_PATH,
        secure=service.addresses.secure,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(
    "/oauth/callback/{provider}",
    summary="Where the vendor sends the browser back to",
    status_code=303,
    openapi_extra=open_to_all("the single-use state proves where the browser comes from"),
    response_class=RedirectResponse,
)
async def callback(provider: str, request: Request, service: ServiceDep, trail: TrailDep) -> Response:
    """End a connect and send the browser on, with the outcome in the address and never a token."""
    query = {name: value for name, value in request.query_params.items() if len(value) <= MAX_QUERY_VALUE}
    landing = await service.callback(provider, query, request.cookies)
    if (made := landing.connection) is not None:
        shown = {"provider": provider, "warning": caution_code(await service.view(made))}
        author = somebody(request, "consent")
        await trail.record(made.company_id, author, "connection.completed", f"connection:{made.id}", after=shown)
    response = RedirectResponse(landing.url, 303)
    if landing.forget is not None:
        response.delete_cookie(landing.forget, path=COOKIE_PATH)
    if landing.result is not None:
        response.set_cookie(
            RESULT_COOKIE,
            landing.result,
            max_age=MINUTES * 60,
            path=INTEGRATIONS_PAGE,
            secure=service.addresses.secure,
            httponly=True,
            samesite="lax",
        )
    return response


@router.post("/oauth/complete", summary="Confirm a connect that ended in another browser")
async def complete(body: CompleteBody, caller: Manager, service: ServiceDep, trail: TrailDep) -> Response:
    """Make a pending connection active. Only the user who began it can, once and within ten minutes."""
    connection = await service.complete(caller.company_id, caller.user_id, body.handle)
    view = await service.view(connection)
    shown = {"provider": connection.provider, "warning": caution_code(view)}
    target = f"connection:{connection.id}"
    await trail.record(caller.company_id, caller.author, "connection.completed", target, after=shown)
    return ok(view)


@router.get("/connections", summary="All connections of the company, oldest first")
async def connections(caller: Reader, service: ServiceDep) -> Response:
    """Return every connection, ended and pending ones too."""
    return page(await service.views(caller.company_id), None)


@router.get("/connections/{id}", summary="One connection")
async def connection(id: str, caller: Reader, service: ServiceDep) -> Response:
    """Return a connection."""
    return ok(await service.view(await service.connections.one(caller.company_id, id)))


@router.patch(
    "/connections/{id}", summary="Make a connection the primary one, pause or resume it or its automatic push"
)
async def change(id: str, body: ChangeBody, caller: Manager, service: ServiceDep, trail: TrailDep) -> Response:
    """Change a connection and return it."""
    if body.primary is False:
        raise InvalidInput(
            "A connection stops being the primary one when another becomes it.",
            hint='Send {"primary": true} for the connection that is to be the primary one.',
        )
    changed = await service.connections.change(
        caller.company_id,
        id,
        primary=body.primary,
        paused=body.paused,
        automatic_push=body.automatic_push,
        workflows=body.workflows,
        day_share=body.day_share,
    )
    shown = {
        "primary": body.primary,
        "paused": body.paused,
        "automaticPush": body.automatic_push,
        "workflows": body.workflows,
        "dayShare": body.day_share,
    }
    await trail.record(caller.company_id, caller.author, "connection.changed", f"connection:{id}", after=shown)
    return ok(await service.view(changed))


@router.delete("/connections/{id}", summary="Disconnect")
async def disconnect(id: str, caller: Manager, service: ServiceDep, trail: TrailDep) -> Response:
    """Give the grant back, delete its tokens, and tell what happened."""
    ended = await service.disconnect(caller.company_id, id)
    shown_in_trail = {"revokedAtVendor": ended.revoked}
    await trail.record(
        caller.company_id, caller.author, "connection.disconnected", f"connection:{id}", after=shown_in_trail
    )
    shown = None if ended.connection is None else await service.view(ended.connection)
    return ok(
        {
            "_id": id,
            "status": "disconnected",
            "revokedAtVendor": ended.revoked,
            "tokensDeleted": True,
            "message": ended.message,
            "connection": shown,
        }
    )


@router.post("/test-connection", summary="Look at everything a connection needs")
async def check_connection(caller: Tester, service: ServiceDep, body: ConnectionChoice | None = None) -> Response:
    """Return one line for each thing looked at. A connection in trouble is a result, not an error."""
    asked = body or ConnectionChoice()
    tested = await service.test(caller.company_id, asked.connection_id, asked.provider)
    return ok(_tested(tested))


def _tested(tested: Tested) -> dict[str, Any]:
    provider = tested.connection.provider
    return {
        "ok": tested.ok,
        "provider": provider,
        "connectionId": tested.connection.id,
        "account": account_info(provider, tested.account),
        "latencyMs": tested.milliseconds,
        "checks": [
            {"name": check.name, "ok": check.ok, "message": check.message, "hint": check.hint}
            for check in tested.checks
        ],
    }


@router.get("/error-logs", summary="What went wrong, newest first")
async def error_logs(
    caller: ErrorReader,
    usage: UsageDep,
    paging: PageDep,
    span: SpanDep,
    provider: Choice = None,
    connection_id: Annotated[str | None, Query(alias="connectionId", max_length=100)] = None,
    code: Choice = None,
) -> Response:
    """Return a page of the error log. The same failure again raises the count of its entry."""
    asked = ErrorFilter(provider=provider, connection_id=connection_id, code=code, since=span.since, until=span.until)
    found = await usage.errors(caller.company_id, asked, limit=paging.limit, after=paging.after)
    return page([_entry(entry) for entry in found.items], found.next)


def _entry(entry: ErrorEntry) -> dict[str, Any]:
    return {
        "_id": entry.id,
        "occurredAt": to_seconds_text(entry.occurred_at),
        "firstAt": to_seconds_text(entry.first_at),
        "provider": entry.provider,
        "connectionId": entry.connection_id,
        "operation": entry.operation,
        "code": entry.code,
        "vendorCode": entry.vendor_code,
        "message": entry.message,
        "cause": entry.cause,
        "hint": entry.hint,
        "retryable": entry.retryable,
        "leadId": entry.lead_id,
        "requestId": entry.request_id,
        "correlationId": entry.correlation_id,
        "count": entry.count,
    }


async def plain_page(request: Request) -> Response:
    """Return the page without scripts: what can be connected, and how a connect ended.

    The account is shown only to the browser that connected it.
    """
    service = await _service(request)
    reference = request.cookies.get(RESULT_COOKIE, "")
    shown = await service.account_shown(reference) if reference else None
    html = render(service.providers(), request.query_params, shown)
    return HTMLResponse(html, headers={"cache-control": "no-store"})


@pages.get(STYLESHEET)
async def style() -> Response:
    """Serve the page's stylesheet."""
    return Response(stylesheet(), media_type="text/css", headers={"cache-control": "max-age=3600"})
