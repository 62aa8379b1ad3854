"""The demo as a child process: run to its end, or killed on the way, and what it left in the CRM's sandbox."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.hub import clean_environment
from tests.support.sandbox import SandboxProcess

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "leads.csv"
VARY = ("vendorCalls", "seconds")
"""Figures that a second run does not repeat."""


@dataclass(frozen=True)
class Ended:
    """How a demo ended."""

    code: int
    out: str
    err: str

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of the last line; fails with what was said instead where there are none."""
        assert self.code == 0, f"exit {self.code}\n{self.out}\n{self.err}"
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found

    @property
    def steady(self) -> dict[str, Any]:
        """The figures that every run of one file has in common."""
        return {name: value for name, value in self.figures.items() if name not in VARY}

    @property
    def refusal(self) -> str:
        """The sentence of a demo that refused to run; fails where it is anything but one line and an exit code."""
        assert self.code not in (0, None), self.out
        assert "Traceback" not in self.err, self.err
        lines = [line for line in self.err.splitlines() if line.startswith("leadbridge: ")]
        assert len(lines) == 1, self.err
        return lines[0]


def start(state: Path, leads: Path | None, *more: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a demo in a process group of its own."""
    command = [sys.executable, "-m", "leadbridge", "demo", "--once", "--json", "--state", str(state), *more]
    if "--provider" not in more:
        command += ["--provider", "hubspot"]  # four sandboxes take four times as long to start
    if leads is not None:
        command += ["--leads", str(leads)]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=clean_environment(env or {}),
    )


def finish(process: subprocess.Popen[str], seconds: float = 90) -> Ended:
    """Wait for a demo to end by itself."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return Ended(process.returncode, out, err)


def run(state: Path, leads: Path | None, *more: str, env: dict[str, str] | None = None) -> Ended:
    """Run a demo to its end."""
    return finish(start(state, leads, *more, env=env))


def first_rows(path: Path, rows: int) -> Path:
    """Write the first rows of the example file to ``path``."""
    lines = EXAMPLE.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(lines[: rows + 1]), encoding="utf-8")
    return path


def in_the_crm(state: Path) -> Counter[str]:
    """Return how often each lead's own key stands on a contact of the sandbox that is not archived."""
    with SandboxProcess(data=state / "sandbox-hubspot.db") as sandbox:
        records = sandbox.records("contacts")
    alive = [record for record in records if not record.get("archived")]
    return Counter(_key(record["properties"]) for record in alive)


def _key(properties: dict[str, Any]) -> str:
    """Return what tells one person from another, whatever was generated."""
    names = ("email", "firstname", "lastname", "phone", "mobilephone", "company")
    return "|".join(str(properties.get(name) or "") for name in names).casefold()


class Killing:
    """Kills demos of one file at seeded moments of their run, and looks what a second run makes of what is left."""

    def __init__(self, folder: Path, leads: Path, seed: int) -> None:
        """Run the demo undisturbed first: that is what the others must come to."""
        self.folder, self.leads = folder, leads
        self.moments = random.Random(seed)
        begun = time.monotonic()
        self.undisturbed = run(folder / "undisturbed", leads).steady
        self.seconds = time.monotonic() - begun
        self.contacts = in_the_crm(folder / "undisturbed")

    def once(self, name: str) -> float:
        """Kill one demo, run it again to its end, compare; return the seconds after which it was killed.

        Half of the kills take the hub alone, whose sandbox then ends by itself; half take both at once.
        """
        state = self.folder / name
        moment = self.moments.uniform(0.35, 1.05) * self.seconds  # before that, Python loads
        both = self.moments.random() < 0.5
        process = start(state, self.leads)
        time.sleep(moment)
        if both:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.communicate()
        again = run(state, self.leads)
        where = f"{name}: killed after {moment:.3f} s ({'both' if both else 'hub'})"
        assert again.steady == self.undisturbed, where
        assert again.figures["unaccounted"] == 0, where
        found = in_the_crm(state)
        assert found == self.contacts, f"{where}: {found - self.contacts} too many, {self.contacts - found} missing"
        return moment
