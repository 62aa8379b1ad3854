"""The guarded client against real servers on this machine: which it must not reach unless they are named."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadbridge.kit.clock import SystemClock
from leadbridge.kit.errors import InvalidInput, LeadbridgeError
from leadbridge.security.errors import AddressRefused, BadAddress, BodyTooLarge, NotSent, OutcomeLost, RequestFailed
from leadbridge.security.http import GuardedTransport
from leadbridge.security.transport import LIMITS, MEGABYTE, HttpRequest, Profile, Transport

CANARY = "cAnAry9f3k2"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Names(AbstractResolver):
    """Answers every look-up with the addresses it was given."""

    def __init__(self, *ips: str) -> None:
        self.ips = ips

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=ip,
                port=port,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for ip in self.ips
        ]

    async def close(self) -> None:
        return None


class Receiver:
    """An HTTP server that notes every request."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.peers: set[Any] = set()
        app = web.Application(client_max_size=16 * MEGABYTE)
        app.router.add_route("*", "/redirect", self.redirect)
        app.router.add_route("*", "/{rest:.*}", self.answer)
        self.server = TestServer(app)

    async def note(self, request: web.Request) -> None:
        self.requests.append(request)
        self.bodies.append(await request.read())
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))

    async def answer(self, request: web.Request) -> web.Response:
        await self.note(request)
        answer = web.json_response({"path": request.path_qs})
        answer.headers.add("X-Many", "1")
        answer.headers.add("X-Many", "2")
        answer.set_cookie("session", "from-the-server")
        return answer

    async def redirect(self, request: web.Request) -> web.Response:
        await self.note(request)
        return web.Response(status=302, headers={"Location": "/landed"})

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.server.start_server()
    yield receiver
    await receiver.server.close()


def get(url: str, profile: Profile = Profile.TENANT, **more: Any) -> HttpRequest:
    return HttpRequest("GET", url, profile, **more)


async def serve(handler: Handler) -> tuple[asyncio.Server, str]:
    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except ConnectionError:
            return  # the client went away first, which some tests are about
        finally:
            writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def failure(request: HttpRequest, *sandbox: str, **more: Any) -> LeadbridgeError:
    async with GuardedTransport(SystemClock(), sandbox_origins=sandbox, **more) as transport:
        with pytest.raises(LeadbridgeError) as caught:
            await transport.send(request)
    error = caught.value
    assert error.hint or isinstance(error, InvalidInput)
    if isinstance(error, RequestFailed):
        assert error.__context__ is None  # the library's own error spells out the URL
    assert CANARY not in f"{error.message}{error.hint}{error.details}{error!r}"
    return error


# --- where it goes ---


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
     "169.254.169.254", "10.0.0.1", "0.0.0.0", "[::]",  # noqa: S104
     "[fe80::1]", "127。0。0。1", "１２７.0.0.1"],
)  # fmt: skip
async def test_inner_addresses_are_refused(host: str) -> None:
    error = await failure(get(f"https://{host}/{CANARY}?{CANARY}"))
    assert isinstance(error, AddressRefused)
    assert "it leads to" in error.message
    assert not error.retryable


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0x7f.1", "127.0.0.1.", "x@127.0.0.1"]
)
async def test_odd_spellings_are_no_addresses(host: str) -> None:
    assert isinstance(await failure(get(f"https://{host}/{CANARY}")), BadAddress)


@pytest.mark.parametrize(
    "ips", [("127.0.0.1",), ("::1", "127.0.0.1"), ("10.0.0.1", "192.168.0.1"), ("::ffff:10.1.1.1",)]
)
async def test_a_name_that_leads_inside_is_refused(ips: tuple[str, ...]) -> None:
    """Whatever the look-up says, the address is decided on where the socket is made."""
    error = await failure(get(f"https://rebind.example/{CANARY}"), resolver=Names(*ips))
    assert isinstance(error, AddressRefused)
    assert error.message.startswith("The hub does not call https://rebind.example: it leads to ")


async def test_own_public_address_is_refused() -> None:
    error = await failure(get("https://hub.example/"), resolver=Names("8.8.4.4"), own=[("8.8.4.4", 443)])
    assert "this hub itself" in error.message


async def test_only_https_on_443(receiver: Receiver) -> None:
    assert "not https" in (await failure(get("http://example.com/"))).message
    assert "port is not 443" in (await failure(get("https://example.com:8443/"))).message
    assert "not https" in (await failure(get(receiver.origin))).message
    assert receiver.requests == []


async def test_a_guarded_socket_is_made_for_public_addresses_only() -> None:
    """The positive path ends at the socket: no test may leave this machine."""
    transport = GuardedTransport(SystemClock())
    for family, place in ((socket.AF_INET, ("8.8.8.8", 443)), (socket.AF_INET6, ("2606:4700::1111", 443, 0, 0))):
        made = transport._guarded_socket((family, socket.SOCK_STREAM, 0, "", place))
        assert not made.getblocking()
        made.close()
    with pytest.raises(OSError, match="refused"):
        transport._guarded_socket((socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("fe80::1%lo", 443, 0, 1)))


async def test_a_named_origin_is_reached_and_only_exactly_that(receiver: Receiver) -> None:
    port = receiver.server.port or 0
    async with GuardedTransport(SystemClock(), sandbox_origins=[f"HTTP://127.0.0.1:{port}/"]) as transport:
        checked: Transport = transport
        answer = await checked.send(get(f"{receiver.origin}/a%2Fb?x=%2B1&y='z'"))
        assert answer.status == 200
        assert answer.json() == {"path": "/a%2Fb?x=%2B1&y='z'"}
        assert answer.headers["X-MANY"] == "1, 2"
        assert "content-type" in answer.headers
        assert answer.elapsed > 0
        for near in (
            f"https://127.0.0.1:{port}", f"http://localhost:{port}", f"http://127.0.0.2:{port}", "http://127.0.0.1",
            f"http://[::ffff:127.0.0.1]:{port}", f"http://127.0.0.1:{port + 1}",
        ):  # fmt: skip
            with pytest.raises(AddressRefused):
                await transport.send(get(near))
        with pytest.raises(AddressRefused):  # although a connection to that very place is open
            await transport.send(get("https://127.0.0.1/"))
    assert len(receiver.requests) == 1


# --- what it does not do ---


async def test_redirects_are_answers(receiver: Receiver) -> None:
    async with GuardedTransport(SystemClock(), sandbox_origins=[receiver.origin]) as transport:
        answer = await transport.send(get(f"{receiver.origin}/redirect"))
    assert (answer.status, answer.headers["location"]) == (302, "/landed")
    assert len(receiver.requests) == 1


async def test_no_cookies_proxies_or_logins_from_the_surroundings(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login u password {CANARY}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.setenv("NO_PROXY", "")
    async with GuardedTransport(SystemClock(), sandbox_origins=[receiver.origin]) as transport:
        for _ in range(2):
            assert (await transport.send(get(receiver.origin))).status == 200
    for request in receiver.requests:
        assert {"Cookie", "Authorization", "Proxy-Authorization", "Content-Type"}.isdisjoint(request.headers)
        assert request.headers["User-Agent"] == "Leadbridge"


async def test_body_and_headers_arrive_as_given(receiver: Receiver) -> None:
    async with GuardedTransport(SystemClock(), sandbox_origins=[receiver.origin]) as transport:
        for body in (b"", b"{}", b"x" * (3 * MEGABYTE)):
            headers = {"Authorization": f"Bearer {CANARY}", "content-type": "application/json"}
            answer = await transport.send(HttpRequest("POST", receiver.origin, Profile.VENDOR, headers, body))
            assert answer.status == 200
            assert receiver.bodies[-1] == body
            assert receiver.requests[-1].headers["Authorization"] == f"Bearer {CANARY}"
            assert receiver.requests[-1].headers.getall("Content-Type") == ["application/json"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-A", f"a\r\nX-B: {CANARY}"), ("X-A", f"a\n{CANARY}"), ("X-A", f"\0{CANARY}"), ("X-A\r\nX-B", CANARY),
     ("X A", CANARY),
     ("", CANARY), ("Host", CANARY), ("Content-Length", "5"), ("transfer-encoding", "chunked"), ("Cookie", CANARY),
     ("X-A", "ü")],
)  # fmt: skip
async def test_headers_that_would_change_the_request_are_refused(receiver: Receiver, name: str, value: str) -> None:
    error = await failure(get(receiver.origin, headers={name: value}), receiver.origin)
    assert error.code == "invalid_header"
    assert receiver.requests == []


async def test_a_token_request_never_reuses_a_connection(receiver: Receiver) -> None:
    async with GuardedTransport(SystemClock(), sandbox_origins=[receiver.origin]) as transport:
        for _ in range(3):
            await transport.send(HttpRequest("POST", receiver.origin, Profile.TOKEN, body=b"grant_type=x"))
        assert len(receiver.peers) == 3
        receiver.peers.clear()
        for _ in range(3):
            await transport.send(HttpRequest("POST", receiver.origin, Profile.VENDOR, body=b"{}"))
        assert len(receiver.peers) == 1


def test_requests_and_answers_do_not_show_secrets() -> None:
    request = HttpRequest(
        "POST", f"https://a.example/x?token={CANARY}", Profile.TOKEN, {"Authorization": CANARY}, CANARY.encode()
    )
    assert CANARY not in f"{request!r} {request}"
    assert "https://a.example/x" in repr(request)
    assert get("https://a.example", timeout=500).seconds == 15
    assert get("https://a.example", timeout=3).seconds == 3


# --- how much and how long ---


def answering(head: str, *chunks: bytes, repeat: int = 1) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\n{head}\r\n".encode())
        for chunk in chunks * repeat:
            writer.write(chunk)
            await writer.drain()

    return handler


async def test_a_body_up_to_the_limit_is_taken_and_one_byte_more_is_not() -> None:
    limit = LIMITS[Profile.TENANT].body
    server, origin = await serve(answering(f"Content-Length: {limit}\r\n", b"x" * limit))
    async with server, GuardedTransport(SystemClock(), sandbox_origins=[origin]) as transport:
        assert len((await transport.send(get(origin))).body) == limit
    server, origin = await serve(answering("", b"x" * (limit + 1)))
    async with server:
        error = await failure(get(f"{origin}/{CANARY}?{CANARY}"), origin)
    assert isinstance(error, BodyTooLarge)
    assert "more than 2 MB" in error.message


async def test_an_endless_body_ends_at_the_limit() -> None:
    server, origin = await serve(answering("", b"x" * MEGABYTE, repeat=1000))
    async with server:
        assert isinstance(await failure(get(origin, Profile.TOKEN), origin), BodyTooLarge)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_what_counts_is_the_size_after_decompression(coding: str) -> None:
    zeros = bytes(100 * MEGABYTE)
    bomb = gzip.compress(zeros, 1) if coding == "gzip" else zlib.compress(zeros, 1)
    del zeros
    assert len(bomb) < MEGABYTE
    head = f"Content-Encoding: {coding}\r\nContent-Length: {len(bomb)}\r\n"
    server, origin = await serve(answering(head, bomb))
    started = time.perf_counter()
    async with server:
        assert isinstance(await failure(get(origin), origin), BodyTooLarge)
    assert time.perf_counter() - started < 5
    small = gzip.compress(b"hello") if coding == "gzip" else zlib.compress(b"hello")
    server, origin = await serve(answering(f"Content-Encoding: {coding}\r\nContent-Length: {len(small)}\r\n", small))
    async with server, GuardedTransport(SystemClock(), sandbox_origins=[origin]) as transport:
        assert (await transport.send(get(origin))).body == b"hello"


async def test_a_slow_drip_ends_at_the_total_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    server, origin = await serve(drip)
    async with server:
        started = time.perf_counter()
        error = await failure(get(origin, timeout=0.4), origin)
    assert isinstance(error, OutcomeLost)
    assert "longer than 0.4 seconds" in error.message
    assert time.perf_counter() - started < 3


# --- what is known when it fails ---


async def test_refused_connection_and_unknown_name_were_not_sent() -> None:
    server, origin = await serve(answering(""))
    server.close()
    await server.wait_closed()
    error = await failure(HttpRequest("POST", f"{origin}/{CANARY}", Profile.TOKEN, body=b"x"), origin)
    assert isinstance(error, NotSent)
    assert error.retryable
    unknown = "http://no-such-name.invalid"
    error = await failure(HttpRequest("POST", f"{unknown}/{CANARY}", Profile.TOKEN, body=b"x"), unknown)
    assert isinstance(error, NotSent)
    assert "no address" in error.message


async def test_a_connection_that_never_stands_was_not_sent() -> None:
    """The queue of a listener that accepts nobody is full: connecting hangs."""
    with socket.socket() as listener, socket.socket() as filler:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        place = listener.getsockname()
        filler.connect(place)
        origin = f"http://127.0.0.1:{place[1]}"
        fillers = [socket.socket() for _ in range(3)]
        for extra in fillers:
            extra.setblocking(False)
            extra.connect_ex(place)
        error = await failure(HttpRequest("POST", origin, Profile.TOKEN, body=b"x", timeout=0.5), origin)
        for extra in fillers:
            extra.close()
    assert isinstance(error, NotSent)
    assert "in time" in error.message


async def test_a_server_that_reads_and_closes_leaves_the_outcome_unknown() -> None:
    read: list[bytes] = []

    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read.append(await reader.readuntil(b"\r\n\r\n"))

    server, origin = await serve(rude)
    async with server:
        error = await failure(HttpRequest("POST", f"{origin}/{CANARY}", Profile.TOKEN, body=b"x"), origin)
    assert isinstance(error, OutcomeLost)
    assert not error.retryable
    assert len(read) == 1  # and it was not sent a second time


async def test_a_silent_server_leaves_the_outcome_unknown() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    server, origin = await serve(silent)
    async with server:
        error = await failure(HttpRequest("POST", origin, Profile.TOKEN, body=b"x", timeout=0.3), origin)
    assert isinstance(error, OutcomeLost)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
     b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"],
)  # fmt: skip
async def test_a_broken_answer_leaves_the_outcome_unknown(answer: bytes) -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    server, origin = await serve(broken)
    async with server:
        error = await failure(HttpRequest("POST", f"{origin}/{CANARY}", Profile.TOKEN, body=b"x"), origin)
    assert isinstance(error, OutcomeLost)


async def test_a_reused_connection_that_breaks_counts_as_sent() -> None:
    """The library repeats a GET by itself on a new connection; where that one fails, the first try may have arrived."""
    seen = 0
    done = asyncio.Event()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        await reader.readuntil(b"\r\n\r\n")
        seen += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await reader.readuntil(b"\r\n\r\n")
        seen += 1
        server.close()
        done.set()

    server, origin = await serve(once)
    async with GuardedTransport(SystemClock(), sandbox_origins=[origin]) as transport:
        assert (await transport.send(get(origin))).body == b"ok"
        with pytest.raises(OutcomeLost):
            await transport.send(get(origin))
    await done.wait()
    assert seen == 2


async def test_a_certificate_nobody_vouches_for_was_not_sent(tmp_path: Path) -> None:
    trusted, context = certificate(tmp_path, "localhost")
    received: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    good, wrong_name = f"https://localhost:{port}", f"https://127.0.0.1:{port}"
    async with server:
        untrusted = await failure(HttpRequest("POST", f"{good}/{CANARY}", Profile.TOKEN, body=b"x"), good)
        foreign = await failure(get(wrong_name), wrong_name, ssl_context=trusted)
        assert received == []
        async with GuardedTransport(SystemClock(), sandbox_origins=[good], ssl_context=trusted) as transport:
            assert (await transport.send(get(good))).body == b"ok"
    for error in (untrusted, foreign):
        assert isinstance(error, NotSent)
        assert "TLS" in error.message
        assert "certificate" in error.hint


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a client context that trusts a new certificate for ``name``, and a server context that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("192.0.2.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return ssl.create_default_context(cadata=pem.decode()), server
