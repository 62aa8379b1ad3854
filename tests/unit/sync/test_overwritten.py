"""A push by the default mapping never writes over what somebody typed in the CRM, unless both sides had it already.

So it has no overwritten edits to log. The one exception is an edit made between the read and the write, which no
decision knows of: what a CRM's guard does about it is the simulation's affair.
"""

from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.crm.dynamics.provider import Dynamics
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.provider import Provider
from leadbridge.crm.salesforce.provider import Salesforce
from leadbridge.crm.zoho.provider import Zoho
from leadbridge.sync.core import landing
from leadbridge.sync.core.plans import Act
from leadbridge.sync.core.values import Entry, Link, Ours, Pair, Present, Value
from leadbridge.sync.flow import OWN_ID, Flow, default_flow
from leadbridge.sync.plan import Again, Go, Hold, Known, plan

LEAD = "a" * 24
FIELDS = ("firstName", "title")
Fate = Literal["answered", "read after an edit", "lost before", "lost after", "refused"]
Edit = tuple[Literal["ours", "theirs"], str, bool]
"""Whose field is set, or cleared."""
EDITS: st.SearchStrategy[Edit] = st.tuples(st.sampled_from(["ours", "theirs"]), st.sampled_from(FIELDS), st.booleans())
FATES: st.SearchStrategy[Fate] = st.sampled_from(
    ["answered", "read after an edit", "lost before", "lost after", "refused"]
)
HISTORIES = st.lists(st.one_of(EDITS, FATES), max_size=14)


@dataclass
class Account:
    """A lead and its record, which people edit on both sides, and what is known of how it went."""

    flow: Flow
    link: Link | None
    read_after: bool
    """What a write left is read after it, and not told by it."""
    ours: dict[str, Value]
    theirs: dict[str, Value]
    typed: set[Value] = field(default_factory=set)
    """Every value that a person typed in the CRM."""
    met: set[Value] = field(default_factory=set)
    """Those that both sides had when they were looked at."""
    count: int = 0

    def edit(self, side: str, name: str, *, cleared: bool) -> None:
        self.count += 1
        if side == "ours":
            self.ours[name] = None if cleared else f"ours {self.count}"
            return
        self.theirs[self.pair(name).theirs] = value = None if cleared else f"typed {self.count}"
        self.typed.add(value)

    def pair(self, name: str) -> Pair:
        return next(pair for pair in self.flow.pairs if pair.name == name)

    def read(self, *, confirmed: bool = False) -> Present:
        return Present("501", dict(self.theirs), f"{self.count:06d}", self.count, confirmed=confirmed)

    def push(self, fate: Fate) -> None:
        read, stream = self.read(), self.flow.stream()
        for name in FIELDS:
            pair = self.pair(name)
            if pair.equal(self.ours.get(name), self.theirs.get(pair.theirs)):
                self.met.add(self.theirs.get(pair.theirs))
        by = "" if self.link is not None else "_id"
        known = Known(Ours(LEAD, {**self.ours, OWN_ID: LEAD}, {}), self.link, read, stream, by)
        step = plan(known, self.flow, self.count, f"i{self.count}")
        if isinstance(step, Again):
            known = Known(known.ours, self.link, self.read(confirmed=True), stream, by)
            step = plan(known, self.flow, self.count, f"i{self.count}")
        if isinstance(step, Hold):  # both values stand, and a person is told
            self.link = step.link or self.link
            return
        assert isinstance(step, Go), step
        assert step.plan.act is Act.APPLY
        assert step.plan.ours == {}, "nothing is written here"
        self.link = step.plan.link
        for one in step.plan.sent:
            shown = self.theirs.get(self.pair(one.f).theirs)
            assert shown not in self.typed - self.met - {None}, f"{one.f}: {one.sent} goes over {shown}"
        if step.plan.sent and self.link.intent is not None:
            self._carry_out(step, read, fate)

    def _carry_out(self, step: Go, read: Present, fate: Fate) -> None:
        assert self.link is not None
        if fate in ("lost before", "refused"):
            if fate == "refused":
                self.link = landing.refused(self.link, Entry("refused"), self.flow.pairs, read)
            return
        self.count += 1
        for one in step.plan.sent:
            self.theirs[self.pair(one.f).theirs] = one.sent
            self.met.add(one.sent)
        answer = self.read()
        if fate == "read after an edit":
            self.edit("theirs", FIELDS[0], cleared=False)
            answer = self.read() if self.read_after else answer
        if fate != "lost after":
            self.link = landing.landed(self.link, answer, self.flow.pairs, exact=self.flow.exact).link


@pytest.mark.parametrize("provider", [HubSpot(), Zoho(), Salesforce(), Dynamics()], ids=lambda provider: provider.id)
@given(history=HISTORIES, met_before=st.booleans())
@settings(max_examples=200, deadline=None)
def test_what_was_typed_in_the_crm_is_never_written_over_unless_both_had_it(
    provider: Provider, history: list[Edit | Fate], met_before: bool
) -> None:
    flow = default_flow(provider, own_key=True)
    theirs: dict[str, Value] = {pair.theirs: f"typed {pair.name}" for pair in flow.pairs if pair.name in FIELDS}
    own = next(pair.theirs for pair in flow.pairs if pair.name == OWN_ID)
    ours: dict[str, Value] = {name: f"typed {name}" if met_before else f"ours {name}" for name in FIELDS}
    promises = provider.guarantees
    read_after = promises.write_read_back or not promises.write_returns_values
    account = Account(flow, None, read_after, ours, {**theirs, own: LEAD}, typed=set(theirs.values()))
    for number, one in enumerate([*history, "answered"]):
        if isinstance(one, str):
            account.push(one)
        else:
            account.count = max(account.count, number)
            account.edit(one[0], one[1], cleared=one[2])
