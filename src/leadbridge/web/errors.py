"""How failures leave the application: every one in the envelope, with a code, a cause and a hint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from leadbridge.kit.errors import InvalidInput, LeadbridgeError, NotFound, Unavailable
from leadbridge.security.redact import redact_text
from leadbridge.storage.batch import OutcomeUnknown
from leadbridge.web.envelope import failure
from leadbridge.web.repeats import Repeated, repeated

log = structlog.get_logger("leadbridge.web")


class NoSuchRoute(NotFound):
    """No endpoint answers at this path."""

    default_code = "no_such_route"
    default_hint = "See /openapi.json for what there is."


class MethodNotAllowed(LeadbridgeError):
    """The path exists, with other methods."""

    status = 405
    default_code = "method_not_allowed"
    default_hint = "See /openapi.json for what there is."


def install_error_handlers(app: FastAPI) -> None:
    """Make ``app`` answer every failure in the envelope."""
    app.add_exception_handler(LeadbridgeError, _told)
    app.add_exception_handler(OutcomeUnknown, _unsure)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Repeated, repeated)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, LeadbridgeError)  # noqa: S101  # registered for this type alone
    return failure(error, request.state.request_id)


async def _unsure(request: Request, error: Exception) -> Response:
    log.warning("store_outcome_unknown", path=request.url.path, reason=str(error))
    told = Unavailable(
        "The database did not tell whether the change was stored.",
        code="store_outcome_unknown",
        hint="Send the request again, with the same Idempotency-Key where it had one; or look whether it was done.",
    )
    return failure(told, request.state.request_id)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for this type alone
    problems: list[dict[str, Any]] = [
        {"field": ".".join(str(part) for part in fault["loc"] if part != "body") or "body", "problem": _problem(fault)}
        for fault in error.errors()
    ]
    first = problems[0]
    told = InvalidInput(
        f"{first['field']}: {first['problem']}" + (f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""),
        code="invalid_request",
        hint="Correct the named fields and send the request again; nothing was changed.",
        details={"problems": problems},
    )
    return failure(told, request.state.request_id)


def _problem(fault: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, without words that are the checking library's own."""
    match fault["type"]:
        case "too_short":
            return f"List should have at least {fault['ctx']['min_length']} item(s)"
        case "too_long":
            return f"List should have at most {fault['ctx']['max_length']} item(s)"
        case "extra_forbidden":
            return "There is no such field"
        case _:
            return str(fault["msg"]).removeprefix("Value error, ")


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for this type alone
    told: LeadbridgeError
    if error.status_code == 404:
        told = NoSuchRoute(f"There is nothing at {redact_text(request.url.path)}.")
    elif error.status_code == 405:
        told = MethodNotAllowed(
            f"{request.method} is not answered at {redact_text(request.url.path)}.", headers=error.headers
        )
    else:
        told = InvalidInput(str(error.detail), code="invalid_request")
    return failure(told, request.state.request_id)
