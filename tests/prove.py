"""The long proofs: ``python -m tests.prove [--kills N] [--rounds N] [name ...]`` (none: all).

Each writes ``docs/proof/<name>.md``: when, on what machine, at which commit, how much was tried, what came out. Ends
with code 1 when one failed; its page then says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.contract.demo.running import Killing, first_rows
from tests.simulation.sync.mutants import MUTANTS, caught
from tests.simulation.sync.play import played, two_tenants
from tests.simulation.sync.vendor import PROFILES
from tests.simulation.sync.world import Broken
from tests.tiers import Counts, count

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "proof"
KILL_ROWS = 300
SEED = 20_261
TENANTS = 200


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


COMMIT = _commit()
"""At the beginning: what is changed while a proof runs was not proved."""


@dataclass
class Proof:
    """What was tried, and what came out."""

    title: str
    what: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Extent:
    """How much is tried."""

    kills: int
    rounds: int
    steps: int = 10_000_000
    minutes: float = 60.0
    processes: int = 1


def demo_kills(extent: Extent) -> Proof:
    """Kill the demo at random moments and run it again."""
    proof = Proof(
        "The demo, killed and run again",
        f"`leadbridge demo --once` on the first {KILL_ROWS} lines of the example file (SQLite) is killed with SIGKILL "
        "at a random moment of its run, half of the times together with the CRM's sandbox, and run again to its end. "
        "Each time the figures must be those of an undisturbed run, nothing unaccounted for, and the sandbox must hold "
        "exactly the contacts that it holds after an undisturbed run, each once.",
    )
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        killing = Killing(folder, first_rows(folder / "leads.csv", KILL_ROWS), SEED)
        moments: list[float] = []
        for number in range(extent.kills):
            try:
                moments.append(killing.once(f"kill{number}"))
            except (AssertionError, subprocess.TimeoutExpired) as error:
                proof.failures.append(str(error))
            _progress(f"demo_kills: {number + 1} of {extent.kills}, {len(proof.failures)} failed")
        proof.facts = [
            ("kills", str(extent.kills)),
            ("seed", str(SEED)),
            ("length of an undisturbed run", f"{killing.seconds:.2f} s"),
            ("killed after", f"{min(moments):.2f} s to {max(moments):.2f} s" if moments else "-"),
            ("contacts in the sandbox each time", str(sum(killing.contacts.values()))),
            ("figures each time", ", ".join(f"{k} {v}" for k, v in killing.undisturbed.items() if isinstance(v, int))),
        ]
    return proof


def store(extent: Extent) -> Proof:
    """Run the store's conformance suite with many more examples."""
    proof = Proof(
        "The store's conformance suite, long form",
        "Every contract of the store on every engine: state machines against a model (1,500 histories of up to 60 "
        "steps each), crashes, conflicts and lost answers injected into the memory engine (3,000 histories), groups of "
        "batches against the same batches in turn (2,000), a writing process killed 40 times.",
    )
    _pytest(proof, ["tests/contract/store"], 1)
    return proof


def token_keeper(extent: Extent) -> Proof:
    """Run the token keeper's contract again and again."""
    proof = Proof(
        "The token keeper under contention",
        "Many callers in two processes whose token runs out at once, processes killed between sending and storing, "
        "answers that are lost: each round runs the whole contract over real HTTP against the sandbox, which counts "
        "how often each refresh token was presented.",
    )
    _pytest(proof, ["tests/contract/integrations/test_keeper.py"], extent.rounds)
    hits = str(max(1, extent.rounds * 5))
    proof.facts.append(("processes killed, paused or cut off while a token may be presented only once", hits))
    _pytest(proof, ["tests/contract/providers/test_once_only_tokens.py"], 1, LEADBRIDGE_KEEPER_ROUNDS=hits)
    return proof


def hubs(extent: Extent) -> Proof:
    """Kill hub processes that push and import, under a client that sends its requests again."""
    kills = max(1, extent.kills // 4)
    proof = Proof(
        "Hubs killed while they push and import",
        f"`leadbridge serve` with a CRM's sandbox beside it: a client pushes leads and imports a file at once, the "
        f"hub is killed with SIGKILL in the middle and started again, and the client sends both requests again, with "
        f"their idempotency keys, until they are answered; {kills} kills on SQLite and on the MongoDB-wire server. "
        "Every lead must be in the CRM exactly once, every row here exactly once, and every run's counts add up.",
    )
    proof.facts.append(("kills on each database", str(kills)))
    _pytest(proof, ["tests/contract/work/test_killed_hubs.py"], 1, LEADBRIDGE_KILLS=str(kills))
    return proof


def lanes(extent: Extent) -> Proof:
    """Run the work engine's contract with many more examples."""
    proof = Proof(
        "Work by lanes",
        "The work engine's contract in its long form: its state machine on the memory engine, workers killed, paused "
        "and restarted under load.",
    )
    _pytest(proof, ["tests/contract/work", "tests/simulation", "--ignore=tests/contract/work/test_killed_hubs.py"], 1)
    return proof


def two_way_sync(extent: Extent) -> Proof:
    """Play the pure simulation of two-way sync on each provider's model."""
    proof = Proof(
        "Two-way sync, simulated",
        "The sync core between people on both sides and a model of each CRM: fields of every lossy kind, automations, "
        "late, doubled and lost webhooks, an index that lags, clocks of whole seconds, skewed by up to five minutes, "
        "calls that fail before or after taking effect, workers killed or paused at every step, merges, conversions, "
        "deletes, restores. After each episode of about 400 disturbed steps the faults end, and the invariants must "
        "hold: fixed point, agreement, provenance, no lost edit, no duplicates, a cause for every write, no "
        "resurrection, merges on the survivor, versions that never go back, two tenants apart, true counts, the "
        "guard's limits, convergence, exact undo, an erased person nowhere. Two of the seventeen invariants are not a "
        "matter of pure code, and are held over real HTTP: how refresh tokens are presented "
        "(`make prove`, `token_keeper`), and the vendors' limits by their sandbox's own count "
        "(`tests/contract/providers/test_troubles.py`). Whether the models are true is "
        "a proof of its own (`sync_models`). The aim is ten million steps a provider; below is what was played.",
    )
    for provider in PROFILES:
        try:
            tally = played(provider, extent.steps, SEED, extent.minutes * 60, extent.processes, _progress)
            for seed in range(TENANTS):
                two_tenants(provider, SEED + 2 * seed)
        except Broken as broken:
            proof.failures.append(f"{provider}: {broken}")
            _progress(f"two_way_sync: {provider} FAILED: {broken}")
            continue
        codes = ", ".join(f"{code} {number:,}" for code, number in sorted(tally.codes.items()))
        proof.facts += [
            (
                provider,
                f"{tally.steps:,} steps in {tally.episodes:,} episodes, {tally.seconds:,.0f} s; {tally.edits:,} edits "
                f"by people, {tally.blind:,} of them in the blind window; {tally.undone:,} undone",
            ),
            (f"{provider}: told", codes),
        ]
    proof.facts.append(("two tenants in turn, on each", f"{TENANTS} episodes"))
    proof.facts.append(("first seed", str(SEED)))
    proof.facts.append(("processes", str(extent.processes)))
    return proof


def sync_models(extent: Extent) -> Proof:
    """Hold the simulation's models against the sandboxes."""
    proof = Proof(
        "The simulation's models against the sandboxes",
        "A random history of creates, repeated creates, taken addresses, updates, people's edits, deletes and merges "
        "is recorded on the model of a CRM and replayed over HTTP on its sandbox, through its provider: eight "
        "histories of a hundred steps. Each call's outcome, what each record then shows, whether its version rose, "
        "where a merged one went, and every value's history must be the same.",
    )
    _pytest(proof, ["tests/contract/providers/test_models.py"], 1)
    return proof


def sync_mutants(extent: Extent) -> Proof:
    """Play every deliberate bug of the sync core until an invariant catches it."""
    proof = Proof(
        "Deliberate bugs in the sync core",
        "Each line is a bug that was put into a copy of the core. The simulation must notice it, by the named "
        "invariant, within two minutes.",
    )
    for mutant in MUTANTS:
        invariant, seconds = caught(mutant.name, 120.0)
        if invariant is None:
            proof.failures.append(f"not noticed: {mutant.name}")
        proof.facts.append((mutant.name, f"{invariant or 'SURVIVED'}; {seconds:.1f} s"))
        _progress(f"sync_mutants: {mutant.name}: {invariant}")
    proof.facts.append(("bugs", f"{len(MUTANTS)}, of which noticed {len(MUTANTS) - len(proof.failures)}"))
    return proof


def delivery_kills(extent: Extent) -> Proof:
    """Kill and stop delivering processes under load."""
    proof = Proof(
        "Delivering workers killed and stopped",
        "Two worker processes on one SQLite file deliver to three endpoints of ten calls at once; "
        f"{extent.kills} times one is killed with SIGKILL, or every third time stopped for twice its lease, at a "
        "random moment. A duplicate is a second request with one `webhook-id` after an earlier one was answered 2xx. "
        "Every execution must arrive, none that nobody asked for may, and only those may come twice that were not "
        "stored as delivered when a process was killed or stopped: what was in flight, or answered and not committed.",
    )
    test = "tests/contract/automation/test_delivery_killed.py"
    with tempfile.TemporaryDirectory(prefix="delivery-") as name:
        told = Path(name) / "told.txt"
        _pytest(proof, [test], 1, LEADBRIDGE_KILLS=str(extent.kills), LEADBRIDGE_TOLD=str(told))
        if told.exists():
            proof.facts += [(what, figure) for what, figure in json.loads(told.read_text(encoding="utf-8")).items()]
    return proof


PROOFS: dict[str, Callable[[Extent], Proof]] = {
    "demo_kills": demo_kills,
    "store": store,
    "token_keeper": token_keeper,
    "lanes": lanes,
    "hubs": hubs,
    "delivery_kills": delivery_kills,
    "two_way_sync": two_way_sync,
    "sync_models": sync_models,
    "sync_mutants": sync_mutants,
}


def _pytest(proof: Proof, folders: list[str], rounds: int, **environment: str) -> None:
    total = Counts()
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="prove-") as name:
            report = Path(name) / "report.xml"
            command = [sys.executable, "-m", "pytest", "-q", *folders, f"--junitxml={report}", "-o", "timeout=3600"]
            ended = subprocess.run(
                command, cwd=ROOT, env={**os.environ, "LEADBRIDGE_LONG": "1", **environment}, check=False
            )
            here = count(report.read_text(encoding="utf-8")) if report.exists() else Counts(failed=1)
        total += here
        if ended.returncode or here.failed:
            proof.failures.append(f"round {number + 1} ended with code {ended.returncode}, {here.failed} failed")
        _progress(f"{folders[0]}: round {number + 1} of {rounds}")
    proof.facts += [("rounds", str(rounds)), ("tests passed", str(total.passed)), ("tests failed", str(total.failed))]
    if total.skipped:
        proof.facts.append(("tests skipped", str(total.skipped)))


def page(proof: Proof, seconds: float) -> str:
    """Return the page of a proof."""
    lines = [
        f"# {proof.title}",
        "",
        proof.what,
        "",
        f"Run by `make prove` on {datetime.now(UTC):%Y-%m-%d} at commit `{COMMIT}`: {os.cpu_count()} cores, "
        f"{_gigabytes():.0f} GB, {platform.system()} {platform.machine()}, Python {platform.python_version()}; "
        f"{seconds:,.0f} seconds.",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in proof.facts),
        f"| result | {'nothing failed' if not proof.failures else f'{len(proof.failures)} FAILED'} |",
    ]
    if proof.failures:
        lines += ["", "## Failures", "", *(f"- {failure}" for failure in proof.failures)]
    return "\n".join(lines) + "\n"


def _gigabytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _progress(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run the named proofs, or all; return 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(PROOFS)}; none: all")
    parser.add_argument("--kills", type=int, default=200, help="kills of the demo; a quarter as many of hubs (200)")
    parser.add_argument("--rounds", type=int, default=10, help="rounds of the token keeper's contract (10)")
    parser.add_argument("--steps", type=int, default=10_000_000, help="simulated steps a provider (10,000,000)")
    parser.add_argument("--minutes", type=float, default=60.0, help="at most so long a provider (60)")
    parser.add_argument("--processes", type=int, default=1, help="processes that play the simulation (1)")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.names if name not in PROOFS]:
        parser.error(f"there is no proof called {', '.join(unknown)}")
    PAGES.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in chosen.names or PROOFS:
        begun = time.monotonic()
        extent = Extent(chosen.kills, chosen.rounds, chosen.steps, chosen.minutes, chosen.processes)
        proof = PROOFS[name](extent)
        text = page(proof, time.monotonic() - begun)
        (PAGES / f"{name}.md").write_text(text, encoding="utf-8")
        _progress(text)
        failed |= bool(proof.failures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
