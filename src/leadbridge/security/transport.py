"""What a call out of the hub is, apart from how it is made: so that a simulation can answer in process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import orjson

from leadbridge.security.redact import redact_url

MEGABYTE = 1024 * 1024


class Profile(StrEnum):
    """Whom a request goes to, which decides how much is waited for and taken."""

    TENANT = "tenant"
    """An address that a tenant gave: a webhook receiver, an automation."""
    VENDOR = "vendor"
    """An origin stored with a connection."""
    TOKEN = "token"  # noqa: S105  # the name of a profile
    """A token endpoint: a connection of its own, never reused, so that what was sent is known."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest answer taken, in bytes after decompression, and the longest time for the whole call, in seconds."""

    body: int
    seconds: float


LIMITS: Mapping[Profile, Limits] = {
    Profile.TENANT: Limits(2 * MEGABYTE, 15.0),
    Profile.VENDOR: Limits(64 * MEGABYTE, 120.0),
    Profile.TOKEN: Limits(MEGABYTE, 20.0),
}


class Headers(Mapping[str, str]):
    """Response headers: names in any case; several of one name are joined by a comma."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({', '.join(self._values)})"  # a value may be a secret


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. ``timeout`` is in seconds for the whole call and can only shorten the profile's.

    ``repeatable`` tells that sending it twice does no more than sending it once.
    """

    method: str
    url: str
    profile: Profile
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout: float | None = None
    repeatable: bool = False

    @property
    def seconds(self) -> float:
        """How long the whole call may take."""
        limit = LIMITS[self.profile].seconds
        return limit if self.timeout is None else min(limit, self.timeout)

    def __repr__(self) -> str:
        return f"HttpRequest({self.method} {redact_url(self.url)}, {self.profile.value})"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer, whole: the body is decompressed, ``elapsed`` is in seconds. Any status is an answer, 3xx too."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    elapsed: float

    def json(self) -> Any:
        """Return the body as JSON; raises ``ValueError`` where it is none."""
        return orjson.loads(self.body)


class Transport(Protocol):
    """Sends requests out of the hub."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, whatever its status.

        Raises ``NotSent`` (``AddressRefused``), ``OutcomeLost`` (``BodyTooLarge``) or ``BadAddress``.
        """
        ...
