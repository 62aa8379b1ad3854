"""A MongoDB server for tests: the one that LEADBRIDGE_TEST_MONGODB_URI names, else a wire-compatible one of ours.

Ours is a child process that ends with this one and keeps nothing. Either way every engine made here has a database of
its own and is listened to: a command beyond the written subset fails the test that sent it.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bson.binary import Binary
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.mongo.allowed import violations
from tests.support.hub import free_port

SESSION = f"leadbridge_test_{secrets.token_hex(4)}"
"""Begins the name of every database of this run."""


class Listener(CommandListener):
    """Writes down what was sent, and what of it is beyond the subset."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.violations: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        """Compare a command with the subset."""
        self.sent.append((event.command_name, dict(event.command)))
        self.violations += violations(event.command_name, event.command)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to compare."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to compare."""

    def take(self) -> list[str]:
        """Return the violations so far, and forget them and what was sent."""
        found, self.violations, self.sent = self.violations, [], []
        return found


LISTENER = Listener()


def real_server() -> str | None:
    """Return the address of the real server that the run was given, None on our own."""
    return os.environ.get("LEADBRIDGE_TEST_MONGODB_URI") or None


@lru_cache(maxsize=1)
def server() -> str:
    """Return the server's address, without a database; start ours at the first call."""
    address = real_server() or _start()
    atexit.register(_drop_all, address)
    return address


def url_of(name: str) -> str:
    """Return the address of a database of this run by ``name``."""
    parts = urlsplit(server())
    return urlunsplit(parts._replace(path=f"/{SESSION}_{name}"))


POLLING = "serverMonitoringMode=poll&heartbeatFrequencyMS=500"
"""Options with which a lost primary is found again at once; ours does not tell of it while it is being watched."""


def engine_in(folder: Path, options: str = "") -> MongoEngine:
    """Return an engine on the database that belongs to a test's ``folder``; the same folder, the same database."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return MongoEngine(f"{url_of(name)}?{options}" if options else url_of(name), listeners=[LISTENER])


def _start() -> str:
    port = free_port()
    log = Path(tempfile.mkdtemp(prefix="wire-server-")) / "log"
    program = Path(sys.executable).with_name("secantusd-py")
    if not program.exists():
        raise RuntimeError(
            f"{program} is missing; install the development packages, or set LEADBRIDGE_TEST_MONGODB_URI"
        )
    command = [str(program), "--enable-test-commands", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_TIED, *command, "--storage-path", ":memory:", "--log-level", "WARNING"],
            cwd=log.parent,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    atexit.register(_end, process)
    address = f"mongodb://127.0.0.1:{port}/"
    until = time.monotonic() + 60
    while True:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the wire server did not start:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            with MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=500) as client:
                client.admin.command("hello")
        except PyMongoError:
            time.sleep(0.1)
        else:
            return address


_TIED = (
    sys.executable,
    "-c",
    # the pipe on standard input closes when the test process ends, however it ends
    "import os, signal, subprocess, sys\n"
    "child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)\n"
    "sys.stdin.read()\n"
    "child.send_signal(signal.SIGTERM)\n"
    "try:\n    child.wait(5)\n"
    "except subprocess.TimeoutExpired:\n    child.kill()\n",
)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _drop_all(address: str) -> None:
    try:
        with MongoClient[dict[str, Any]](address, serverSelectionTimeoutMS=2000) as client:
            for name in client.list_database_names():
                if name.startswith(SESSION):
                    client.drop_database(name)
    except PyMongoError as error:
        sys.stderr.write(f"test databases {SESSION}* were left on the server: {type(error).__name__}\n")


def end_sessions(ids: Iterable[str]) -> None:
    """Abort the unfinished transactions of sessions (hexadecimal ids), as a server's time limit does.

    A process that is killed in the middle of a transaction leaves its documents locked until the server aborts it. On
    MongoDB that is after ``transactionLifetimeLimitSeconds``; ours looks at old transactions only when a new one comes,
    so that plain writes on a locked document, when they are all that comes, wait for ever.
    """
    sessions = [{"id": Binary(bytes.fromhex(id), 4)} for id in ids]
    if sessions:
        with MongoClient[dict[str, Any]](server()) as client:
            client.admin.command({"killSessions": sessions})


@contextmanager
def failing(commands: Sequence[str], times: int = 1, **data: Any) -> Iterator[None]:
    """Make the next ``times`` of ``commands`` fail as the server's ``failCommand`` does with ``data``."""
    with MongoClient[dict[str, Any]](server()) as client:
        point = {"failCommands": list(commands), **data}
        client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": times}, "data": point})
        try:
            yield
        finally:
            client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})
