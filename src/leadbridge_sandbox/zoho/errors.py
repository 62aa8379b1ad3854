"""Zoho's error bodies: of a whole call, of one record in it, and of the token endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

from . import unconfirmed

JSON_TYPE = "application/json;charset=UTF-8"
Json = dict[str, Any]


@dataclass
class VendorError(Exception):
    """An error of a whole call."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> Json:
        """Return the JSON body."""
        return error_body(self.code, self.message, self.details)


@dataclass
class ItemError(Exception):
    """An error of one record of a call; `http` is what a call in which nothing succeeded is answered with."""

    code: str
    message: str
    details: Json = field(default_factory=dict)
    http: int = 400

    def row(self) -> Json:
        """Return the record's entry in the answer."""
        return error_body(self.code, self.message, self.details)


class TokenError(Exception):
    """An error of the token endpoint, sent with status 200 where Zoho does so."""

    def __init__(self, name: str, status: int = 200) -> None:
        super().__init__(name)
        self.name = name
        self.status = status

    def body(self) -> Json:
        """Return the JSON body."""
        if self.name == "Access Denied":
            text = "You have made too many requests continuously. Please try again after some time."
            return {"error_description": text, "error": self.name, "status": "failure"}
        return {"error": self.name}


def error_body(code: str, message: str, details: Mapping[str, Any] | None = None) -> Json:
    """Return an error in Zoho's common form."""
    return {"code": code, "details": dict(details or {}), "message": message, "status": "error"}


def answer(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer; a body of None means none at all, as with 204 and 304."""
    sent = dict(headers or {})
    if body is None:
        return Response(b"", status, sent)
    return Response(orjson.dumps(body), status, {**sent, "Content-Type": JSON_TYPE})


def invalid_token() -> VendorError:
    """Return the 401 of a token that is unknown, expired, revoked, or another data centre's."""
    return VendorError(401, "INVALID_TOKEN", "invalid oauth token")


def not_authenticated() -> VendorError:
    """Return the 401 of a call without a readable Authorization header."""
    return VendorError(401, "AUTHENTICATION_FAILURE", "Authentication failed")


def scope_mismatch() -> VendorError:
    """Return the 401 of a token without the scope."""
    return VendorError(401, "OAUTH_SCOPE_MISMATCH", unconfirmed.SCOPE_TEXT)


def no_permission(permission: str) -> VendorError:
    """Return the 403 of a user whose profile lacks a permission."""
    return VendorError(403, "NO_PERMISSION", "permission denied", {"permissions": [permission]})


def too_many() -> VendorError:
    """Return the 429 of credits and of concurrency alike; Zoho sends no Retry-After."""
    return VendorError(429, "TOO_MANY_REQUESTS", unconfirmed.LIMIT_TEXT)


def invalid_module() -> VendorError:
    """Return the 400 of a module that does not exist."""
    text = "the module name given seems to be invalid"
    return VendorError(400, "INVALID_MODULE", text, {"resource_path_index": 0})


def missing_param(name: str) -> VendorError:
    """Return the 400 of a query parameter that is not there."""
    return VendorError(400, "REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param_name": name})


def invalid_param(name: str, **more: Any) -> VendorError:
    """Return the 400 of a query parameter that cannot be used."""
    return VendorError(400, "INVALID_DATA", "invalid data", {"param_name": name, **more})


def limit_exceeded(name: str, limit: int) -> VendorError:
    """Return the 400 of a query parameter that asks for too much."""
    text = "Maximum limit for the parameter exceeded"
    return VendorError(400, "LIMIT_EXCEEDED", text, {"limit": limit, "param_name": name})


def invalid_value(api_name: str, path: str, **more: Any) -> ItemError:
    """Return the error of a value that a field cannot hold."""
    return ItemError("INVALID_DATA", "invalid data", {**more, "api_name": api_name, "json_path": path})


def mandatory(api_name: str, path: str) -> ItemError:
    """Return the error of a value that must be there."""
    return ItemError("MANDATORY_NOT_FOUND", "required field not found", {"api_name": api_name, "json_path": path})


def unknown_id(path: str, api_name: str = "id") -> ItemError:
    """Return the error of an id that no record has."""
    text = "the id given seems to be invalid"
    return ItemError("INVALID_DATA", text, {"api_name": api_name, "json_path": path})
