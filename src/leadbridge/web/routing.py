"""The route class of every room: what each endpoint of the API gets without asking for it.

A body that is JSON is checked before it is parsed into models; where the endpoint has a caller, requests are counted,
and writes take an ``Idempotency-Key``. Of several failures the first of these is told: an unknown caller, too many
requests, a missing right, a body that cannot be read, a key in use. So nobody learns from a body or a stored answer
before it is known that they may. The failures every endpoint can give are in the API document.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import Depends, Request, Response, params
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from leadbridge.web.admission import limited
from leadbridge.web.caller import Caller
from leadbridge.web.jsonbody import BadJson, UnsupportedMediaType, is_json, parse_json
from leadbridge.web.repeats import WRITES, idempotent
from leadbridge.web.rights import permitted_stream
from leadbridge.web.tickets import stream_caller

_FAULT = "leadbridge.body_fault"


class ErrorBody(BaseModel):
    """What went wrong: ``code`` for programs, ``message`` and ``hint`` for people."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(examples=["lead_not_found"])
    message: str
    hint: str
    requestId: str = Field(description="Stands in the hub's log too.")  # noqa: N815  # the name in the answer
    details: dict[str, Any]


class ErrorAnswer(BaseModel):
    """A failure in the envelope."""

    model_config = ConfigDict(extra="forbid")

    success: bool = Field(examples=[False])
    error: ErrorBody


_ALWAYS = {
    400: "What was sent cannot be used; nothing was changed.",
    405: "The path exists, with other methods.",
    429: "Too many requests. `Retry-After` has the seconds to wait.",
    500: "A fault of the hub; the log has it under the request id.",
    503: "The hub cannot answer just now; the same request may succeed later.",
}
_WITH_CALLER = {
    401: "Nobody is known to be asking.",
    403: "The caller is known and may not do this.",
    404: "It does not exist, or belongs to another company.",
    409: "Not possible in the present state, or the first request with this `Idempotency-Key` still runs.",
    502: "The CRM failed or did not answer.",
}
_WRITES = {
    413: "More than one request may carry.",
    415: "The body is of a type that is not taken here.",
    422: "The `Idempotency-Key` came before, with another request.",
}


def error_responses(*, caller: bool, write: bool) -> dict[int | str, dict[str, Any]]:
    """Return the failures an endpoint can give, for the API document."""
    told = _ALWAYS | (_WITH_CALLER if caller else {}) | (_WRITES if write else {})
    return {status: {"model": ErrorAnswer, "description": text} for status, text in sorted(told.items())}


def failing(**why: str) -> dict[int | str, dict[str, Any]]:
    """Return failures only one endpoint has, for its ``responses``: ``failing(s401="The password is wrong.")``."""
    return {int(status[1:]): {"model": ErrorAnswer, "description": text} for status, text in why.items()}


class ApiRoute(APIRoute):
    """A route of the API: ``APIRouter(route_class=ApiRoute)``."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: set[str] | list[str] | None = None,
        dependencies: list[params.Depends] | None = None,
        responses: dict[int | str, dict[str, Any]] | None = None,
        **more: Any,
    ) -> None:
        write = bool(WRITES & {method.upper() for method in methods or ("GET",)})
        caller = has_caller(endpoint)
        given = list(dependencies or [])
        if caller and not takes_tickets(endpoint):
            given.append(Depends(limited))
            given += right_of(endpoint)
        given.append(Depends(readable))
        if caller and write:
            given.append(Depends(idempotent))
        told = error_responses(caller=caller, write=write) | (responses or {})
        super().__init__(path, endpoint, methods=methods, dependencies=given, responses=told, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with the body checked before it; what is wrong with it is told by ``readable``."""
        handle = super().get_route_handler()
        field = self.body_field
        if field is None or isinstance(field.field_info, params.Form):
            return handle

        async def checked(request: Request) -> Response:
            body = await request.body()
            if body:
                # where Starlette keeps it: it is not parsed a second time
                request._json = None
                try:
                    request._json = _parsed(request.headers.get("content-type", ""), body)
                except (UnsupportedMediaType, BadJson) as fault:
                    request.scope[_FAULT] = fault
            return await handle(request)

        return checked


def _parsed(kind: str, body: bytes) -> Any:
    if not is_json(kind):
        shown = kind.partition(";")[0].strip()[:80] or "no type"
        raise UnsupportedMediaType(f"The body is sent as {shown}; this endpoint takes JSON.")
    return parse_json(body)


async def readable(request: Request) -> None:
    """Raise what is wrong with the body's form (``UnsupportedMediaType``, ``BadJson``). A dependency of every endpoint,
    behind those that ask for the caller and the right.
    """
    fault: UnsupportedMediaType | BadJson | None = request.scope.get(_FAULT)
    if fault is not None:
        raise fault


def right_of(endpoint: Callable[..., Any]) -> list[params.Depends]:
    """Return the dependency by which an endpoint asks for its caller, to be asked before others."""
    return [
        mark
        for kind, marks in _parameters(endpoint)
        if kind is Caller
        for mark in marks
        if isinstance(mark, params.Depends)
    ]


def has_caller(endpoint: Callable[..., Any]) -> bool:
    """Tell whether an endpoint asks who is calling: one of its parameters is a ``Caller``."""
    return any(kind is Caller for kind, _ in _parameters(endpoint))


def takes_tickets(endpoint: Callable[..., Any]) -> bool:
    """Tell whether an endpoint is an event stream's, whose caller may come with a ticket and is counted there."""
    return any(
        isinstance(mark, params.Depends) and mark.dependency in (stream_caller, permitted_stream)
        for _, marks in _parameters(endpoint)
        for mark in marks
    )


def _parameters(endpoint: Callable[..., Any]) -> list[tuple[Any, tuple[Any, ...]]]:
    """Return the types of an endpoint's parameters, each with what it is annotated by."""
    hints = get_type_hints(endpoint, include_extras=True)
    hints.pop("return", None)
    return [
        (get_args(hint)[0], get_args(hint)[1:]) if get_origin(hint) is Annotated else (hint, ())
        for hint in hints.values()
    ]
