"""HTTP: making forms, and the public address at which each is shown and sent."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import InvalidInput, LeadbridgeError
from leadbridge.leads.forms.errors import InvalidSubmission, OriginNotAllowed
from leadbridge.leads.forms.model import Form, FormBody, Submission
from leadbridge.leads.forms.pages import (
    STYLESHEET,
    form_page,
    page_headers,
    same_site,
    snippet,
    stylesheet,
    thanks_page,
)
from leadbridge.leads.forms.service import FormService, Sent
from leadbridge.security.hashing import hash_token
from leadbridge.tenancy.audit import AuditTrail
from leadbridge.web.caller import Caller
from leadbridge.web.client import limited_as
from leadbridge.web.envelope import answer, ok, page
from leadbridge.web.jsonbody import UnsupportedMediaType, is_json, parse_json
from leadbridge.web.paging import PageDep
from leadbridge.web.ratelimit import RateLimiter, Rule
from leadbridge.web.rights import Right, needs, open_to_all
from leadbridge.web.routing import ApiRoute, ErrorAnswer

PUBLIC = "/f/"
FORM_PER_MINUTE = 600
"""Sendings of one form from everywhere."""
MAX_VALUES = 200
WHY_OPEN = "people send it from the company's web pages; its own rules say from which"

_NO_FORM: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorAnswer, "description": "There is no form at this address, or it is paused."}
}
_PAGE: dict[int | str, dict[str, Any]] = _NO_FORM | {
    200: {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}}
}
_PAGE_AGAIN: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}
"""A browser gets the page once more, with what is wrong."""
_SENDING: dict[int | str, dict[str, Any]] = _NO_FORM | {
    303: {"description": "To a browser: where it goes next."},
    400: {"model": ErrorAnswer, "description": "Fields are wrong; each is named.", "content": _PAGE_AGAIN},
    403: {"model": ErrorAnswer, "description": "The sending page is not listed."},
    409: {"model": ErrorAnswer, "description": "The external id belongs to another lead.", "content": _PAGE_AGAIN},
    413: {"model": ErrorAnswer, "description": "The body is too large.", "content": _PAGE_AGAIN},
    415: {"model": ErrorAnswer, "description": "Neither JSON nor a form.", "content": _PAGE_AGAIN},
    429: {"model": ErrorAnswer, "description": "Sent too often, or over the limit.", "content": _PAGE_AGAIN},
}

router = APIRouter(prefix="/api/v1/forms", tags=["forms"], route_class=ApiRoute)
public = APIRouter(tags=["forms"], route_class=ApiRoute)


async def forms_service(request: Request) -> FormService:
    """Return the hub's forms."""
    service: FormService = request.app.state.hub.forms
    return service


async def _trail(request: Request) -> AuditTrail:
    trail: AuditTrail = request.app.state.hub.tenancy.trail
    return trail


FormsDep = Annotated[FormService, Depends(forms_service)]
TrailDep = Annotated[AuditTrail, Depends(_trail)]
Reader = Annotated[Caller, needs(Right.FORMS_READ)]
Manager = Annotated[Caller, needs(Right.FORMS_MANAGE)]
LeadReader = Annotated[Caller, needs(Right.LEADS_READ)]


class FormCors(CORSMiddleware):
    """The hub's own list of origins, but not for forms: each of these has a list of its own."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PUBLIC):
            await self.app(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


@router.post("", status_code=201, summary="Make a form")
async def create(body: FormBody, request: Request, caller: Manager, forms: FormsDep, trail: TrailDep) -> Response:
    """Store a form and return it with its public address."""
    form = await forms.create(caller.company_id, body)
    await trail.record(caller.company_id, caller.author, "form.created", f"form:{form.id}", after={"name": form.name})
    return ok(_view(form, request), 201)


@router.get("", summary="The company's forms, newest first")
async def listed(request: Request, caller: Reader, forms: FormsDep, paging: PageDep) -> Response:
    """Return a page of forms."""
    found = await forms.page(caller.company_id, limit=paging.limit, after=paging.after)
    return page([_view(form, request) for form in found.items], found.next)


@router.get("/{id}", summary="A form")
async def one(id: str, request: Request, caller: Reader, forms: FormsDep) -> Response:
    """Return a form with its public address."""
    return ok(_view(await forms.one(caller.company_id, id), request))


@router.patch("/{id}", summary="Change a form; its address stays")
async def change(
    id: str, body: FormBody, request: Request, caller: Manager, forms: FormsDep, trail: TrailDep
) -> Response:
    """Change what the body names. A form that is not active is not shown and takes nothing."""
    form = await forms.change(caller.company_id, id, body)
    names = {"fields": sorted(body.model_fields_set)}
    await trail.record(caller.company_id, caller.author, "form.changed", f"form:{id}", after=names)
    return ok(_view(form, request))


@router.delete("/{id}", summary="End a form for good")
async def delete(id: str, caller: Manager, forms: FormsDep, trail: TrailDep) -> Response:
    """Delete a form. The leads that it made stay."""
    await forms.delete(caller.company_id, id)
    await trail.record(caller.company_id, caller.author, "form.deleted", f"form:{id}")
    return ok({"_id": id, "deleted": True})


@router.get("/{id}/snippet", summary="The HTML to put into one's own page")
async def embed(id: str, request: Request, caller: Reader, forms: FormsDep) -> Response:
    """Return a form in plain HTML, without script, and the address of the hosted page."""
    form = await forms.one(caller.company_id, id)
    address = _address(form, request)
    return ok({"html": snippet(form, address), "hostedUrl": address, "endpoint": address, "origins": form.origins})


@router.get("/{id}/submissions", summary="What was sent with a form, newest first")
async def submissions(id: str, caller: LeadReader, forms: FormsDep, paging: PageDep) -> Response:
    """Return a page of submissions, each with the lead it made or added to."""
    form = await forms.one(caller.company_id, id)
    found = await forms.submissions(caller.company_id, form.id, limit=paging.limit, after=paging.after)
    return page([_submission_view(sent) for sent in found.items], found.next)


@public.get(
    PUBLIC + "{key}",
    summary="A form as a page",
    responses=_PAGE,
    openapi_extra=open_to_all(WHY_OPEN),
)
async def show(key: str, request: Request, forms: FormsDep) -> Response:
    """Return the hosted page."""
    form = await forms.public(key)
    return HTMLResponse(form_page(form, _now(request), {}, {}), headers=page_headers(form))


@public.get(
    PUBLIC + "{key}/thanks",
    summary="What is shown when a form was sent",
    responses=_PAGE,
    openapi_extra=open_to_all(WHY_OPEN),
)
async def thanks(key: str, forms: FormsDep) -> Response:
    """Return the page of thanks."""
    form = await forms.public(key)
    return HTMLResponse(thanks_page(form), headers=page_headers(form))


@public.options(PUBLIC + "{key}", include_in_schema=False)
async def preflight(key: str, request: Request, forms: FormsDep) -> Response:
    """Tell a browser whether a page may send the form as JSON."""
    form = await forms.public(key)
    shared = _shared(form, request)
    allowed = {"access-control-allow-methods": "POST", "access-control-allow-headers": "content-type"}
    return Response(status_code=204, headers=shared | allowed | {"access-control-max-age": "600"})


@public.post(
    PUBLIC + "{key}",
    status_code=201,
    summary="Send a form, as JSON or as a browser sends it",
    responses=_SENDING,
    openapi_extra=open_to_all(WHY_OPEN)
    | {
        "requestBody": {
            "content": {
                "application/json": {"schema": {"type": "object"}, "example": {"email": "ann@example.com"}},
                "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
            }
        }
    },
)
async def send(key: str, request: Request, forms: FormsDep) -> Response:
    """Take a form: 201 to JSON, a redirect to a browser. A wrong field is named, and nothing is stored."""
    form = await forms.public(key)
    shared = _shared(form, request)
    as_json = is_json(request.headers.get("content-type", ""))
    values: dict[str, object] = {}
    try:
        await _limited(form, request)
        values = await _values(request, as_json=as_json)
        sent = Sent(values, as_json, request.headers.get("origin"), request.state.client_address)
        await forms.submit(form, sent)
    except LeadbridgeError as error:
        if as_json or error.status >= 500:
            error.headers = {**error.headers, **shared}
            raise
        return _again(form, request, values, error)
    if not as_json:
        return RedirectResponse(form.redirect_url or f"{PUBLIC}{form.key}/thanks", 303, headers=page_headers(form))
    told = {"received": True, "message": form.thanks, "redirectUrl": form.redirect_url}
    return answer({"success": True, "data": told}, 201, headers=shared)


@public.get(STYLESHEET, include_in_schema=False)
async def style() -> Response:
    """Serve the stylesheet of the pages."""
    return Response(stylesheet(), media_type="text/css", headers={"cache-control": "max-age=3600"})


async def _limited(form: Form, request: Request) -> None:
    limiter: RateLimiter = request.app.state.hub.limiter
    whom = hash_token(limited_as(request.state.client_address), "address")
    rules = [Rule("form_sender", f"{form.id}:{whom}", form.per_minute), Rule("form", form.id, FORM_PER_MINUTE)]
    verdict = await limiter.take(rules)
    if verdict is not None and not verdict.allowed:
        raise verdict.refusal()


async def _values(request: Request, *, as_json: bool) -> dict[str, object]:
    body = await request.body()
    if as_json:
        found = parse_json(body)
        if not isinstance(found, dict):
            raise InvalidInput("The body is not a JSON object of field to value.", code="invalid_submission")
        return found
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType(
            f"The form was sent as {kind[:80] or 'no type'}.", hint="Send JSON, or application/x-www-form-urlencoded."
        )
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_VALUES, errors="replace")
    except ValueError as error:
        raise InvalidInput("The form is not in UTF-8, or has too many fields.", code="invalid_submission") from error
    return dict(pairs)


def _again(form: Form, request: Request, values: dict[str, object], error: LeadbridgeError) -> Response:
    """Return the page once more, with what was filled in and what is wrong with it."""
    problems: dict[str, str] = {}
    told = f"{error.message} {error.hint}"
    if isinstance(error, InvalidSubmission):
        problems = {one.field: one.message for one in error.problems}
        told = "Please correct the marked fields."
    headers = page_headers(form) | dict(error.headers)
    return HTMLResponse(form_page(form, _now(request), values, problems, told), error.status, headers=headers)


def _shared(form: Form, request: Request) -> dict[str, str]:
    """Return the headers that let the sending page read the answer; raises ``OriginNotAllowed``."""
    origin = request.headers.get("origin")
    if origin is None or same_site(origin, request.app.state.hub.settings.public):
        return {"vary": "Origin"}
    if origin not in form.origins:
        raise OriginNotAllowed("This web page may not send the form.", headers={"vary": "Origin"})
    return {"vary": "Origin", "access-control-allow-origin": origin, "cross-origin-resource-policy": "cross-origin"}


def _now(request: Request) -> int:
    clock: Clock = request.app.state.hub.clock
    return to_millis(clock.now())


def _address(form: Form, request: Request) -> str:
    return f"{request.app.state.hub.settings.public}{PUBLIC}{form.key}"


def _view(form: Form, request: Request) -> dict[str, Any]:
    left_out = {"company_id", "rev", "v", "subjects", "kid", "challenge_secret"}
    return form.model_dump(mode="json", by_alias=True, exclude=left_out) | {"url": _address(form, request)}


def _submission_view(sent: Submission) -> dict[str, Any]:
    return sent.model_dump(mode="json", by_alias=True, exclude={"company_id", "rev", "v", "subjects"})
