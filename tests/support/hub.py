"""A hub as a child process on a free port, for tests that need the real thing over real HTTP."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.web import Answer, send

SOURCES = Path(__file__).resolve().parents[2] / "src"
# What a developer's shell may hold and a test must not inherit.
_OURS_OR_VENDORS = ("LEADBRIDGE_", "ZOHO_", "SALESFORCE_", "HUBSPOT_", "DYNAMICS_")


class HubFailed(Exception):
    """The hub's process did not do what a test needs before it can begin (start, get ready, stop)."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any setting of the hub's, plus `extra`; finds this tree's sources first."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_OURS_OR_VENDORS)}
    path = os.pathsep.join(p for p in (str(SOURCES), os.environ.get("PYTHONPATH", "")) if p)
    return {**kept, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **extra}


class RunningHub:
    """Starts `leadbridge serve`, waits until `/readyz` answers 200, and stops it with SIGTERM.

    `data_dir` keeps the hub's state: start a second hub on the same folder to test a restart. `env` adds settings,
    `public_url` defaults to the address it listens on, `cwd` (default: an empty folder beside `data_dir`) is
    where the hub looks for `.env`. The log goes to a file and is written to stderr when a `with` block fails.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        env: Mapping[str, str] | None = None,
        public_url: str | None = None,
        cwd: Path | None = None,
        port: int | None = None,
        start_seconds: float = 120.0,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.public_url = public_url or self.base_url
        self.log_file = data_dir.with_name(data_dir.name + ".log")
        self._cwd = cwd or data_dir.with_name(data_dir.name + ".cwd")
        self._env = dict(env or {})
        self._start_seconds = start_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._token: str | None = None

    @property
    def token(self) -> str:
        """The first administrator's bearer token, which the first start wrote to `first-token`."""
        if self._token is None:
            try:
                self._token = (self.data_dir / "first-token").read_text().strip()
            except FileNotFoundError as error:
                raise HubFailed(f"the hub wrote no first-token file\n{self.log_tail()}") from error
        return self._token

    @property
    def pid(self) -> int:
        """The process id of the running hub. Raises HubFailed when it is not running."""
        if self._process is None:
            raise HubFailed("the hub is not running")
        return self._process.pid

    def log_tail(self, lines: int = 60) -> str:
        """The last lines the hub wrote to stdout and stderr."""
        if not self.log_file.exists():
            return "(the hub has no log)"
        tail = self.log_file.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join(["--- the hub's log ends with ---", *tail])

    def api(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,
    ) -> Answer:
        """One request with the first administrator's bearer token; `path` begins with a slash."""
        fields = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return send(method, self.base_url + path, headers=fields, json=json, timeout=timeout)

    def data(self, method: str, path: str, *, json: object = None) -> Any:
        """The `data` of an enveloped answer. Raises AssertionError on any other answer."""
        answer = self.api(method, path, json=json)
        content = answer.json()
        assert answer.status < 300, f"{method} {path} answered {answer.status}: {answer.text[:500]}"
        assert content["success"] is True, f"{method} {path}: {answer.text[:500]}"
        return content["data"]

    def start(self) -> Self:
        """Start and wait until ready. Raises HubFailed with the log's end when it ends or stays unready."""
        if self._process is not None:
            raise HubFailed("the hub is already running")
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._cwd.mkdir(parents=True, exist_ok=True)
        settings = {"LEADBRIDGE_DATA_DIR": str(self.data_dir), "LEADBRIDGE_PUBLIC_URL": self.public_url}
        command = [
            sys.executable,
            "-m",
            "leadbridge",
            "serve",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=clean_environment({**settings, **self._env}),
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def _wait_until_ready(self) -> None:
        process = self._process
        assert process is not None
        until = time.monotonic() + self._start_seconds
        while True:
            if (code := process.poll()) is not None:
                raise HubFailed(f"the hub ended with code {code} before it was ready\n{self.log_tail()}")
            if self._ready():
                return
            if time.monotonic() > until:
                raise HubFailed(f"the hub was not ready after {self._start_seconds:g} s\n{self.log_tail()}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            return send("GET", self.base_url + "/readyz", timeout=2.0).status == 200
        except OSError:
            return False

    def stop(self, seconds: float = 20.0) -> int:
        """Ask it to end (SIGTERM) and return its exit code. Raises HubFailed if it had to be killed."""
        process = self._process
        if process is None:
            raise HubFailed("the hub is not running")
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise HubFailed(f"the hub did not end within {seconds:g} s of SIGTERM\n{self.log_tail()}") from error
        self._process = None
        return code

    def kill(self) -> None:
        """End it at once (SIGKILL), as a power cut would; does nothing when it is not running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _leave(self, error: BaseException | None) -> None:
        if error is not None:
            sys.stderr.write(self.log_tail() + "\n")
            self.kill()
        elif self._process is not None:
            self.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(error)

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._leave, error)
