"""The vendors' sandboxes as the stage needs them: which exist, where they listen, how a hub is pointed at one."""

import json
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.support.hub import clean_environment

PROVIDERS = ("zoho", "salesforce", "hubspot", "dynamics")


def _hubspot(origin: str) -> dict[str, str]:
    return {
        "HUBSPOT_CLIENT_ID": "SET BY THE SANDBOX",
        "HUBSPOT_CLIENT_SECRET": "SET BY THE SANDBOX",
        "LEADBRIDGE_HUBSPOT_API_URL": origin,
        "LEADBRIDGE_HUBSPOT_AUTHORIZE_URL": f"{origin}/oauth/authorize",
    }


# How a hub is pointed at a vendor's sandbox: whoever builds a connector adds its line.
POINTED: dict[str, Callable[[str], dict[str, str]]] = {"hubspot": _hubspot}


class SandboxFailed(Exception):
    """The sandbox process did not start; the message has what it wrote."""


class Sandboxes:
    """One sandbox process for all items, started when first asked for and ended with `stack`."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self._origins: dict[str, str] | None = None

    def has(self, vendor: str) -> bool:
        """Whether there is a sandbox of that vendor and a way to point a hub at it."""
        return vendor in POINTED and vendor in self._running()

    def origin(self, vendor: str) -> str:
        """Where that vendor's sandbox listens."""
        return self._running()[vendor]

    def settings(self, vendor: str, origin: str) -> dict[str, str]:
        """The variables that make a hub speak to `origin` as to that vendor, with the sandbox's own app."""
        return {"LEADBRIDGE_SANDBOX_ORIGINS": origin, **POINTED[vendor](origin)}

    def _running(self) -> dict[str, str]:
        if self._origins is None:
            self._origins = self._start()
        return self._origins

    def _start(self, seconds: float = 30.0) -> dict[str, str]:
        log = self._folder / "sandbox.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "leadbridge_sandbox"],
                env=clean_environment({}),
                cwd=self._folder,
                stdin=subprocess.PIPE,  # it ends when this closes
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self._stack.callback(_end, process)
        assert process.stdout is not None
        until = time.monotonic() + seconds
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, until - time.monotonic()))
        line = process.stdout.readline() if readable else b""
        try:
            vendors = json.loads(line)["vendors"]
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxFailed(f"the sandbox did not say it was ready: {log.read_text()[-2000:]}") from error
        return dict(vendors)


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
