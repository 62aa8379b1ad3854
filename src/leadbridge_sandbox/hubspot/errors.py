"""HubSpot's error bodies and the answers that carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

from . import unconfirmed

JSON_TYPE = "application/json;charset=utf-8"

TOKEN_ERRORS = {
    "BAD_REFRESH_TOKEN": ("invalid_grant", "refresh token is invalid, expired or revoked"),
    "BAD_AUTH_CODE": ("invalid_grant", unconfirmed.BAD_CODE_TEXT),
    "EXPIRED_AUTH_CODE": ("invalid_grant", unconfirmed.EXPIRED_CODE_TEXT),
    "BAD_CODE_VERIFIER": ("invalid_grant", "code verifier does not match the code challenge"),
    "BAD_REDIRECT_URI": ("invalid_grant", "redirect uri does not match the one the code was issued for"),
    "BAD_CLIENT_ID": ("invalid_client", "missing or unknown client id"),
    "BAD_CLIENT_SECRET": ("invalid_client", "missing or invalid client secret"),
    "BAD_GRANT_TYPE": ("unsupported_grant_type", "missing or unknown grant type"),
    "BAD_HUB": ("access_denied", "missing or unknown hub id"),
    "BAD_REQUEST": ("invalid_request", "the body must be application/x-www-form-urlencoded"),
}
"""Status name to (RFC 6749 error, message), all sent with HTTP 400."""


@dataclass
class VendorError(Exception):
    """An error in HubSpot's common envelope; `existing_id` is what a batch adds to its context."""

    status: int
    message: str
    category: str | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sub_category: str | None = None
    existing_id: int | None = None
    links: Mapping[str, str] = field(default_factory=dict)

    def body(self, correlation_id: str) -> dict[str, Any]:
        """Return the JSON body of a whole call's error."""
        body: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
        }
        if self.errors:
            body["errors"] = list(self.errors)
        if self.context:
            body["context"] = dict(self.context)
        if self.links:
            body["links"] = dict(self.links)
        if self.category:
            body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        return body

    def row(self, trace_id: str) -> dict[str, Any]:
        """Return this error as one entry of a batch answer's `errors`.

        Live answers omit `links` and `errors` here, though the published schema requires them.
        """
        context: dict[str, list[str]] = {name: list(values) for name, values in self.context.items()}
        context["objectWriteTraceId"] = [trace_id]
        if self.existing_id is not None:
            context["existingId"] = [str(self.existing_id)]
        return {
            "status": "error",
            "category": self.category or "VALIDATION_ERROR",
            "message": self.message,
            "context": context,
        }


class TokenError(Exception):
    """An error of the token endpoint, by its HubSpot status name."""

    def __init__(self, status_name: str, http_status: int = 400) -> None:
        super().__init__(status_name)
        self.status_name = status_name
        self.http_status = http_status

    def body(self) -> dict[str, Any]:
        """Return the body: RFC 6749's fields beside HubSpot's older ones."""
        error, message = TOKEN_ERRORS[self.status_name]
        return {
            "status": self.status_name,
            "message": message,
            "error": error,
            "error_description": message,
        }


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer; a body of None means none at all, as after a 204."""
    content = b"" if body is None else orjson.dumps(body)
    sent = dict(headers or {})
    if body is not None:
        sent["Content-Type"] = JSON_TYPE
    return Response(content, status, sent)


def validation(message: str) -> VendorError:
    """Return a 400 of category VALIDATION_ERROR."""
    return VendorError(400, message, "VALIDATION_ERROR")


def not_found(message: str = "resource not found") -> VendorError:
    """Return the 404 of a record, property or owner that does not exist."""
    return VendorError(404, message, unconfirmed.NOT_FOUND_CATEGORY)


def already_exists(noun: str, existing_id: int) -> VendorError:
    """Return the 409 for a duplicate; the other record's id is only inside the text."""
    return VendorError(409, f"{noun} already exists. Existing ID: {existing_id}", "CONFLICT", existing_id=existing_id)


def missing_scopes(needed: Sequence[str]) -> VendorError:
    """Return the 403 of a token that has none of the scopes an operation accepts."""
    return VendorError(
        403,
        "One or more of the following scopes are required.",
        "MISSING_SCOPES",
        context={
            "requiredGranularScopes": list(needed),
            "links": ["https://developers.hubspot.com/scopes"],
        },
    )


def invalid_properties(issues: Sequence[tuple[str, str, str]]) -> VendorError:
    """Return the 400 for property values that cannot be written: (name, code, message) for each."""
    shown = orjson.dumps(
        [{"isValid": False, "message": message, "error": code, "name": name} for name, code, message in issues]
    ).decode()
    return VendorError(
        400,
        f"Property values were not valid: {shown}",
        "VALIDATION_ERROR",
        errors=[
            {"message": message, "code": code, "context": {"propertyName": [name]}} for name, code, message in issues
        ],
    )
