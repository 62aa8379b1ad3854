"""Starts one vendor's sandbox as a real child process, and steers it by its control API.

The steering calls are short and blocking: the sandbox is another process, so they may be made from a coroutine.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).parents[2]


class SandboxError(Exception):
    """The sandbox did not start or refused a steering call; the text is its own."""


def token_hash(token: str) -> str:
    """Return what the counters name a refresh token by."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class VendorProcess:
    """One running sandbox. `url` is the vendor's base address; data is in memory unless a file is named.

    Used by `with` or `async with`. A vendor's own class adds how a person consents there and how its tokens are got.
    """

    vendor = ""
    """The id that the hub knows it by."""
    default_object = ""
    """What `records` and `edit` are about where nothing is said."""

    def __init__(self, data: Path | None = None, port: int = 0) -> None:
        self.data = data
        self.port = port
        self.url = ""
        self._process: subprocess.Popen[str] | None = None

    @property
    def process(self) -> subprocess.Popen[str]:
        """Return the running child process."""
        if self._process is None:
            raise SandboxError("the sandbox is not running")
        return self._process

    def start(self) -> Self:
        """Start it and wait until it answers. Raises SandboxError with what it said instead."""
        command = [sys.executable, "-m", "leadbridge_sandbox", "--ready-line", "--until-stdin-closes"]
        command += ["--vendor", self.vendor, "--port", str(self.port)]
        if self.data is not None:
            command += ["--data", str(self.data)]
        paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)},
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            _, said = process.communicate()
            raise SandboxError(f"exit {process.returncode}: {said.strip()}")
        self._process = process
        self.url = json.loads(line)["vendors"][self.vendor]
        return self

    def stop(self) -> int:
        """End it as a vanished parent would, by closing its pipe; return its exit code."""
        return self._ended(None)

    def kill(self) -> int:
        """End it with SIGKILL; return its exit code."""
        return self._ended(signal.SIGKILL)

    def _ended(self, number: signal.Signals | None) -> int:
        process, self._process = self.process, None
        if number is not None:
            process.send_signal(number)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return process.returncode

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            await asyncio.to_thread(self.stop)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Make one plain HTTP request; return status, headers (lower-case names) and body."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, named, answer.read()
        finally:
            connection.close()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API; return its JSON. Raises SandboxError with its reason."""
        raw = None if body is None else json.dumps(body).encode()
        status, _, answered = self.request(method, f"/_control{path}", raw)
        parsed = json.loads(answered)
        if status != 200:
            raise SandboxError(f"{status}: {parsed.get('error', parsed)}")
        return parsed

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings by name (`rotation="rotating"`, `rateLimits=False`); return all of them."""
        changed: dict[str, Any] = self.control("PATCH", "/settings", changes)
        return changed

    def advance(self, seconds: float) -> None:
        """Move the vendor's clock."""
        self.control("POST", "/clock", {"advanceSeconds": seconds})

    def fault(self, route: str, kind: str, **details: Any) -> int:
        """Order a fault; `route` is an operation's name or a glob on `METHOD /path`. Return the rule's id."""
        rule: int = self.control("POST", "/faults", {"route": route, "kind": kind, **details})["id"]
        return rule

    def calls(self, operation: str | None = None) -> int:
        """Return how many vendor calls there were, of one operation or in all."""
        counted = self.control("GET", "/counters")
        if operation is None:
            return int(counted["total"])
        return sum(counted["operations"].get(operation, {}).values())

    def presentations(self, refresh_token: str) -> int:
        """Return how often a refresh token was presented."""
        counted = self.control("GET", "/counters")["refreshTokens"]
        return int(counted.get(token_hash(refresh_token), {"presented": 0})["presented"])

    def records(self, object_name: str = "") -> list[dict[str, Any]]:
        """Return every record with all its properties, archived ones too."""
        listed: list[dict[str, Any]] = self.control("GET", f"/records/{object_name or self.default_object}")["records"]
        return listed

    def edit(self, record_id: str, object_name: str = "", **properties: str) -> dict[str, Any]:
        """Change a record as a person in the vendor's pages would."""
        changed: dict[str, Any] = self.control(
            "PATCH", f"/records/{object_name or self.default_object}/{record_id}", {"properties": properties}
        )
        return changed

    def post_form(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Post a form; return status, headers and body."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, urlencode(form).encode(), headers)

    def api(self, method: str, path: str, access_token: str, body: Any = None) -> tuple[int, dict[str, str], Any]:
        """Call a vendor API with a token; return status, headers and JSON (None without a body)."""
        headers = {"Authorization": f"Bearer {access_token}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body).encode()
        status, named, answered = self.request(method, path, raw, headers)
        return status, named, json.loads(answered) if answered else None
