"""Salesforce's error bodies and the answers that carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

JSON_TYPE = "application/json;charset=UTF-8"


@dataclass
class Refused(Exception):
    """A call, or one row of it, that Salesforce refuses. `whole`: it refuses all rows of a collections call."""

    status: int
    code: str
    message: str
    fields: Sequence[str] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = False

    def body(self) -> list[dict[str, Any]]:
        """Return the JSON body of a refused call."""
        shown: dict[str, Any] = {**self.extra, "message": self.message, "errorCode": self.code}
        if self.fields is not None:
            shown["fields"] = list(self.fields)
        return [shown]

    def row(self) -> dict[str, Any]:
        """Return this error as one row of a collections answer."""
        return {"success": False, "errors": [self.row_error()]}

    def row_error(self) -> dict[str, Any]:
        """Return this error as an entry of a row's `errors`; what matched a duplicate rule is not shown there."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class TokenError(Exception):
    """An error of the OAuth endpoints: RFC 6749's name and Salesforce's description, with status 400."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status

    def body(self) -> dict[str, str]:
        """Return the JSON body."""
        return {"error": self.error, "error_description": self.description}


class IdentityError(Exception):
    """An error of the identity endpoints: a 403 whose text is the code."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer; a body of None means none at all, as after a 204."""
    sent = dict(headers or {})
    if body is None:
        return Response(b"", status, sent)
    sent["Content-Type"] = JSON_TYPE
    return Response(orjson.dumps(body), status, sent)


def session_invalid(message: str = "Session expired or invalid") -> Refused:
    """Return the 401 of a token that is unknown, ended or not for this."""
    return Refused(401, "INVALID_SESSION_ID", message)


def not_found(message: str = "The requested resource does not exist") -> Refused:
    """Return the 404 of a record or a path that does not exist."""
    return Refused(404, "NOT_FOUND", message)


def deleted() -> Refused:
    """Return the 404 of a record that is in the recycle bin."""
    return Refused(404, "ENTITY_IS_DELETED", "entity is deleted", ())


def no_such_column(name: str, object_name: str) -> Refused:
    """Return the 400 for a field that does not exist, or that the user may not see: they look the same."""
    return Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {object_name}", whole=True)


def parser_error(kind: str, token: str, value: object) -> Refused:
    """Return the 400 for a JSON value of the wrong type."""
    text = (
        f"Cannot deserialize instance of {kind} from {token} value {value} "
        "or request may be missing a required field at [line:1, column:1]"
    )
    return Refused(400, "JSON_PARSER_ERROR", text, whole=True)


def limit_exceeded(policy: str = "") -> Refused:
    """Return the 403 of a limit: `ConcurrentRequests`, or the calls of 24 hours."""
    if policy == "ConcurrentRequests":
        text = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    elif policy == "ConcurrentPerOrgLongTxn":
        text = "ConcurrentPerOrgLongTxn Limit exceeded."
    else:
        text = "TotalRequests Limit exceeded."
    return Refused(403, "REQUEST_LIMIT_EXCEEDED", text)
