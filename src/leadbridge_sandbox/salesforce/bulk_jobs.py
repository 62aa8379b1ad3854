"""Jobs of Bulk API 2.0 at rest, and the clock that moves them: UploadComplete, InProgress, JobComplete or Failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from ..store import Database
from . import ids
from .errors import Refused, not_found
from .values import moment_text

WAITING = ("UploadComplete", "InProgress")
KEPT_MS = 7 * 86_400_000

Kind = Literal["ingest", "query"]
Doc = dict[str, Any]


@dataclass(slots=True)
class Job:
    """One job. `closed` is when its data were complete, in milliseconds; 0 before."""

    id: str
    org: str
    kind: Kind
    doc: Doc
    created: int
    closed: int = 0

    @property
    def state(self) -> str:
        """Return the job's state."""
        return str(self.doc["state"])

    def stored(self) -> bytes:
        """Return what is kept of it."""
        return orjson.dumps({"doc": self.doc, "created": self.created, "closed": self.closed})


@dataclass(slots=True)
class Jobs:
    """The jobs of every org. `waiting` are those whose time will move them."""

    db: Database
    waiting: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Read the waiting jobs from the database again."""
        rows = self.db.all("SELECT id, doc FROM salesforce_jobs")
        self.waiting = {row[0] for row in rows if orjson.loads(row[1])["doc"]["state"] in WAITING}

    def add(self, org: str, kind: Kind, user: str, now: int, version: str, details: Mapping[str, Any]) -> Job:
        """Make a job: an ingest job is open, a query's data are complete at once."""
        number = int(self.db.load("salesforce.jobs") or 0) + 1
        self.db.save("salesforce.jobs", number)
        job_id = ids.make("750", number)
        at = moment_text(now)
        doc: Doc = {
            "id": job_id,
            **details,
            "createdById": user,
            "createdDate": at,
            "systemModstamp": at,
            "state": "Open" if kind == "ingest" else "UploadComplete",
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(version),
        }
        job = Job(job_id, org, kind, doc, now, 0 if kind == "ingest" else now)
        self.db.run("INSERT INTO salesforce_jobs VALUES (?, ?, ?, ?, NULL, NULL)", job_id, org, kind, job.stored())
        if kind == "query":
            self.waiting.add(job_id)
        return job

    def find(self, org: str, kind: Kind, job_id: str) -> Job:
        """Return a job. Raises Refused 404."""
        row = self.db.one(
            "SELECT doc FROM salesforce_jobs WHERE id = ? AND org = ? AND kind = ?", ids.full(job_id) or "", org, kind
        )
        if row is None:
            raise not_found()
        return self._job(ids.full(job_id) or "", org, kind, row[0])

    @staticmethod
    def _job(job_id: str, org: str, kind: Kind, stored: bytes) -> Job:
        kept = orjson.loads(stored)
        return Job(job_id, org, kind, kept["doc"], kept["created"], kept["closed"])

    def listed(self, org: str, kind: Kind, now: int) -> list[Job]:
        """Return an org's jobs of the last seven days, newest first."""
        rows = self.db.all("SELECT id, doc FROM salesforce_jobs WHERE org = ? AND kind = ? ORDER BY id DESC", org, kind)
        jobs = [self._job(row[0], org, kind, row[1]) for row in rows]
        return [job for job in jobs if job.created > now - KEPT_MS]

    def pending(self) -> list[Job]:
        """Return the jobs whose time may have come."""
        found = []
        for job_id in sorted(self.waiting):
            row = self.db.one("SELECT org, kind, doc FROM salesforce_jobs WHERE id = ?", job_id)
            if row is not None:
                found.append(self._job(job_id, row[0], row[1], row[2]))
        return found

    def move(self, job: Job, state: str, now: int, **more: Any) -> None:
        """Give a job another state."""
        job.doc |= {"state": state, "systemModstamp": moment_text(now), **more}
        if state == "UploadComplete":
            job.closed = now
        self.db.run("UPDATE salesforce_jobs SET doc = ? WHERE id = ?", job.stored(), job.id)
        if state in WAITING:
            self.waiting.add(job.id)
        else:
            self.waiting.discard(job.id)

    def put_input(self, job: Job, data: bytes) -> None:
        """Keep an ingest job's data; they come once."""
        if self.db.one("SELECT input IS NOT NULL FROM salesforce_jobs WHERE id = ?", job.id)[0]:
            text = (
                f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job "
                "then create a new Job and make sure you only do 'PUT' once on a given Job."
            )
            raise Refused(400, "INVALIDJOB", text)
        self.db.run("UPDATE salesforce_jobs SET input = ? WHERE id = ?", data, job.id)

    def input(self, job: Job) -> bytes:
        """Return an ingest job's data."""
        return bytes(self.db.one("SELECT input FROM salesforce_jobs WHERE id = ?", job.id)[0] or b"")

    def put_output(self, job: Job, output: Any) -> None:
        """Keep a job's results."""
        self.db.run("UPDATE salesforce_jobs SET output = ? WHERE id = ?", orjson.dumps(output), job.id)

    def output(self, job: Job) -> Any:
        """Return a job's results, or None."""
        stored = self.db.one("SELECT output FROM salesforce_jobs WHERE id = ?", job.id)[0]
        return None if stored is None else orjson.loads(stored)

    def remove(self, job: Job) -> None:
        """Forget a job and its data."""
        self.db.run("DELETE FROM salesforce_jobs WHERE id = ?", job.id)
        self.waiting.discard(job.id)
