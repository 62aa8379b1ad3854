"""One request to Zoho, with what its operation needs to answer it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from .catalogue import Module
from .desk import Desk, open_desk
from .errors import TokenError, VendorError, invalid_module, not_authenticated
from .grants import Grants, Principal
from .news import Change
from .org import Zoho


@dataclass(slots=True)
class Call:
    """One request to Zoho, with what its operation needs to answer it."""

    zoho: Zoho
    request: Request
    location: str
    body: bytes
    bearer: Principal | None = None
    changes: list[Change] = field(default_factory=list)
    _parsed: Any = None

    @property
    def principal(self) -> Principal:
        """Return who calls. Only operations that ask for scopes have one."""
        if self.bearer is None:
            raise not_authenticated()
        return self.bearer

    @property
    def grants(self) -> Grants:
        """Return the grants as this data centre sees them."""
        return Grants(self.zoho, self.location)

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        return self.request.query_params.get(name, default)

    def header(self, name: str) -> str:
        """Return a header, empty if it was not sent."""
        return str(self.request.headers.get(name, ""))

    def json(self) -> dict[str, Any]:
        """Return the body's JSON object. Raises VendorError 400."""
        if self._parsed is None:
            try:
                self._parsed = orjson.loads(self.body)
            except orjson.JSONDecodeError:
                self._parsed = ()
        if not isinstance(self._parsed, dict):
            raise VendorError(400, "INVALID_DATA", "body", {"expected_data_type": "jsonobject"})
        return self._parsed

    def rows(self, name: str, cap: int) -> list[dict[str, Any]]:
        """Return the body's list of objects. Raises VendorError 400."""
        found = self.json().get(name)
        details: dict[str, Any] = {"api_name": name, "json_path": f"$.{name}"}
        if found is None or found == []:
            raise VendorError(400, "MANDATORY_NOT_FOUND", "required field not found", details)
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise VendorError(400, "INVALID_DATA", "invalid data", {**details, "expected_data_type": "jsonarray"})
        if len(found) > cap:
            raise VendorError(400, "LIMIT_EXCEEDED", "Record insertion limit has been exceeded.", {"limit": cap})
        return found

    def form(self) -> dict[str, str]:
        """Return the fields of the query and of a form in the body; the accounts server takes either."""
        fields = dict(self.request.query_params)
        sent = self.header("content-type").partition(";")[0].strip().lower()
        if sent == "application/x-www-form-urlencoded":
            fields.update(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        elif sent == "multipart/form-data":
            raise TokenError("invalid_request", 400)
        return fields

    def module(self, name: str | None = None) -> Module:
        """Return the module that the path, or a text, names. Raises VendorError 400."""
        wanted = self.request.path_params["module"] if name is None else name
        found = self.zoho.definitions(self.principal.org.zgid).module(str(wanted))
        if found is None:
            raise invalid_module()
        return found

    def desk(self, module: Module | None = None) -> Desk:
        """Return the caller's place to read and write a module; the path's, if none is given."""
        org = self.principal.org
        user = self.zoho.person(org.zgid)
        return open_desk(self.zoho, org, module or self.module(), user, self.changes.append)
