"""What a push over one connection goes by: its mapping as pairs, how records are found, and what the CRM promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leadbridge.crm.provider import ObjectDefaults, Provider, RemoteRecord
from leadbridge.kit.clock import to_millis
from leadbridge.leads.fields import flatten
from leadbridge.leads.stored import CrmRecord, State
from leadbridge.mapping import ours as our_side
from leadbridge.mapping import read
from leadbridge.mapping.defaults import default_mapper
from leadbridge.mapping.mapper import MappedField, Mapper, View
from leadbridge.sync.core.matching import CreateSafety
from leadbridge.sync.core.plans import Stream
from leadbridge.sync.core.values import Ours, Pair, Present, Rule, Sent, Value

OWN_ID = "_id"
"""Our record's id is a field like any other: it goes into the CRM's unique field for it, where there is one."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The pair of our id and the CRM's unique field. One that has another's id keeps it: two hubs must not fight."""

    theirs: str
    name: str = OWN_ID
    rule: Rule = Rule.PREFER_CRM_UNLESS_BLANK
    writes_crm: bool = True
    writes_ours: bool = False

    def equal(self, ours: Value, theirs: Value) -> bool:
        return ours == theirs

    def to_crm(self, ours: Value) -> Value:
        return ours

    def to_ours(self, raw: Value) -> Value:
        return raw


@dataclass(frozen=True, slots=True)
class Flow:
    """One kind of ours to one object of a CRM, over one connection."""

    kind: str
    object: str
    mapper: Mapper
    pairs: tuple[Pair, ...]
    """The mapping's, one way: changes in the CRM wait, with their bases, until the way back is switched on."""
    match: MappedField | None
    """The field that finds an existing record, where it is mapped."""
    own_key: str | None
    """The CRM's unique field that holds our id, where it is there."""
    constants: Mapping[str, str]
    """Given to a record when it is created, and left alone afterwards."""
    safety: CreateSafety
    lag: int
    """For so long (ms) an unanswered create may stay invisible."""
    shows: bool
    """A write's outcome has the record's values; else they are read."""
    exact: bool
    """They are as that very write left them, not read after it."""

    @property
    def fields(self) -> list[str]:
        """What is read of a record."""
        return [*self.mapper.needs, *([self.own_key] if self.own_key is not None else [])]

    def ours(self, record: CrmRecord) -> tuple[Ours, View]:
        """Return our record as it is compared, its id among its values."""
        view = self.mapper.ours(our_side.values(flatten(record)))
        changed = {one.f: to_millis(one.at) for one in record.changed}
        deleted = record.state is State.DELETED
        return Ours(record.id, {**view.values, OWN_ID: record.id}, changed, deleted), view

    def theirs(self, record: RemoteRecord, *, confirmed: bool = False) -> tuple[Present, View]:
        """Return the CRM's record, which was read by id, as it is compared. An empty text is a blank."""
        view = self.mapper.theirs({name: None if read.blank(raw) else raw for name, raw in record.values.items()})
        modified = to_millis(record.modified_at)
        return Present(record.id, view.values, record.version, modified, confirmed=confirmed), view

    def stream(self, *views: View) -> Stream:
        """Return what one record is decided by: a pair whose value could not be computed is left out, not blank."""
        faulty = {name for view in views for name in view.faults}
        if not faulty:
            return Stream(self.pairs)
        return Stream(tuple(pair for pair in self.pairs if pair.name not in faulty and pair.theirs not in faulty))

    def raw(self, sent: Sequence[Sent]) -> dict[str, str]:
        """Return what is sent, by the CRM's field names; an empty text clears a field."""
        theirs = {pair.name: pair.theirs for pair in self.pairs}
        return {theirs[one.f]: read.text(one.sent) for one in sent}

    def born(self, sent: Sequence[Sent]) -> dict[str, str]:
        """Return what a record is created with: constants, what is sent, and the mapping's defaults for the rest."""
        made = self.mapper.created_there(self.raw(sent))
        return {**self.constants, **{name: read.text(value) for name, value in made.items()}}


def flow(mapper: Mapper, defaults: ObjectDefaults, provider: Provider, *, own_key: bool) -> Flow:
    """Return the flow of a mapping over a connection of ``provider``; ``own_key``: its account has our unique field."""
    promises = provider.guarantees
    pairs: list[Pair] = [replace(pair, writes_ours=False) for pair in mapper.fields]
    if own_key:
        pairs.append(OwnKey(defaults.own_key))
    by_match = CreateSafety.UPSERT_BY_MATCH if promises.unique_match else CreateSafety.LAG
    return Flow(
        kind=defaults.kind,
        object=defaults.object,
        mapper=mapper,
        pairs=tuple(pairs),
        match=next((pair for pair in mapper.fields if pair.theirs == defaults.match_key), None),
        own_key=defaults.own_key if own_key else None,
        constants=defaults.constants,
        safety=CreateSafety.OWN_KEY if own_key else by_match,
        lag=int(promises.create_lag.total_seconds() * 1000),
        shows=promises.write_returns_values,
        exact=promises.write_returns_values and not promises.write_read_back,
    )


def default_flow(provider: Provider, *, own_key: bool) -> Flow:
    """Return the flow of a connection whose company has saved no mapping: the provider's defaults."""
    return flow(default_mapper(provider.defaults), provider.defaults, provider, own_key=own_key)
