"""Deliberate bugs, as named substitutions in a copy of the core's source; every one must be caught by an invariant.

``python -m tests.simulation.sync.mutants NAME [SECONDS]`` plays one mutant on the providers it concerns and prints the
invariant that caught it, or ends with code 1.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[3]
CORE = "leadbridge.sync.core"
ALL = ("hubspot", "zoho", "salesforce", "dynamics")


@dataclass(frozen=True)
class Mutant:
    """A bug: in ``module`` of the core, ``old`` (which occurs once) becomes ``new``."""

    name: str
    module: str
    old: str
    new: str
    providers: tuple[str, ...] = ALL
    first: int = 1
    """The seed to begin with: what a bug of one history in thousands needs is not waited for."""


MUTANTS = (
    Mutant(
        "one base for both sides",
        "fields",
        "theirs_changed = theirs != (base.theirs if base is not None else None)",
        "theirs_changed = theirs != (base.ours if base is not None else None)",
    ),
    Mutant(
        "the base is saved before the write",
        "landing",
        "    return replace(link, intent=Intent(intent_id, sent, read_version, now))",
        "    after = dict(link.bases) | {one.f: Base(one.ours, one.sent) for one in sent}\n"
        "    return replace(link, bases=after, intent=Intent(intent_id, sent, read_version, now))",
    ),
    Mutant(
        "no intent",
        "landing",
        "    intent = link.intent\n    if intent is None:\n        return link, ()",
        "    intent = link.intent\n    if pairs is not None:\n        return replace(link, intent=None), ()",
    ),
    Mutant(
        "the cursor is a time alone",
        "cursor",
        "(one.id, one.version) not in cursor.shown",
        "one.modified > cursor.at",
        ("salesforce",),
    ),
    Mutant("no overlap", "cursor", "return max(0, cursor.at - overlap)", "return cursor.at + 1", ("salesforce",)),
    Mutant(
        "the cursor runs ahead of the index",
        "cursor",
        "max(cursor.at, min(newest, horizon))",
        "max(cursor.at, newest, horizon + 300_000)",
    ),
    Mutant("values of a search are trusted", "reads", "if not read.current:", "if read is None:"),
    Mutant("an older read is taken in", "reads", "if read.version < link.version:", "if read is None:"),
    Mutant(
        "the same second is believed",
        "reads",
        "if read.version == link.version and not read.confirmed and differs(link, read, pairs):",
        "if read.version == link.version:\n        return Freshness.DROP\n    if read is None:",
        ("zoho", "salesforce"),
    ),
    Mutant(
        "an update makes a deleted record again",
        "plans",
        "must_exist: bool = True",
        "must_exist: bool = False",
        ("dynamics",),
    ),
    Mutant(
        "a delete goes over an edit here",
        "ends",
        "if edits := _edits_here(link, ours, stream.pairs):",
        "if edits := ():",
    ),
    Mutant(
        "a delete goes over an edit there",
        "ends",
        "if edits := _edits_there(seen, read, stream.pairs):",
        "if edits := ():",
    ),
    Mutant(
        "a record comes back that a person deleted here",
        "record",
        "if ours.deleted and not before.carried:",
        "if read is None:",
    ),
    Mutant(
        "a conflict is not logged",
        "record",
        "        elif outcome.conflict:\n",
        "        elif outcome.conflict and outcome.why == '':\n",
    ),
    Mutant(
        "what a first match replaces is not logged",
        "record",
        "        if self._initial:\n",
        "        if self._initial and self._held:\n",
    ),
    Mutant(
        "a difference is told again each time",
        "record",
        "return old is None or (old.ours, old.theirs) != (shown.ours, shown.theirs)",
        "return old is None or self._held",
    ),
    Mutant(
        "two writers chase each other for ever",
        "unstable",
        "return len(values) >= WRITES and len({*values, value}) < len(values) + 1",
        "return len(values) < 0",
    ),
    Mutant(
        "what follows a write is taken for its echo",
        "landing",
        "bases[one.f] = Base(one.ours, shown if same or exact else one.sent)",
        "bases[one.f] = Base(one.ours, shown)",
        ("salesforce", "zoho"),
    ),
    Mutant(
        "the base takes our newest value",
        "record",
        "self._bases[field] = Base(outcome.value, shown.theirs)",
        "self._bases[field] = Base(shown.ours, shown.theirs)",
    ),
    Mutant(
        "history is not looked at",
        "landing",
        "    if read.history is None:\n        return ()",
        "    if read.id:\n        return ()",
        ("hubspot",),
    ),
    Mutant(
        "an unanswered create is repeated at once",
        "matching",
        "if safety is CreateSafety.LAG and now < visible:",
        "if safety is CreateSafety.LAG and now < link.intent.at:",
        ("zoho", "dynamics", "salesforce"),
    ),
    Mutant(
        "an unanswered create with no key is repeated",
        "matching",
        "    if not any(one.f in match_keys and one.sent is not None for one in link.intent.sent):",
        "    if lag < 0:",
        ("zoho", "dynamics", "salesforce"),
    ),
    Mutant(
        "what another's unanswered create may have made is taken",
        "matching",
        "if rivals and hits[0].by != OWN_KEY:",
        "if not rivals and not hits:",
        ("dynamics",),
        first=2_770_327,
    ),
    Mutant(
        "a merged record's link stays",
        "ends",
        "redirect = replace(link, state=LinkState.REDIRECT, redirect_to=other.record_id, intent=None)",
        "redirect = replace(link, redirect_to=other.record_id, intent=None)",
        ("hubspot", "salesforce", "dynamics"),
    ),
    Mutant(
        "a merge takes over the other's link",
        "ends",
        "if other is None or other.record_id == link.record_id:",
        "if read.into:",
        ("hubspot", "salesforce", "dynamics"),
    ),
    Mutant("the hour does not slide", "guard", "if stamp.at > now - HOUR_MS", "if stamp.at > now - 60_000"),
    Mutant("the guard counts only this change", "guard", "before + number > limit", "number > limit"),
    Mutant(
        "the run is not counted",
        "guard",
        '("run", in_run, limits.run.get(harm)),',
        '("run", 0 * in_run, limits.run.get(harm)),',
    ),
    Mutant(
        "what is written is kept from one record to the next",
        "record",
        "self._ours: dict[str, Value] = {}",
        'self._ours: dict[str, Value] = globals().setdefault("_kept", {})',
    ),
    Mutant(
        "the filter is not asked",
        "record",
        "if not stream.within({**ours.values, **merged} if merged else ours.values):",
        "if ours.deleted:",
    ),
    Mutant(
        "undo writes the value that stands",
        "undo",
        "value, sent = effect.before, pair.to_crm(effect.before) if effect.before is not None else None",
        "value, sent = effect.after, pair.to_crm(effect.after) if effect.after is not None else None",
    ),
    Mutant(
        "a clearing does not flow",
        "fields",
        "    shown = Base(ours, theirs)\n    if pair.equal",
        "    shown = Base(ours, theirs)\n    if ours is None and not theirs_changed:\n        return None\n"
        "    if pair.equal",
    ),
)
FAST = (
    "one base for both sides",
    "no intent",
    "an older read is taken in",
    "a conflict is not logged",
    "the hour does not slide",
)
"""Those that ``make test`` plays."""


class _Changed(Loader, MetaPathFinder):
    """Loads one module of the core with its bug in it."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant, self._name = mutant, f"{CORE}.{mutant.module}"

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        source = changed(self._mutant)
        exec(compile(source, f"<mutant: {self._mutant.name}>", "exec"), module.__dict__)  # noqa: S102 - our own source


def changed(mutant: Mutant) -> str:
    """Return the module's source with the bug; raises ValueError when the place is not there exactly once."""
    source = (ROOT / "src" / "leadbridge" / "sync" / "core" / f"{mutant.module}.py").read_text(encoding="utf-8")
    if source.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: its place occurs {source.count(mutant.old)} times in {mutant.module}.py")
    return source.replace(mutant.old, mutant.new)


def caught(name: str, seconds: float) -> tuple[str | None, float]:
    """Play a mutant in a process of its own; return the invariant that caught it, or None, and how long it took."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", __name__, name, str(seconds)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds * 3 + 60)
    took = time.perf_counter() - begun
    if ended.returncode == 0:
        return ended.stdout.strip(), took
    if ended.returncode == 1 and "survived" in ended.stdout:
        return None, took
    raise RuntimeError(ended.stderr[-2000:])


def main(name: str, seconds: float) -> int:
    """Play the mutant ``name`` in this process."""
    mutant = next(one for one in MUTANTS if one.name == name)
    if any(module.startswith(CORE) for module in sys.modules):
        raise RuntimeError("the core is loaded already")
    sys.meta_path.insert(0, _Changed(mutant))
    from tests.simulation.sync.play import episode
    from tests.simulation.sync.world import Broken

    begun, seed = time.perf_counter(), mutant.first
    while time.perf_counter() - begun < seconds:
        provider = mutant.providers[seed % len(mutant.providers)]
        try:
            episode(provider, seed)
        except Broken as broken:
            sys.stdout.write(f"{broken.invariant} ({provider}, after {seed - mutant.first + 1} episodes)\n")
            return 0
        seed += 1
    sys.stdout.write(f"survived {seed - mutant.first} episodes\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60.0))
