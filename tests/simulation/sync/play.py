"""Episodes: a seed makes a world, disturbs it, lets it come to rest, and checks what must hold.

``python -m tests.simulation.sync.play PROVIDER STEPS [SEED]`` plays episodes of about 400 steps until so many steps
were made. A failure is shrunk to the shortest history that still breaks the same invariant, and printed with the seed
that replays it.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from leadbridge.sync.core.plans import Act
from leadbridge.sync.core.undo import NotUndone, undo
from leadbridge.sync.core.values import LinkState, Present, Rule, Side
from tests.simulation.sync import checks, people
from tests.simulation.sync.worker import Steps, work
from tests.simulation.sync.world import Broken, Fenced, Item, World

STEPS = 400
PIECE = 250_000
"""Steps that one process plays at a time; each piece has seeds of its own."""
JUMPS = (1, 3, 20, 150, 400, 900, 1_500, 6_000)
ROUNDS = 80
"""Ten minutes each: by then a quiet system has come to rest."""


@dataclass
class Tally:
    """What was played."""

    steps: int = 0
    episodes: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    blind: int = 0
    edits: int = 0
    undone: int = 0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Count what another process played."""
        self.steps += other.steps
        self.episodes += other.episodes
        self.codes.update(other.codes)
        self.blind += other.blind
        self.edits += other.edits
        self.undone += other.undone


class Player:
    """Plays one episode."""

    def __init__(self, provider: str, seed: int, first: int = 0) -> None:
        self.rng = random.Random(seed)
        self.w = World(provider, self.rng, first)
        self.active: tuple[Item, Steps] | None = None
        self.zombies: list[Steps] = []
        self.steps = self.undone = 0

    def play(self, steps: int) -> None:
        """Disturb for so many steps, come to rest, check. Raises Broken."""
        self.begin()
        for _ in range(steps):
            self.step()
        self.end()

    def begin(self) -> None:
        """Make the first records."""
        for _ in range(3):
            people.make_here(self.w)
            people.make_there(self.w)

    def end(self) -> None:
        """Let it come to rest, and check everything."""
        w = self.w
        self._rest()
        checks.agreement(w)  # by news and polls alone
        self._look_at_everything()  # the nightly look at every record: what was doubtful may be plain by now
        self._rest()
        checks.check(w)
        self._fixed_point()
        self._counted_run()
        self._undo()
        self._erase()

    def step(self) -> None:
        """Let something happen."""
        w, rng = self.w, self.rng
        self.steps += 1
        w.now += rng.choice(JUMPS)
        chance = rng.random()
        if w.nudge:
            w.nudge = False
            if rng.random() < 0.2:
                people.type_there(w, often=1.0)
        if chance < 0.14:
            if rng.random() < 0.03:
                w.now += rng.randrange(1_800_000)
            people.act(w)
        elif chance < 0.21:
            w.deliver()
        elif chance < 0.23:
            w.poll()
        elif chance < 0.24:
            w.page()
        elif chance < 0.26 and self.zombies:
            self._resume()
        else:
            self._work()
        self._around()

    def _around(self) -> None:
        w = self.w
        if w.vendor.automations:
            w.vendor.run_automations(w.now)
        if w.fighter:
            people.our_automation(w)
        if w.vendor.hints:
            w.notice()
        w.wake()

    def _work(self) -> None:
        w, rng = self.w, self.rng
        if self.active is None:
            if not w.queue:
                return
            item = w.queue.pop(rng.randrange(len(w.queue)))
            self.active = (item, work(w, item, w.fence))
        item, steps = self.active
        if w.faults and (fate := rng.random()) < 0.02:
            # Killed, or paused for longer than its lease: another worker takes over under a new fence.
            w.fence += 1
            w.requeue(item)
            self.active = None
            if fate < 0.01:
                self.zombies.append(steps)
            else:
                steps.close()
            return
        if not self._advance(steps):
            self.active = None

    def _advance(self, steps: Steps) -> bool:
        w = self.w
        try:
            next(steps)
        except StopIteration:
            return False
        except Fenced:
            w.truth.causes += 1
            if self.active is not None and self.active[1] is steps:
                w.requeue(self.active[0])
            return False
        return True

    def _resume(self) -> None:
        number = self.rng.randrange(len(self.zombies))
        if not self._advance(self.zombies[number]):
            del self.zombies[number]

    def _drain(self) -> None:
        w = self.w
        budget = 4_000
        while w.queue or self.active is not None:
            self.steps += 1
            w.now += 40
            self._work()
            self._around()
            budget -= 1
            if budget == 0:
                raise Broken("14 convergence", f"still busy after 4,000 steps without faults: {w.queue[:3]}")

    def _rest(self) -> None:
        w = self.w
        for steps in self.zombies:
            while self._advance(steps):
                pass
        self.zombies = []
        w.faults = False
        for _ in range(ROUNDS):
            self._drain()
            while w.hints:
                w.now += 60_000
                w.deliver()
            w.poll()
            if not (w.queue or w.later or w.held or w.vendor.pending or w.vendor.automations):
                return
            w.approve()
            w.now += 1_000 if w.vendor.automations else 600_000
            self._around()
        raise Broken("14 convergence", "not at rest 13 hours after the faults ended")

    def _fixed_point(self) -> None:
        """1: three more passes write nothing anywhere."""
        w = self.w
        before = (w.vendor.api_writes, w.truth.our_writes, dict(w.truth.codes))
        for _ in range(3):
            links = dict(w.links)
            self._look_at_everything()
            if w.links != links:
                changed = [(links.get(id), link) for id, link in w.links.items() if links.get(id) != link]
                raise Broken("1 fixed point", f"a quiet pass changed a link: {changed[0]}")
        after = (w.vendor.api_writes, w.truth.our_writes, dict(w.truth.codes))
        if before != after:
            raise Broken("1 fixed point", f"a quiet pass wrote: {before} became {after}")

    def _look_at_everything(self) -> None:
        self.w.begin_run()
        self._drain()

    def _counted_run(self) -> None:
        """10: a run's words are what really happened to the records."""
        w = self.w
        links = [x for x in w.links.values() if x.state is LinkState.ACTIVE and x.crm_id and w.vendor.live(x.crm_id)]
        links = [link for link in links if not w.ours[link.record_id].deleted]
        for _ in links:
            if self.rng.random() < 0.5:
                people.type_here(w) if self.rng.random() < 0.5 else people.type_there(w)
        w.queue.clear()
        w.vendor.hints.clear()
        w.words.clear()
        for link in links:
            w.words.clear()
            writes = w.vendor.api_writes + w.truth.our_writes
            steps = work(w, Item(Side.THEIRS, link.crm_id or ""), w.fence)
            held, more = len(w.held), True
            while more:
                more = self._advance(steps)
            if len(w.held) > held:
                continue
            word = w.words[-1] if w.words else "unchanged"
            touched = w.vendor.api_writes + w.truth.our_writes > writes
            if word != "failed" and touched is not (word == "updated"):
                raise Broken("10 counts are true", f"{link.record_id} was called {word}; written: {touched}")
        w.approve()
        self._rest()

    def _undo(self) -> None:
        """16: what a person takes back is what was there, on the side it was taken from."""
        w = self.w
        for effect in self.rng.sample(w.effects, min(3, len(w.effects))):
            link = w.links.get(effect.record_id)
            pair = w.pairs.get(effect.f)
            if link is None or link.state is not LinkState.ACTIVE or pair is None or pair.rule is Rule.OFF:
                continue
            if effect.f in ("stage", "source", "tier", "name", "region", "email"):
                continue  # the vendor or an automation may refuse these; they are not a matter of undo
            if link.crm_id is None or w.vendor.live(link.crm_id) is None or effect.f in link.frozen:
                continue
            rec, read = w.ours[link.record_id], w.vendor.read(link.crm_id)
            if rec.deleted or not isinstance(read, Present):
                continue
            plan = undo(effect, link, pair, w.as_ours(rec), read, w.now, w.intent_id())
            if isinstance(plan, NotUndone) or plan.act is not Act.APPLY:
                continue
            w.truth.causes += 4
            w.commit(w.fence, link, plan, rec, rec.rev, read)
            w.queue.append(Item(Side.OURS, rec.id))  # as after a crash right behind the intent: the next pass finishes
            self._rest()
            shown = (
                rec.values.get(effect.f)
                if effect.side is Side.OURS
                else w.vendor.rows[link.crm_id].values.get(pair.theirs)
            )
            if shown != effect.before:
                raise Broken("16 undo restores exactly", f"{effect.f}: {effect.before!r} came back as {shown!r}")
            self.undone += 1
        checks.agreement(w)

    def _erase(self) -> None:
        """17: a person is erased, and nothing that comes later brings anything back."""
        w = self.w
        person = self.rng.choice(sorted({rec.person for rec in w.ours.values()}))
        people.erase(w, person)
        self._rest()
        self._look_at_everything()
        self._rest()
        checks.erased(w, person)


def two_tenants(provider: str, seed: int, steps: int = STEPS) -> None:
    """Play two tenants of one hub in turn, of two CRMs of one kind; raises Broken."""
    one, other = Player(provider, seed), Player(provider, seed + 1, first=1_000_000)
    for player in (one, other):
        player.begin()
    for _ in range(steps):
        one.step()
        other.step()
    for player in (one, other):
        player.end()
    checks.tenants_apart(one.w, other.w)


def episode(provider: str, seed: int, steps: int = STEPS) -> Player:
    """Play one episode; raises Broken."""
    player = Player(provider, seed)
    player.play(steps)
    return player


def shrink(provider: str, seed: int, broken: Broken) -> tuple[int, Broken]:
    """Return the smallest number of steps after which the same invariant breaks."""
    best, steps = STEPS, broken
    low = 0
    while low < best:
        middle = (low + best) // 2
        try:
            episode(provider, seed, middle)
        except Broken as error:
            if error.invariant == broken.invariant:
                best, steps = middle, error
                continue
        low = middle + 1
    return best, steps


def run(provider: str, steps: int, seed: int = 1, seconds: float = 1e9) -> Tally:
    """Play until so many steps or seconds have passed. Raises Broken with the seed and the shrunk history."""
    tally, begun = Tally(), time.perf_counter()
    while tally.steps < steps and time.perf_counter() - begun < seconds:
        number = seed + tally.episodes
        try:
            player = episode(provider, number)
        except Broken as broken:
            short, last = shrink(provider, number, broken)
            raise Broken(
                broken.invariant,
                f"{last}\nreplay: episode({provider!r}, {number}, {short}), shrunk from {STEPS} steps",
            ) from last
        tally.steps += player.steps
        tally.episodes += 1
        tally.codes.update(player.w.truth.codes)
        tally.blind += len(player.w.truth.blind - player.w.truth.logged - player.w.truth.superseded)
        tally.edits += len(player.w.truth.issued)
        tally.undone += player.undone
    tally.seconds = time.perf_counter() - begun
    return tally


def played(
    provider: str, steps: int, seed: int, seconds: float, processes: int, progress: Callable[[str], None]
) -> Tally:
    """Play so many steps, or for so many seconds, in pieces on several processes; tell of each. Raises Broken."""
    total, begun = Tally(), time.perf_counter()
    sizes = [min(PIECE, steps - start) for start in range(0, steps, PIECE)]
    with ProcessPoolExecutor(processes) as pool:
        waiting = {
            pool.submit(_piece, provider, size, seed + number * PIECE, time.time() + seconds)
            for number, size in enumerate(sizes)
        }
        try:
            for done in as_completed(waiting):
                total.add(done.result())
                took = time.perf_counter() - begun
                progress(f"two_way_sync: {provider} {total.steps:,} of {steps:,} steps, {took:,.0f} s")
        except Broken:
            pool.shutdown(cancel_futures=True)
            raise
    total.seconds = time.perf_counter() - begun
    return total


def _piece(provider: str, steps: int, seed: int, until: float) -> Tally:
    return run(provider, steps, seed, until - time.time())


if __name__ == "__main__":
    result = run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    sys.stdout.write(f"{result}\n{result.steps / result.seconds:,.0f} steps a second\n")
