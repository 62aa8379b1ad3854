"""One Web API operation: token, limits, the work, its answer. Batches make calls of their parts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from . import addresses
from .addresses import Segment
from .errors import Answer, VendorError, bad_value
from .grants import Principal
from .hooks import Hooks
from .organization import Dynamics
from .views import Annotations
from .writes import Desk

_PREFERENCES = re.compile(r'([\w.-]+)(?:\s*=\s*("[^"]*"|[^,;\s]+))?')


@dataclass(slots=True)
class Call:
    """One request to the Web API, or one part of a batch, with what its operation needs to answer it."""

    vendor: Dynamics
    hooks: Hooks
    principal: Principal
    method: str
    path: list[Segment]
    options: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    desk: Desk = field(init=False)
    preferences: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.preferences = {
            name.lower(): value.strip('"') for name, value in _PREFERENCES.findall(self.headers.get("prefer", ""))
        }
        organization = self.principal.organization
        tell = self.hooks.teller(organization)
        self.desk = Desk(self.vendor, organization, self.principal.user_id, tell, self.options.get("tag", ""))

    @property
    def root(self) -> str:
        """Return the address of the API's root, with a slash at its end."""
        return f"{self.vendor.url_of(self.principal.organization)}/api/data/v9.2/"

    @property
    def annotations(self) -> Annotations:
        """Return the annotations asked for."""
        asked = self.preferences.get("odata.include-annotations", "")
        return Annotations(tuple(part.strip() for part in asked.split(",") if part.strip()))

    @property
    def page_size(self) -> int:
        """Return the page size asked for, or 0."""
        asked = self.preferences.get("odata.maxpagesize", "")
        return int(asked) if asked.isdecimal() else 0

    @property
    def wants_representation(self) -> bool:
        """Return whether a write is to answer with the record."""
        return self.preferences.get("return") == "representation"

    def json(self) -> dict[str, Any]:
        """Return the body's JSON object. Raises VendorError 400."""
        try:
            parsed = orjson.loads(self.body or b"{}")
        except orjson.JSONDecodeError as error:
            raise bad_value(f"An error occurred while reading the payload: {error}") from None
        if not isinstance(parsed, dict):
            raise bad_value("The payload must be a JSON object.")
        return parsed

    def part(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Call:
        """Return the call that a part of a batch makes. Raises VendorError 400."""
        address, _, query = target.partition("?")
        path = addresses.API.sub("/", unquote(urlsplit(address).path))
        asked = {**headers}
        asked.setdefault("prefer", "")
        call = Call(
            self.vendor,
            self.hooks,
            self.principal,
            method,
            addresses.segments(path),
            addresses.options(query),
            asked,
            body,
        )
        if not call.desk.tag:
            call.desk.tag = self.desk.tag
        return call


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """A named operation: the name is what counters and faults know it by."""

    name: str
    handler: Handler
    writes: bool = False


def run(call: Call, operation: Operation) -> Answer:
    """Do an operation in a transaction of its own; return its answer, or that of its error."""
    detailed = bool(call.annotations.patterns)
    try:
        if not operation.writes:
            return operation.handler(call)
        with call.vendor.world.db.transaction(), call.vendor.world.db.savepoint():
            return operation.handler(call)
    except VendorError as error:
        return error.answer(detailed)


def timed(call: Call, work: Callable[[], Answer]) -> Answer:
    """Do the work within the caller's limits; return its answer with the headers of what is left."""
    world, limiter, user = call.vendor.world, call.vendor.limiter, call.principal.user_id
    try:
        left = limiter.admit(user, world.settings, world.clock.ticks())
    except VendorError as error:
        return error.answer()
    began = time.perf_counter()
    answer = work()
    charged = call.desk.written * world.settings.recordMs / 1000
    limiter.charge(user, time.perf_counter() - began + charged)
    answer.headers.update(left)
    return answer
