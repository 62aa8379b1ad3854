"""What the benchmarks of delivery share: a receiver in a process of its own, a hub's delivery without its API."""

from __future__ import annotations

import random
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from leadbridge.app import Hub, build_hub
from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import ENDPOINTS, EXECUTIONS, Endpoint, OwnerKind, endpoint_lane
from leadbridge.automation.delivery.starting import DELIVER, PATIENCE, Start
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus, RunBy, Trigger
from leadbridge.kit.clock import SystemClock, to_millis, to_text
from leadbridge.settings import Settings
from leadbridge.storage.batch import WriteBatch
from leadbridge.work.model import LANES, TASKS, LaneState
from leadbridge.work.worker import WorkerForm

LEAD = {
    "_id": "b" * 24, "firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "phone": "+3531555010",
    "company": "Analytical Engines", "status": "New", "source": "website", "notes": "x" * 300,
}  # fmt: skip
BODY = orjson.dumps({"type": "lead.created", "id": "e" * 24, "companyId": "c" * 24, "data": {"lead": LEAD}}).decode()
"""About half a kilobyte, as the event of a created lead."""


@contextmanager
def receiver(delay: float = 0.02) -> Iterator[str]:
    """Run a receiver in a process of its own that answers ``Accepted`` after ``delay`` seconds; yield its origin."""
    command = [sys.executable, "-m", "benchmarks.delivery_receiver", str(delay)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise RuntimeError("the receiver has no standard output")
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@contextmanager
def dead_port() -> Iterator[str]:
    """Yield the origin of a port that accepts connections and never answers."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@dataclass(frozen=True, slots=True)
class Target:
    """An active automation with its endpoint."""

    company: str
    automation: str
    endpoint: Endpoint


def settings(folder: Path, *origins: str) -> Settings:
    """Return the settings of a hub that may call ``origins``."""
    master = folder / "master.key"
    return Settings(
        _env_file=None,
        public_url="http://127.0.0.1:8400",
        data_dir=folder,
        master_key_file=master,
        sandbox_origins=origins,
        automatic_push=False,
    )


def worker_settings(folder: Path, *origins: str) -> dict[str, str]:
    """Return ``settings`` as the environment of a worker process."""
    return {
        "LEADBRIDGE_PUBLIC_URL": "http://127.0.0.1:8400",
        "LEADBRIDGE_DATA_DIR": str(folder),
        "LEADBRIDGE_MASTER_KEY_FILE": str(folder / "master.key"),
        "LEADBRIDGE_SANDBOX_ORIGINS": ",".join(origins),
        "LEADBRIDGE_AUTOMATIC_PUSH": "0",
    }


def database(folder: Path) -> Path:
    """Return the file of the hub's store."""
    return next(folder.glob("*.db"))


async def hub_in(folder: Path, *origins: str, form: WorkerForm | None = None) -> Hub:
    """Return a started hub whose store is in ``folder``; its worker is not started."""
    hub = build_hub(settings(folder, *origins), work_form=form, rng=random.Random(1))
    await hub.start()
    return hub


async def target(
    hub: Hub,
    company: str,
    url: str,
    *,
    concurrency: int = 50,
    per_second: float = 100_000.0,
    seconds: float = 15.0,
    trigger: str = "lead.created",
) -> Target:
    """Make an active automation that delivers to ``url``."""
    automation, now = hub.ids(), hub.clock.now()
    batch = WriteBatch()
    issued = await hub.endpoints.make_endpoint(batch, company, OwnerKind.AUTOMATION, automation, url)
    update = {"concurrency": concurrency, "per_second": per_second, "timeout_seconds": seconds}
    endpoint = issued.endpoint.model_copy(update=update)
    batch = WriteBatch()
    batch.insert(
        AUTOMATIONS,
        Automation(
            id=automation,
            company_id=company,
            name="benchmark",
            status=AutomationStatus.ACTIVE,
            run_by=RunBy.MAKE,
            trigger=Trigger(type=trigger),
            listens=trigger,
            endpoint_id=endpoint.id,
            created_at=now,
            updated_at=now,
        ),
    )
    batch.insert(ENDPOINTS, endpoint)
    await hub.store.write(batch)
    return Target(company, automation, endpoint)


def start_of(hub: Hub, to: Target, *, bulk: bool = False) -> Start:
    """Return an execution for ``to``, not yet stored."""
    return Start(
        id=hub.ids(),
        company_id=to.company,
        automation_id=to.automation,
        endpoint_id=to.endpoint.id,
        event_id=hub.ids(),
        event_type="lead.created",
        record_id="b" * 24,
        origin="api",
        hop=0,
        body=BODY,
        form=lane_form(to.endpoint),
        bulk=bulk,
    )


def fill(file: Path, to: Target, count: int, first: int = 0) -> None:
    """Put ``count`` waiting executions into the lane of ``to``, past the engine: that would take minutes."""
    now = SystemClock().now()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table, rows in (
            (EXECUTIONS.name, _executions(to, count, first)),
            (TASKS.name, _tasks(to, count, first)),
            (LANES.name, [_lane(to, to_millis(now))]),
        ):
            statement = f'INSERT INTO "{table}" (id, company, rev, doc) VALUES (?, ?, 1, ?)'  # noqa: S608
            connection.executemany(statement, rows)
        connection.commit()


def _id(to: Target, number: int) -> str:
    return f"{to.endpoint.id[-12:]}{number:012x}"


def _row(id: str, company: str, fields: dict[str, object]) -> tuple[str, str, str]:
    return id, company, orjson.dumps({"_id": id, "companyId": company, "rev": 1, "v": 1} | fields).decode()


def _executions(to: Target, count: int, first: int) -> Iterator[tuple[str, str, str]]:
    now = SystemClock().now()
    common: dict[str, object] = {
        "subjects": ["b" * 24], "automationId": to.automation, "endpointId": to.endpoint.id, "eventId": "e" * 24,
        "eventType": "lead.created", "recordId": "b" * 24, "origin": "api", "hop": 0, "state": "waiting",
        "body": BODY, "attempts": 0, "createdAt": to_text(now), "nextAt": to_text(now),
        "expiresAt": to_text(now + PATIENCE),
    }  # fmt: skip
    for number in range(first, first + count):
        yield _row(_id(to, number), to.company, common)


def _tasks(to: Target, count: int, first: int) -> Iterator[tuple[str, str, str]]:
    now = to_millis(SystemClock().now())
    common = {
        "q": 0, "kind": DELIVER, "state": "waiting", "attempt": 0, "crashes": 0, "hits": 0, "subjects": ["b" * 24],
        "lane": endpoint_lane(to.endpoint.id),
    }  # fmt: skip
    for number in range(first, first + count):
        id, due = _id(to, number), now - count + number - first
        ref = orjson.dumps({"execution": id}).decode()
        yield _row(id, to.company, {**common, "ref": ref, "dueAt": due, "firstDueAt": due})


def _lane(to: Target, now: int) -> tuple[str, str, str]:
    form = lane_form(to.endpoint)
    fields: dict[str, object] = {
        "state": LaneState.DELAYED, "fence": 0, "at": now, "vt": 0, "limit": form.limit, "quantum": form.quantum,
        "turn": [], "seen": 0, "subjects": [],
    }  # fmt: skip
    return _row(endpoint_lane(to.endpoint.id), to.company, fields)
