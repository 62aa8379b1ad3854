"""Dataverse's error bodies, the identity platform's, and the answers that carry them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

from . import unconfirmed

JSON_TYPE = "application/json; odata.metadata=minimal"

TOKEN_ERRORS = {
    70008: ("invalid_grant", "The provided authorization code or refresh token has expired due to inactivity."),
    700082: ("invalid_grant", "The refresh token has expired due to inactivity."),
    50173: ("invalid_grant", "The provided grant has expired due to it being revoked, a fresh auth token is needed."),
    50076: ("interaction_required", "Due to a configuration change you must use multi-factor authentication."),
    65001: ("invalid_grant", "The user or administrator has not consented to use the application."),
    54005: ("invalid_grant", "OAuth2 Authorization code was already redeemed."),
    501481: ("invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the request."),
    70000: ("invalid_grant", "The provided grant is malformed or invalid."),
    70003: ("unsupported_grant_type", "The app requested an unsupported grant type."),
    70011: ("invalid_scope", "The provided value for the input parameter 'scope' isn't valid."),
    28003: ("invalid_request", "Provided value for the input parameter scope can't be empty."),
    500011: ("invalid_resource", "The resource principal was not found in the tenant."),
    90002: ("invalid_request", "The tenant was not found."),
    900144: ("invalid_request", "The request body must contain a parameter that is missing."),
    9002313: ("invalid_request", "Invalid request. Request is malformed or invalid."),
    700016: ("unauthorized_client", "Application with this identifier was not found in the directory."),
    7000215: ("invalid_client", "Invalid client secret provided."),
    50011: (
        "invalid_request",
        "The redirect URI specified in the request does not match the redirect URIs configured.",
    ),
}
"""AADSTS number to (OAuth error, text)."""


@dataclass
class Answer:
    """What an operation answers, before it becomes a response or a part of a batch's."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """A body that is no JSON; its type is in the headers."""

    def content(self) -> bytes:
        """Return the body's bytes."""
        if self.raw is not None:
            return self.raw
        return b"" if self.body is None else orjson.dumps(self.body)

    def all_headers(self) -> dict[str, str]:
        """Return every header of the answer."""
        headers = dict(self.headers)
        if self.body is not None and self.raw is None:
            headers.setdefault("Content-Type", JSON_TYPE)
        headers["OData-Version"] = "4.0"
        return headers

    def response(self) -> Response:
        """Return it as a response."""
        return Response(self.content(), self.status, self.all_headers())


@dataclass
class VendorError(Exception):
    """An error of the Web API: `{"error": {"code": "0x...", "message": "..."}}`."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, detailed: bool = False) -> Answer:
        """Return its answer, with the details that annotations ask for."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if detailed:
            error |= {
                "@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus": "0",
                "@Microsoft.PowerApps.CDS.HelpLink": f"http://go.microsoft.com/fwlink/?LinkID=398563&error={self.code}",
                "@Microsoft.PowerApps.CDS.InnerError.Message": self.message,
            }
        return Answer(self.status, {"error": error}, dict(self.headers))


class TokenError(Exception):
    """An error of the sign-in, by its AADSTS number."""

    def __init__(self, number: int, status: int = 400) -> None:
        super().__init__(number)
        self.number = number
        self.status = status

    @property
    def error(self) -> str:
        """Return the OAuth error."""
        return TOKEN_ERRORS[self.number][0]

    @property
    def text(self) -> str:
        """Return the text, which begins with the number."""
        return f"AADSTS{self.number}: {TOKEN_ERRORS[self.number][1]}"

    def body(self, trace: str, correlation: str, at: str) -> dict[str, Any]:
        """Return the body of the token endpoint's answer; `at` is a time as Microsoft writes it there."""
        return {
            "error": self.error,
            "error_description": "\r\n".join(
                (self.text, f"Trace ID: {trace}", f"Correlation ID: {correlation}", f"Timestamp: {at}")
            ),
            "error_codes": [self.number],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }


def bad_query(message: str) -> VendorError:
    """Return the 400 of a query that cannot be understood."""
    return VendorError(400, unconfirmed.BAD_QUERY_CODE, message)


def bad_value(message: str) -> VendorError:
    """Return the 400 of an unknown column or a value of the wrong type."""
    return VendorError(400, unconfirmed.BAD_VALUE_CODE, message)


def address_too_long() -> VendorError:
    """Return the error of a request whose path and query are too long."""
    return VendorError(unconfirmed.TOO_LONG_STATUS, "0x80060888", "The length of the URL is too long.")


def no_such_segment(segment: str) -> VendorError:
    """Return the error of a path that leads nowhere."""
    text = f"Resource not found for the segment '{segment}'."
    return VendorError(unconfirmed.NO_SUCH_SEGMENT_STATUS, "0x80060888", text)


def does_not_exist(table: str, key: str) -> VendorError:
    """Return the 404 of a record that is not there; `key` is an id, or key values as the caller wrote them."""
    return VendorError(404, "0x80040217", f"{table} With Id = {key} Does Not Exist")


def missing_privilege(user: str, privilege: str, table: str) -> VendorError:
    """Return the 403 of a user whose roles lack a privilege."""
    text = (
        f"Principal user (Id={user}, type=8) is missing {privilege} privilege on entity '{table}'. "
        "ReadAccess or other access rights are needed for the operation."
    )
    return VendorError(403, unconfirmed.PRIVILEGE_CODE, text)
