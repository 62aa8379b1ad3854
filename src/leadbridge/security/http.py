"""The one way out of the hub: a client that looks at every address right before it connects.

The check sits in aiohttp's ``socket_factory``: a name is looked up by aiohttp, and the very address that will be
connected to, be it from that look-up or written in the URL, is decided on first. Nothing lies between the check and
the connection, so a name that changes its address in between gains nothing. There are no redirects, cookies,
proxies from the environment, netrc logins or retries of a POST.

Sandbox origins, which an operator names exactly, are the only way past https and the address table. They have
sessions of their own: a socket factory does not know for which URL it is asked, and a connection opened for one of
them must never serve another request.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput
from leadbridge.kit.webaddress import WebAddress
from leadbridge.security.addresses import Listener, refusal
from leadbridge.security.errors import (
    AddressRefused,
    BadAddress,
    BodyTooLarge,
    NotSent,
    OutcomeLost,
    RequestFailed,
    TookTooLong,
)
from leadbridge.security.origins import origin_of, parse_address
from leadbridge.security.transport import LIMITS, MEGABYTE, Headers, HttpRequest, HttpResponse, Profile

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

CONNECT_SECONDS = 10.0
DNS_SECONDS = 30
CONNECTIONS = 600
CONNECTIONS_PER_HOST = 400
"""Many tenants have their endpoints at one host (hook.eu1.make.com), and each of them waits for its own answers there:
what bounds the calls is the lane of each endpoint and the budget of each account. These bound open files alone."""
_METHOD = re.compile(r"[A-Z]{3,10}\Z")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*\Z")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "cookie", "expect", "upgrade"})


class _Refused(OSError):
    """Raised where a socket would be made. Always the same text: addresses refused alike stay one error."""

    def __init__(self, reason: str) -> None:
        super().__init__("address refused")
        self.reason = reason


class _TooLarge(Exception):
    pass


@dataclass(slots=True)
class _Progress:
    """How far a request has come. With a connection it counts as sent."""

    connected: bool = False


_PROGRESS: ContextVar[_Progress] = ContextVar("progress")


class _Connector(aiohttp.TCPConnector):
    """Notes when a request has a connection, new or used again: from then on it may have been sent.

    The library's own tracing tells the same for six times the price of this, with every request.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  # the library's signature
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        _PROGRESS.get().connected = True
        return connection


class GuardedTransport:
    """Sends requests to the public internet, and to the exact sandbox origins that the operator named.

    ``own`` are the hub's own public listening addresses; ``ssl_context`` and ``resolver`` replace the system's.
    Made anywhere, used in one event loop, closed by ``close``.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        sandbox_origins: Collection[str] = (),
        own: Collection[Listener] = (),
        user_agent: str = "Leadbridge",
        ssl_context: ssl.SSLContext | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._clock = clock
        self._sandbox = frozenset(origin_of(origin) for origin in sandbox_origins)
        self._own = tuple(own)
        self._user_agent = user_agent
        self._ssl: ssl.SSLContext | bool = ssl_context if ssl_context is not None else True
        self._resolver = resolver
        self._sessions: dict[tuple[Profile, bool], aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to ``request``, whatever its status; errors as ``Transport.send`` tells."""
        address, wire = _parsed(request.url)
        sandbox = address.origin in self._sandbox
        if not sandbox and (reason := _refused_form(address)) is not None:
            raise AddressRefused(address.origin, reason)
        headers = _checked(request)
        progress = _Progress()
        _PROGRESS.set(progress)
        started = self._clock.monotonic()
        failure: RequestFailed
        try:
            async with self._session(request.profile, sandbox).request(
                request.method,
                wire,
                headers=headers,
                data=_payload(request.body),
                allow_redirects=False,
                timeout=_timeout(request.seconds),
            ) as response:
                body = await _read(response, LIMITS[request.profile].body)
                elapsed = self._clock.monotonic() - started
                return HttpResponse(response.status, Headers(response.headers.items()), body, elapsed)
        except _TooLarge:
            size = LIMITS[request.profile].body // MEGABYTE
            failure = BodyTooLarge(address.origin, f"it has more than {size} MB")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failure = _failure(address.origin, error, progress.connected, request.seconds)
        # raised outside the handler: the library's own error, which spells out the URL, is not carried along
        raise failure

    def _session(self, profile: Profile, sandbox: bool) -> aiohttp.ClientSession:
        key = (profile, sandbox)
        if key not in self._sessions:
            connector = _Connector(
                socket_factory=None if sandbox else self._guarded_socket,
                ssl=self._ssl,
                resolver=self._resolver,
                ttl_dns_cache=DNS_SECONDS,
                limit=CONNECTIONS,
                limit_per_host=CONNECTIONS_PER_HOST,
                force_close=profile is Profile.TOKEN,
            )
            self._sessions[key] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=True,
                headers={"User-Agent": self._user_agent},
                skip_auto_headers=("Content-Type",),
            )
        return self._sessions[key]

    def _guarded_socket(self, info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, place = info
        reason = refusal(str(place[0]), int(place[1]), self._own)
        if reason is not None:
            raise _Refused(reason)
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


@lru_cache(1024)  # a receiver is called again and again at one address
def _parsed(url: str) -> tuple[WebAddress, URL]:
    """Return an address as it is decided on and as it is called; raises ``BadAddress`` where the two could differ."""
    address = parse_address(url)
    wire = URL(address.url, encoded=True)
    if (wire.scheme, wire.raw_host, wire.port) != (address.scheme, address.host.strip("[]"), address.port):
        raise BadAddress("The host of the address can be read in two ways.")
    return address, wire


def _refused_form(address: WebAddress) -> str | None:
    if address.scheme != "https":
        return "it is not https"
    return None if address.port == 443 else "its port is not 443"


def _checked(request: HttpRequest) -> Mapping[str, str]:
    """Return the headers of ``request``; raises ``InvalidInput`` for what could break its frame."""
    if not _METHOD.match(request.method):
        raise InvalidInput("The request method is not valid.", hint="Use GET, POST, PUT, PATCH or DELETE.")
    if not all(map(_may_be_set, request.headers)):
        raise InvalidInput("A request header has a name that cannot be set.", code="invalid_header")
    if not _HEADER_VALUE.match("".join(request.headers.values())):  # one look at all of them, as a rule
        name = next(name for name, value in request.headers.items() if not _HEADER_VALUE.match(value))
        raise InvalidInput(
            f"The value of the request header {name} holds characters that cannot be sent.",
            code="invalid_header",
            hint="Header values are plain ASCII without line breaks.",
        )
    return request.headers


@lru_cache(1024)  # the names are few and the same with every request
def _may_be_set(name: str) -> bool:
    return _HEADER_NAME.match(name) is not None and name.lower() not in _OURS


@lru_cache(64)
def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)


def _payload(body: bytes | None) -> bytes | io.BytesIO | None:
    # long bodies as a file: written in pieces, so that other requests go on meanwhile
    return io.BytesIO(body) if body is not None and len(body) > MEGABYTE else body


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Return the whole decompressed body; raises ``_TooLarge`` as soon as it passes ``limit`` bytes."""
    if response.content.is_eof():  # all of a short answer came with its head
        body = response.content.read_nowait()
        if len(body) > limit:
            raise _TooLarge
        return body
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > limit:
            response.close()  # the rest is not read, so the connection is of no more use
            raise _TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def _failure(origin: str, error: Exception, connected: bool, seconds: float) -> RequestFailed:
    """Return what an error means. Once a connection stood the request counts as sent, whatever failed afterwards."""
    timeout = isinstance(error, TimeoutError)
    if connected:
        if timeout:
            return TookTooLong(origin, f"it took longer than {seconds:g} seconds")
        if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
            return OutcomeLost(origin, "it was incomplete or not valid HTTP")
        return OutcomeLost(origin, "the connection was closed")
    if timeout:
        return NotSent(origin, "no connection in time")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return NotSent(origin, "the name has no address")
    if isinstance(error, aiohttp.ClientSSLError):
        return NotSent(
            origin,
            "no trusted TLS connection",
            hint="Its certificate must be valid for this name and signed by a known authority.",
        )
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, _Refused):
        return AddressRefused(origin, f"it leads to {cause.reason}")
    return NotSent(origin, "no connection")
