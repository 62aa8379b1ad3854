"""Importing a CSV file of leads on SQLite: rows a second and peak memory, by the command, in a process of its own.

Sizes can be set: ``LEADBRIDGE_BENCH_ROWS`` (default ``10000,1000000``) and ``LEADBRIDGE_BENCH_RUNS`` (default 3; a file
of more than 100,000 rows is imported once).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.report import Table, spread, write

SIZES = tuple(int(size) for size in os.environ.get("LEADBRIDGE_BENCH_ROWS", "10000,1000000").split(","))
RUNS = int(os.environ.get("LEADBRIDGE_BENCH_RUNS", "3"))
ONCE_FROM = 100_000
AGAIN = 10_000
"""Rows of the file that is imported a second time."""
HEADER = "First Name,Last Name,Email,Phone,Company,Job Title,Country,City,Lead Source,Lead Status,Notes\n"
WATCHED = (
    "import os, resource, subprocess, sys\n"
    "code = subprocess.call(sys.argv[1:])\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(used.ru_maxrss, used.ru_utime + used.ru_stime)\n"
    "sys.exit(code)\n"
)
"""Runs a command and prints, as the last line, its peak memory and its processor time."""
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of ``ru_maxrss``."""


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: wall seconds, processor seconds, the peak of the process's memory in MB, the import itself."""

    seconds: float
    processor: float
    peak: float
    job: dict[str, object]


def rows(count: int) -> Iterator[str]:
    """Yield a file of ``count`` people, of whom one in twelve comes twice and one in fifty is nobody."""
    rng = random.Random(count)
    yield HEADER
    for n in range(count):
        person = rng.randrange(n) if n and rng.random() < 1 / 12 else n
        company = person % 20_000
        phone = f"+44 7{person % 10**9:09d}"
        if rng.random() < 1 / 50:
            yield f",,,,Company {company},,,,,,\n"
        else:
            yield (
                f"First{person % 5003},Last{person % 7001},person{person}@company{company}.example,{phone},"
                f'Company {company},Manager,United Kingdom,London,Web,new,"Met at the fair, stand {person % 97}"\n'
            )


def imported(file: Path, folder: Path) -> Imported:
    """Import ``file`` into the hub whose data is in ``folder``."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LEADBRIDGE_")}
    environment |= {"LEADBRIDGE_DATA_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    hub = [sys.executable, "-m", "leadbridge"]
    if not folder.exists():
        subprocess.run([*hub, "token", "create"], env=environment, check=True, capture_output=True)
    command = [sys.executable, "-c", WATCHED, *hub, "leads", "import", str(file), "--json"]
    begun = time.perf_counter()
    ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    *_, shown, used = ran.stdout.splitlines()
    peak, processor = used.split()
    return Imported(seconds, float(processor), int(peak) * _UNIT / 2**20, orjson.loads(shown))


def main() -> None:
    """Measure, print, and write the results page."""
    table: list[tuple[str, ...]] = []
    again: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as name:
        for size in SIZES:
            file = Path(name) / f"{size}.csv"
            with file.open("w", encoding="utf-8") as out:
                out.writelines(rows(size))
            runs = []
            for run in range(1 if size >= ONCE_FROM else RUNS):
                folder = Path(name) / f"{size}-{run}"
                runs.append(imported(file, folder))
                if size == AGAIN:
                    again.append(_again(imported(file, folder)))
            table.append(_row(size, file.stat().st_size, runs))
    tables = [
        Table(
            "A file into an empty hub",
            "`leadbridge leads import FILE` in a process of its own: from its start to its end, with reading, "
            "matching, storing and the worker. One row in twelve is a person who came before, one in fifty is nobody. "
            "Memory is the most that the process ever held.",
            ("rows", "file", "rows a second", "rows a second of processor time", "peak memory"),
            tuple(table),
        )
    ]
    if again:
        tables.append(
            Table(
                "The same file again",
                f"The {AGAIN:,} rows a second time: nothing may change.",
                ("created", "updated", "unchanged", "merged", "rejected", "seconds"),
                tuple(again),
            )
        )
    write("imports", "Importing leads", "python -m benchmarks imports", tables)


def _row(size: int, length: int, runs: list[Imported]) -> tuple[str, ...]:
    return (
        f"{size:,}",
        f"{length / 2**20:.1f} MB",
        spread([size / run.seconds for run in runs]),
        spread([size / run.processor for run in runs]),
        spread([run.peak for run in runs], " MB"),
    )


def _again(run: Imported) -> tuple[str, ...]:
    counts = run.job["counts"]
    assert isinstance(counts, dict)
    kinds = ("created", "updated", "unchanged", "merged", "rejected")
    return (*(f"{counts[kind]:,}" for kind in kinds), f"{run.seconds:.1f}")
