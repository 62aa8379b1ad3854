"""The demo on both databases: the same file gives the same figures."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.hub import clean_environment, free_port
from tests.support.wire_server import url_of

EXAMPLES = Path(__file__).parents[3] / "examples" / "leads.csv"
LINES = 540  # header, and 500 rows of which some span lines
DIFFERENT = ("seconds", "vendorCalls")


def demo(folder: Path, leads: Path, database: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "leadbridge", "demo", "--once", "--json", "--provider", "hubspot"]
    command += ["--leads", str(leads)]
    state = folder / "state"
    state.mkdir()
    for name in ("hub", "sandbox-hubspot"):  # not the usual ports: another demo may run on this machine
        (state / f"{name}.port").write_text(str(free_port()))
    done = subprocess.run(
        [*command, "--state", str(state), "--database-url", database],
        cwd=folder,
        env=clean_environment({}),
        capture_output=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    figures: dict[str, Any] = orjson.loads(done.stdout.splitlines()[-1])
    return figures


@pytest.mark.mongodb
async def test_the_demo_gives_the_same_figures_on_both_databases(tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.write_bytes(b"".join(EXAMPLES.read_bytes().splitlines(keepends=True)[:LINES]))
    figures = []
    for name, database in (("sqlite", "sqlite:///hub.db"), ("mongodb", url_of("demo"))):
        folder = tmp_path / name
        folder.mkdir()
        figures.append(await asyncio.to_thread(demo, folder, leads, database))
    one, two = ({name: value for name, value in found.items() if name not in DIFFERENT} for found in figures)
    assert one == two
    assert one["read"] >= 495
    assert one["unaccounted"] == 0
    assert one["synced"] > 400
