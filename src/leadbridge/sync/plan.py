"""What to do with one lead at a CRM: create, update, leave, or hold, as a pure function of what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadbridge.crm.errors import Fault
from leadbridge.crm.provider import ObjectDefaults, RemoteRecord
from leadbridge.sync import faults
from leadbridge.sync.decide import RecordDecision, decide, settle_intent
from leadbridge.sync.equivalence import blank, equivalent
from leadbridge.sync.model import Link


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one lead before the decision."""

    lead_id: str
    ours: Mapping[str, str | None]
    """Its values by our field names."""
    link: Link | None
    remote: RemoteRecord | None
    """The CRM's record, found by the link's id, our key, or the match key."""
    claimed_by: str | None
    """The other lead that ``remote``, or the match key, already belongs to."""
    own_key: bool
    """Whether the CRM has the unique field for our id."""


@dataclass(frozen=True, slots=True)
class Create:
    decision: RecordDecision
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Update:
    decision: RecordDecision
    values: Mapping[str, str]
    remote: RemoteRecord


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is written; the bases may still have moved."""

    decision: RecordDecision
    remote: RemoteRecord


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is done, for a reason that a person is told."""

    fault: Fault


Plan = Create | Update | Leave | Hold


def plan(known: Known, defaults: ObjectDefaults) -> Plan:
    """Return what to do with one lead.

    A linked record that is gone is never created again; a record that belongs to another lead is never taken over; a
    create that was not answered is repeated only where the CRM itself would refuse a second one.
    """
    link, remote = known.link, known.remote
    if remote is not None:
        if known.claimed_by is not None:
            return Hold(faults.already_linked(known.claimed_by))
        if link is None or link.crm_id is None:
            return _match(known, remote, defaults)
        if remote.id == link.crm_id and remote.version < link.read_version:
            return Hold(faults.STALE_READ)
        return _merge(known, remote, defaults)
    if link is not None and link.crm_id is not None:
        return Hold(faults.RECORD_GONE)
    if known.claimed_by is not None:
        return Hold(faults.already_linked(known.claimed_by))
    if link is not None and link.intent is not None and not known.own_key and not _match_value(known, defaults):
        return Hold(faults.UNANSWERED_CREATE)
    decision = decide(defaults.fields, known.ours, None, ())
    own = {defaults.own_key: known.lead_id} if known.own_key else {}
    return Create(decision, {**defaults.constants, **decision.values, **own})


def _match(known: Known, remote: RemoteRecord, defaults: ObjectDefaults) -> Plan:
    """Decide for a lead that meets a record it was not linked to."""
    ours_is_theirs = known.own_key and remote.values.get(defaults.own_key) == known.lead_id
    wanted = _match_value(known, defaults)
    pair = next(pair for pair in defaults.fields if pair.theirs == defaults.match_key)
    if not ours_is_theirs and wanted and not equivalent(pair.same, wanted, remote.values.get(pair.theirs)):
        return Hold(faults.SECONDARY_EMAIL)
    return _merge(known, remote, defaults)


def _merge(known: Known, remote: RemoteRecord, defaults: ObjectDefaults) -> Plan:
    link = known.link
    bases = link.fields if link is not None else ()
    if link is not None and link.intent is not None:
        bases = settle_intent(defaults.fields, bases, link.intent, remote.values)
    decision = decide(defaults.fields, known.ours, remote.values, bases)
    values = decision.values
    # Our id goes onto a record that has none. One that has another's is left alone: two hubs must not fight over it.
    if known.own_key and blank(remote.values.get(defaults.own_key)):
        values[defaults.own_key] = known.lead_id
    return Update(decision, values, remote) if values else Leave(decision, remote)


def _match_value(known: Known, defaults: ObjectDefaults) -> str | None:
    pair = next(pair for pair in defaults.fields if pair.theirs == defaults.match_key)
    return known.ours.get(pair.ours)
