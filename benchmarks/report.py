"""What every benchmark shares: repeated measurements, and a page that says where and when they were taken."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "benchmarks"
_LOAD = os.getloadavg()[0]
"""Taken before anything is measured: what else ran tells how far to trust the figures."""


SCALE = float(os.environ.get("LEADBRIDGE_BENCH_SCALE", "1"))
"""The share of their full size with which the long benchmarks run; a page is written of the full size alone."""


def scaled(full: int, *, least: int = 100) -> int:
    """Return how much is measured where ``full`` is what the page is about."""
    return full if SCALE >= 1 else max(least, round(full * SCALE))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a heading, with a sentence that says what was done."""

    title: str
    explanation: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def spread(values: Sequence[float], unit: str = "") -> str:
    """Return the median of repeated measurements with their lowest and highest."""
    low, middle, high = min(values), statistics.median(values), max(values)
    digits = 0 if middle >= 100 else 1
    return f"{middle:,.{digits}f}{unit} ({low:,.{digits}f} to {high:,.{digits}f})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def write(name: str, title: str, command: str, tables: Sequence[Table]) -> Path:
    """Print ``tables`` and write them as ``docs/benchmarks/<name>.md``; return the page's path."""
    lines = [
        f"# {title}",
        "",
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d} at commit `{_commit()}`. {_machine()}",
        "Each figure is the median of the runs, with the lowest and the highest in brackets.",
    ]
    for table in tables:
        lines += ["", f"## {table.title}", "", table.explanation, ""]
        lines += _markdown(table)
    text = "\n".join(lines) + "\n"
    print(text)
    if SCALE < 1:
        print("Not written: these are not the full sizes.")
        return PAGES / f"{name}.md"
    PAGES.mkdir(parents=True, exist_ok=True)
    page = PAGES / f"{name}.md"
    page.write_text(text, encoding="utf-8")
    return page


def _markdown(table: Table) -> list[str]:
    rows = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    return [f"| {' | '.join(row)} |" for row in rows]


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}. "
        f"Load of the machine in the minute before: {_LOAD:.1f}."
    )


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
