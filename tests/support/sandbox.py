"""Starts the vendors' sandbox as a real child process, and steers it.

    with SandboxProcess() as sandbox:
        tokens = sandbox.issue_tokens()
        sandbox.fault("objects.batch.create", "lost_after_write")

`async with` works too. The steering calls are short and blocking: the sandbox is another process, so they may
be made from a coroutine.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID = "5a4db0c8-1ead-4b71-8d6e-000000000001"
CLIENT_SECRET = "sandbox-hubspot-client-secret"
SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
)
REDIRECT = "http://127.0.0.1:8000/api/v1/crm-integration/oauth/callback/hubspot"
ROOT = Path(__file__).parents[2]


class SandboxError(Exception):
    """The sandbox did not start or refused a steering call; the text is its own."""


def token_hash(token: str) -> str:
    """Return what the counters name a refresh token by."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class SandboxProcess:
    """One running sandbox. `url` is HubSpot's base address; data is in memory unless a file is named."""

    def __init__(self, data: Path | None = None, port: int = 0, vendor: str = "hubspot") -> None:
        self.data = data
        self.port = port
        self.vendor = vendor
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
        command += ["--port", str(self.port)]
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

    def records(self, object_name: str = "contacts") -> list[dict[str, Any]]:
        """Return every record with all its properties, archived ones too."""
        listed: list[dict[str, Any]] = self.control("GET", f"/records/{object_name}")["records"]
        return listed

    def edit(self, record_id: str, object_name: str = "contacts", **properties: str) -> dict[str, Any]:
        """Change a record as a person in HubSpot's pages would."""
        changed: dict[str, Any] = self.control(
            "PATCH", f"/records/{object_name}/{record_id}", {"properties": properties}
        )
        return changed

    def issue_tokens(self, *scopes: str) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: all scopes, or those given."""
        tokens: dict[str, Any] = self.control("POST", "/tokens", {"scopes": list(scopes)} if scopes else {})
        return tokens

    def consent(self, decision: str = "approve", **params: str) -> tuple[str, dict[str, str]]:
        """Open the consent page, submit its form, and return where it sends the person, with the query.

        Raises SandboxError with the page's text when HubSpot would show a problem instead.
        """
        query = {
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": " ".join(SCOPES),
            "state": "state-1",
            **params,
        }
        status, _, shown = self.request("GET", f"/oauth/authorize?{urlencode(query)}")
        text = shown.decode()
        if status != 200:
            raise SandboxError(f"{status}: {unescape(re.sub('<[^>]+>', ' ', text))}")
        action = re.search(r'<form method="post" action="([^"]+)"', text)
        assert action is not None
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
        form = {unescape(name): unescape(value) for name, value in hidden} | {"decision": decision}
        status, headers, _ = self.post_form(unescape(action[1]), form)
        assert status == 302
        target = urlsplit(headers["location"])
        back = {name: values[0] for name, values in parse_qs(target.query).items()}
        return headers["location"].partition("?")[0], back

    def post_form(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Post a form; return status, headers and body."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", path, urlencode(form).encode(), headers)

    def token(self, path: str = "/oauth/2026-03/token", **form: str) -> tuple[int, dict[str, Any]]:
        """Call the token endpoint as the default app; return status and JSON."""
        sent = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}
        status, _, body = self.post_form(path, sent)
        return status, json.loads(body)

    def api(self, method: str, path: str, access_token: str, body: Any = None) -> tuple[int, dict[str, str], Any]:
        """Call a vendor API with a token; return status, headers and JSON (None without a body)."""
        headers = {"Authorization": f"Bearer {access_token}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body).encode()
        status, named, answered = self.request(method, path, raw, headers)
        return status, named, json.loads(answered) if answered else None
