"""Lists and search of a company with many leads: each question asked many times over the API.

``LEADS=100000 python -m benchmarks leads_lists`` measures a smaller store; the default is a million.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.report import Table, percentile, spread, write
from leadbridge.app import Hub, build_hub
from leadbridge.leads.derived import derived
from leadbridge.leads.fields import Fields, unflatten
from leadbridge.leads.rules import NO_RULES
from leadbridge.leads.stored import LEADS, CrmRecord
from leadbridge.security.logs import configure_logging
from leadbridge.server import bind, prepare_data_dir, serving
from leadbridge.settings import Settings
from leadbridge.storage.batch import WriteBatch

COUNT = int(os.environ.get("LEADS", "1000000"))
BATCH = 500
RUNS = 2
REPEATS = 40
FIRST = ("Ana", "Bo", "Carla", "Dmitri", "Eva", "Farid", "Grete", "Hugo", "Ines", "Jan")
LAST = ("Ruiz", "Berg", "Cruz", "Dahl", "Eriksen", "Fischer", "Garcia", "Haas", "Ivanov", "Jensen")
QUESTIONS = {
    "first page, newest first": "",
    "first page by name": "?sort=name",
    "page by value, highest first": "?sort=-value",
    "one status of five": "?status=open",
    "one owner of a hundred, one status": "?ownerId=0000000000000000000000a7&status=open",
    "one tag of a thousand": "?tag=t777",
    "one tag of a thousand, by name": "?tag=t777&sort=name",
    "created in one hour": "?createdFrom=2026-01-03T05:00:00Z&createdTo=2026-01-03T06:00:00Z",
    "search by a rare beginning": "?q=ruiz4242",
    "search by a common beginning": "?q=ru",
    "search by two words": "?q=ana%20ruiz77",
    "search by e-mail": "?q=ana.5%40x",
    "e-mail address": "?email=ana.500@x.example",
    "count of everything (capped)": "/count",
    "count of one status (capped)": "/count?status=open",
}


def _fields(number: int, rng: random.Random) -> Fields:
    first, last = rng.choice(FIRST), f"{rng.choice(LAST)}{number % 9973}"
    fields: Fields = {
        "externalId": f"host-{number}",
        "firstName": first,
        "lastName": last,
        "email": f"{first.lower()}.{number}@x.example",
        "phone": f"+3461{number % 10_000_000:07d}",
        "company": f"Company {number % 5000}",
        "status": ("new", "open", "won", "lost", "stale")[number % 5],
        "source": ("fair", "web", "call")[number % 3],
        "ownerId": f"{0xA0 + number % 100:024x}",
        "tags": (f"t{number % 1000}", f"g{number % 7}"),
    }
    return fields


async def fill(hub: Hub, company: str) -> float:
    """Store the leads by batches of 500 and return the seconds it took; events are left out, lists never read them."""
    rng, begun = random.Random(7), time.perf_counter()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    pending: set[asyncio.Task[object]] = set()
    for first in range(0, COUNT, BATCH):
        batch = WriteBatch()
        for number in range(first, min(first + BATCH, COUNT)):
            fields, id = _fields(number, rng), hub.ids()
            at = start + timedelta(seconds=number)
            made = {"_id": id, "company_id": company, "subjects": (id,), "seq": 1, "origin": "import"}
            times = {"created_at": at, "updated_at": at}
            record = CrmRecord.model_validate(unflatten(fields) | derived(fields, NO_RULES) | made | times)
            batch.insert(LEADS, record)
        pending.add(asyncio.ensure_future(hub.store.write(batch)))
        if len(pending) >= 4:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        if first % 50_000 == 0:
            print(f"{first:>9,} leads, {time.perf_counter() - begun:.0f} s", flush=True)
    await asyncio.gather(*pending)
    return time.perf_counter() - begun


async def ask(base: str, token: str) -> dict[str, list[list[float]]]:
    """Return by question, run by run, the seconds each answer took."""
    found: dict[str, list[list[float]]] = {name: [] for name in QUESTIONS}
    headers = {"authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(RUNS):
            for name, query in QUESTIONS.items():
                latencies: list[float] = []
                for _ in range(REPEATS if "count" not in query else REPEATS // 4):
                    begun = time.perf_counter()
                    async with session.get(f"{base}/api/v1/leads{query}") as answer:
                        await answer.read()
                        assert answer.status == 200, (query, answer.status)
                    latencies.append(time.perf_counter() - begun)
                found[name].append(latencies)
                print(f"{name}: {percentile(latencies, 0.5) * 1000:.1f} ms", flush=True)
    return found


async def measure(folder: Path) -> tuple[float, float, dict[str, list[list[float]]]]:
    """Return the seconds the filling took, the file's gigabytes, and the answers."""
    prepare_data_dir(folder)
    listening = bind("127.0.0.1", 0)
    base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    off: dict[str, Any] = {"rate_tenant": 0, "rate_principal": 0, "rate_address": 0}
    hub = build_hub(Settings(_env_file=None, public_url=base, data_dir=folder, **off))
    try:
        await hub.start()
        made = await hub.tenancy.make_first_company()
        assert made is not None
        seconds = await fill(hub, made.company.id)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9  # noqa: ASYNC240  # between two measurements
        async with serving(hub, listening):
            return seconds, size, await ask(base, made.token)
    finally:
        listening.close()
        await hub.close()


def main() -> None:
    """Measure, print, and write the page."""
    configure_logging(json=True, level=logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        seconds, size, answers = asyncio.run(measure(Path(folder) / "hub"))
    rows = tuple(
        (
            name,
            f"`GET /leads{QUESTIONS[name]}`",
            spread([percentile(run, 0.5) * 1000 for run in runs], " ms"),
            spread([percentile(run, 0.99) * 1000 for run in runs], " ms"),
        )
        for name, runs in answers.items()
    )
    table = Table(
        f"{COUNT:,} leads of one company",
        f"SQLite, one server process, the client in the same process, one request at a time, pages of 50; {RUNS} runs "
        f"of {REPEATS} requests each (a quarter of that for counts). The store was filled by batches of {BATCH} in "
        f"{seconds:,.0f} s ({COUNT / seconds:,.0f} leads a second) and then takes {size:.2f} GB.",
        ("question", "request", "p50", "p99"),
        rows,
    )
    write("leads_lists", "Lists and search", f"LEADS={COUNT} python -m benchmarks leads_lists", [table])
