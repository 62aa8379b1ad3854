"""A relay between the hub and a vendor's sandbox that notes every call and can answer in the vendor's place.

What went over the wire is then known without asking either side, and a vendor's refusal can be staged whatever
switches its sandbox has.
"""

import http.client
import json
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

_NOT_RELAYED = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})


@dataclass(frozen=True)
class Call:
    """One request to the vendor and what the hub got as its answer."""

    method: str
    path: str
    bearer: str | None
    request: bytes
    status: int = 0
    answer: bytes = b""

    @property
    def is_token_call(self) -> bool:
        """Whether this went to a token endpoint (of any API version)."""
        return self.method == "POST" and self.path.startswith("/oauth/") and self.path.endswith("/token")

    @property
    def grant_type(self) -> str | None:
        """The `grant_type` of a token call, else None."""
        if not self.is_token_call:
            return None
        return parse_qs(self.request.decode(errors="replace")).get("grant_type", [None])[0]

    def answered(self) -> dict[str, Any]:
        """The answer as a JSON object; empty when it is none."""
        try:
            content = json.loads(self.answer)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}


Intercept = Callable[[Call], Call | None]
Rewrite = Callable[[Call], Call]


class WireTap:
    """Relays to `target` (an origin). `intercept` may answer a call instead of the vendor, `rewrite` may change
    the vendor's answer; both may be set and cleared while it runs."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        assert parts.hostname is not None
        assert parts.port is not None
        self._host, self._port = parts.hostname, parts.port
        self._calls: list[Call] = []
        self._lock = threading.Lock()
        self.intercept: Intercept | None = None
        self.rewrite: Rewrite | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def start(self) -> Self:
        """Begin to relay."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop relaying and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in the order their answers were known."""
        with self._lock:
            return list(self._calls)

    def tokens(self) -> set[str]:
        """Every access and refresh token the hub was given."""
        issued = (call.answered() for call in self.calls if call.is_token_call and call.status == 200)
        return {str(body[key]) for body in issued for key in ("access_token", "refresh_token") if body.get(key)}

    def relay(self, call: Call, headers: dict[str, str]) -> tuple[Call, list[tuple[str, str]]]:
        """Answer one call: by the interceptor, else by the vendor. Returns it with its answer and its headers."""
        staged = self.intercept(call) if self.intercept else None
        if staged is not None:
            answered, fields = staged, [("content-type", "application/json")]
        else:
            answered, fields = self._ask_vendor(call, headers)
            if self.rewrite:
                answered = self.rewrite(answered)
        with self._lock:
            self._calls.append(answered)
        return answered, fields

    def _ask_vendor(self, call: Call, headers: dict[str, str]) -> tuple[Call, list[tuple[str, str]]]:
        with closing(http.client.HTTPConnection(self._host, self._port, timeout=60)) as connection:
            connection.request(call.method, call.path, body=call.request or None, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        fields = [(key, value) for key, value in answer.getheaders() if key.lower() not in _NOT_RELAYED]
        return replace(call, status=answer.status, answer=content), fields


def _handler(tap: WireTap) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            authorization = self.headers.get("authorization") or ""
            bearer = authorization[7:] if authorization[:7].lower() == "bearer " else None
            passed = {k: v for k, v in self.headers.items() if k.lower() not in _NOT_RELAYED}
            try:
                call, fields = tap.relay(Call(self.command, self.path, bearer, body), passed)
            except (OSError, http.client.HTTPException):
                # The vendor hung up (a fault its sandbox offers): so does the relay.
                self.close_connection = True
                return
            self.send_response_only(call.status)
            for key, value in fields:
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(call.answer)))
            self.end_headers()
            self.wfile.write(call.answer)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _relay  # noqa: N815 - the names it calls

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the calls are kept, and standard error belongs to pytest."""

    return Handler
