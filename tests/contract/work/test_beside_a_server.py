"""Worker processes that a server begins: they do the work, are replaced when they die, and end with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.hub import RunningHub
from tests.support.web import send

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="processes are looked up in /proc")

DISPOSITION = 'attachment; filename="leads.csv"'


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub", env={"LEADBRIDGE_WORKERS": "1", "LEADBRIDGE_LOG_JSON": "1"}) as running:
        yield running


def workers(hub: RunningHub) -> list[int]:
    """The worker processes that the hub has begun."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            ours = folder.name.isdigit() and f"\nPPid:\t{hub.pid}\n" in (folder / "status").read_text()
            if ours and b"--attached" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def running(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def until(what: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_worker_beside_a_server_is_replaced_when_it_dies(hub: RunningHub) -> None:
    until(lambda: len(workers(hub)) == 1)
    [first] = workers(hub)
    os.kill(first, signal.SIGKILL)
    until(lambda: workers(hub) and first not in workers(hub))
    assert "worker_ended" in hub.log_tail(400)


def test_a_worker_beside_a_server_does_the_work(hub: RunningHub) -> None:
    headers = {"authorization": f"Bearer {hub.token}", "content-type": "text/csv", "content-disposition": DISPOSITION}
    path = f"{hub.base_url}/api/v1/leads/imports?wait=60"
    answer = send("POST", path, headers=headers, body=b"Last name,Email\nLovelace,ada@example.com\n", timeout=90.0)
    assert answer.json()["data"]["status"] == "done", answer.text


def test_a_worker_beside_a_server_ends_with_it(hub: RunningHub) -> None:
    until(lambda: len(workers(hub)) == 1)
    [worker] = workers(hub)
    hub.stop()
    assert not running(worker)


def test_a_worker_beside_a_server_that_is_killed_ends_too(hub: RunningHub) -> None:
    until(lambda: len(workers(hub)) == 1)
    [worker] = workers(hub)
    hub.kill()
    until(lambda: not running(worker), 30)
