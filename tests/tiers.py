"""Runs the tests tier by tier and prints the seconds each took beside its budget.

`python -m tests.tiers [PYTEST ARGUMENTS]` runs every tier, also after one has failed. It ends with code 1 when a
test failed, a tier could not run, or one took more than twice its budget; over the budget alone is a warning.

A few tests that failed are run once more, alone. What then passes did not fail for what it tests but beside other
work: it is named as unsteady at the end, so that it is mended, and does not fail the run. More than `SECOND_LOOK` of
them in one tier are no accident and fail it at once.
"""

import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).resolve().parents[1]
NO_TESTS = 5  # pytest's exit code when it collected nothing
SECOND_LOOK = 3
"""Failed tests of a tier that are run again; with more, none is."""


@dataclass(frozen=True)
class Tier:
    """A group of tests at one distance: its folders, those left out of them, and its budget in seconds.

    ``marked`` is an expression of markers: two tiers may share a folder where no test is in both. ``processes`` run the
    tier's modules side by side: tests that wait for sockets and leases leave most of a core free.
    """

    name: str
    budget: int
    folders: tuple[str, ...]
    without: tuple[str, ...] = ()
    marked: str = ""
    processes: int = 1
    spread: str = "loadfile"
    """How tests are shared out: by module, since the tests of one may share a hub, or one by one where they do not."""


APART = ("tests/contract/sandbox", "tests/contract/providers")
GUARD = ("tests/contract/privacy", "tests/contract/security", "tests/contract/tenancy", "tests/contract/web")
"""Who may do what, what is kept secret, what is forgotten: many walks over every operation."""
WHOLE = ("tests/contract/cli", "tests/contract/demo")
"""Commands as a person types them: each test starts processes."""
TIERS = (
    Tier("unit", 60, ("tests/unit",), processes=2),
    Tier(
        "contract on SQLite",
        240,
        ("tests/contract",),
        without=(*APART, *GUARD, *WHOLE),
        marked="not mongodb",
        processes=3,
    ),
    Tier("whole programs on SQLite", 240, WHOLE, marked="not mongodb", processes=3),
    Tier("safe ground on SQLite", 240, GUARD, marked="not mongodb", processes=4),
    Tier("contract on the MongoDB-wire server", 180, ("tests/contract",), without=APART, marked="mongodb", processes=3),
    Tier("provider sandboxes", 240, ("tests/contract/sandbox",), processes=3),
    Tier("providers", 400, ("tests/contract/providers",), processes=3, spread="worksteal"),
    Tier("simulation", 60, ("tests/simulation",), processes=2),
    Tier("browser", 180, ("tests/e2e",), processes=2),
)


@dataclass
class Counts:
    """How tests ended. An expected failure is neither passed, failed nor skipped; an error counts as failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    expected: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.expected + other.expected,
        )


@dataclass
class Result:
    """What became of a tier: counts, seconds, whether pytest itself could run it, and the tests that passed at the
    second look only."""

    counts: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    empty: bool = False
    broken: bool = False
    unsteady: tuple[str, ...] = ()


def count(junit: str) -> Counts:
    """Count the outcomes in a JUnit report as pytest writes it; a test that fails twice (itself and at its
    tear-down) counts once. Raises ElementTree.ParseError when it is none."""
    found = list(_outcomes(junit).values())
    return Counts(found.count("passed"), found.count("failed"), found.count("skipped"), found.count("expected"))


def failed_tests(junit: str) -> tuple[str, ...]:
    """Return the names of the tests that failed in a JUnit report."""
    return tuple(sorted(name for name, outcome in _outcomes(junit).items() if outcome == "failed"))


def _outcomes(junit: str) -> dict[str, str]:
    outcomes: dict[str, str] = {}
    for case in ElementTree.fromstring(junit).iter("testcase"):  # noqa: S314 - our own pytest wrote it a moment ago
        name = f"{case.get('classname')}::{case.get('name')}"
        if outcomes.get(name) != "failed":
            outcomes[name] = _outcome(case)
    return outcomes


def _outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    skipped = case.find("skipped")
    if skipped is None:
        return "passed"
    return "expected" if skipped.get("type") == "pytest.xfail" else "skipped"


def run_tier(tier: Tier, arguments: list[str], folder: Path) -> Result:
    """Run one tier in a pytest of its own, whose output is shown as it comes."""
    folders = [name for name in tier.folders if (ROOT / name).is_dir()]
    if not folders:
        return Result(empty=True)
    report = folder / f"{tier.name.replace(' ', '-')}.xml"
    ignored = [f"--ignore={name}" for name in tier.without]
    marked = ["-m", tier.marked] if tier.marked else []
    spread = ["--numprocesses", str(tier.processes), "--dist", tier.spread] if tier.processes > 1 else []
    chosen = [*folders, *ignored, *marked]
    cache = ["-o", f"cache_dir={folder / 'cache'}"]
    started = time.monotonic()
    code = _pytest([*chosen, *spread, *cache, f"--junitxml={report}", *arguments])
    if code == NO_TESTS:
        return Result(seconds=time.monotonic() - started, empty=True)
    junit = report.read_text(encoding="utf-8") if report.exists() else "<none/>"
    counts, unsteady = count(junit), failed_tests(junit)
    broken = code not in (0, 1) or (code == 1 and not counts.failed)
    if not broken and 0 < counts.failed <= SECOND_LOOK:
        sys.stdout.write(f"\n--- {counts.failed} failed; once more, alone ---\n")
        sys.stdout.flush()
        alone = ["--last-failed", "--last-failed-no-failures", "none"]
        again = _pytest([*chosen, *alone, *cache, *arguments])
        if again == 0:
            steady = Counts(counts.passed + counts.failed, 0, counts.skipped, counts.expected)
            return Result(steady, time.monotonic() - started, unsteady=unsteady)
    return Result(counts, time.monotonic() - started, broken=broken)


def _pytest(arguments: list[str]) -> int:
    return run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


def verdict(tier: Tier, result: Result) -> tuple[str, bool]:
    """One line about a tier, and whether it fails the run."""
    line = f"{tier.name:<36} {result.seconds:6.1f} s of {tier.budget:>3} s   "
    if result.empty:
        return line + "no tests", False
    counts = result.counts
    line += f"{counts.passed} passed, {counts.failed} failed"
    if counts.skipped:
        line += f", {counts.skipped} skipped"
    if counts.expected:
        line += f", {counts.expected} waiting for what is not built"
    if result.unsteady:
        line += f", {len(result.unsteady)} of them at the second look only"
    failed = counts.failed > 0
    if result.broken:
        line, failed = line + "; PYTEST DID NOT RUN TO ITS END", True
    if result.seconds > 2 * tier.budget:
        line, failed = line + "; TOOK MORE THAN TWICE ITS BUDGET", True
    elif result.seconds > tier.budget:
        line += "; warning: over its budget"
    return line, failed


def main(arguments: list[str]) -> int:
    """Run every tier and print the table. Returns 1 when the run failed."""
    lines: list[str] = []
    unsteady: list[str] = []
    failed = False
    total = Counts()
    with tempfile.TemporaryDirectory(prefix="tiers-") as name:
        for tier in TIERS:
            sys.stdout.write(f"\n=== {tier.name} (budget {tier.budget} s) ===\n")
            sys.stdout.flush()
            result = run_tier(tier, arguments, Path(name))
            line, tier_failed = verdict(tier, result)
            lines.append(line)
            unsteady += result.unsteady
            failed |= tier_failed
            total += result.counts
    named = [f"unsteady, to be mended: {name}" for name in unsteady]
    sys.stdout.write("\n" + "\n".join([*lines, *named]) + "\n\n" + last_line(total) + "\n")
    return 1 if failed else 0


def last_line(total: Counts) -> str:
    """The sum over the tiers, in the words that a reader of the run looks for."""
    line = f"{total.passed} passed, {total.failed} failed"
    return f"{line}, {total.skipped} skipped" if total.skipped else line


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
