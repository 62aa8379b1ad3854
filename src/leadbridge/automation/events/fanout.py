"""What an event starts: read with its record, told to each who listens, rules and filters applied, the body frozen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadbridge.automation.delivery.endpoints import Endpoints
from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import EXECUTIONS, Endpoint, EndpointState
from leadbridge.automation.delivery.starting import Start, execution_id
from leadbridge.automation.events.audience import Audience, Listeners
from leadbridge.automation.events.body import change_data, frozen_body, occurrence_data, submission_data
from leadbridge.automation.events.filters import BadFilter, compile_filter, passes
from leadbridge.automation.events.rules import heard, kept
from leadbridge.automation.events.telling import CHANGE, OCCURRENCE, SUBMISSION
from leadbridge.automation.model import Automation, RunBy
from leadbridge.leads.forms.model import SUBMISSIONS
from leadbridge.leads.history import EVENTS
from leadbridge.leads.occurrences import OCCURRENCES
from leadbridge.leads.settings import SETTINGS, DeclaredField
from leadbridge.leads.stored import CrmRecord
from leadbridge.leads.types import LEAD, TYPES
from leadbridge.storage.store import Store

STARTS_AT_ONCE = 150
"""Executions in one batch: with the task, the lane and its signal of each they fit in it."""
BYTES_AT_ONCE = 1024 * 1024
"""Bytes of bodies in one batch."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it was read. ``data`` gives its data under one of its names."""

    id: str
    types: tuple[str, ...]
    at: datetime
    origin: str
    hop: int
    record_id: str | None
    seq: int | None
    data: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Listener:
    """One who listens: an automation or a subscription, with its endpoint if it has one."""

    id: str
    types: tuple[str, ...]
    filter: str | None
    automation_id: str | None = None
    hook_id: str | None = None
    endpoint: Endpoint | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """One who listens and can hear nothing, because the filter cannot be read any more."""

    listener_id: str
    hook: bool
    """Whether it is a subscription; else an automation."""
    message: str


class FanOut:
    """Finds out what events start."""

    def __init__(self, store: Store, audience: Audience, endpoints: Endpoints) -> None:
        self._store, self._audience, self._endpoints = store, audience, endpoints

    async def starts(self, company: str, events: Sequence[Event], *, asked: bool) -> tuple[list[Start], list[Unread]]:
        """Return what ``events`` start at this moment, but for what exists already, and whose filter cannot be read."""
        types = {type for event in events for type in event.types}
        listeners = await self.listeners(company, await self._audience.of(company, types))
        declared: tuple[DeclaredField, ...] = ()
        if any(one.filter for one in listeners):
            settings = await self._store[SETTINGS].of(company).get(f"{company}:{LEAD.name}")
            declared = settings.fields if settings is not None else ()
        unread = [one for listener in listeners if (one := _unread(listener, types, declared)) is not None]
        mute = {one.listener_id for one in unread}
        found = [
            start
            for event in events
            for listener in listeners
            if listener.id not in mute
            and (start := start_of(company, event, listener, declared, asked=asked)) is not None
        ]
        return await self._new(company, found), unread

    async def listeners(self, company: str, found: Listeners) -> list[Listener]:
        """Return who can be started now: an automation that delivers, or a subscription, has a live endpoint."""
        owners = [one.id for one in (*found.automations, *found.hooks)]
        endpoints: dict[str, Endpoint] = {}
        for some in cut(owners, 500):
            endpoints |= await self._endpoints.of_owners(company, list(some))
        listeners = [_of_automation(one, endpoints.get(one.id)) for one in found.automations]
        listeners += [
            Listener(one.id, one.listens, one.filter, hook_id=one.id, endpoint=endpoints.get(one.id))
            for one in found.hooks
        ]
        return [one for one in listeners if _startable(one, found.automations)]

    async def _new(self, company: str, found: Sequence[Start]) -> list[Start]:
        known: set[str] = set()
        for some in cut(found, 500):
            known |= (await self._store[EXECUTIONS].of(company).get_many([one.id for one in some])).keys()
        return [one for one in found if one.id not in known]

    async def events(self, company: str, named: Iterable[str]) -> list[Event]:
        """Return the events that a task names and that are still there, in that order."""
        by_kind: dict[str, list[str]] = {CHANGE: [], OCCURRENCE: [], SUBMISSION: []}
        for one in named:
            kind, _, id = one.partition(":")
            by_kind[kind].append(id)
        return [
            *await self._changes(company, by_kind[CHANGE]),
            *await self._occurrences(company, by_kind[OCCURRENCE]),
            *await self._submissions(company, by_kind[SUBMISSION]),
        ]

    async def _changes(self, company: str, ids: Sequence[str]) -> list[Event]:
        found = await self._store[EVENTS].of(company).get_many(ids)
        ordered = [found[id] for id in ids if id in found]
        records: dict[str, CrmRecord] = {}
        for name in {one.record for one in ordered}:
            wanted = list({one.record_id for one in ordered if one.record == name})
            records |= await self._store[TYPES[name].kind].of(company).get_many(wanted)
        return [
            Event(
                one.id, one.types, one.at, one.origin, one.hop, one.record_id, one.seq,
                {type: change_data(one, type, records.get(one.record_id)) for type in one.types},
            )
            for one in ordered
        ]  # fmt: skip

    async def _occurrences(self, company: str, ids: Sequence[str]) -> list[Event]:
        found = await self._store[OCCURRENCES].of(company).get_many(ids)
        ordered = [found[id] for id in ids if id in found]
        leads = await self._leads(company, [one.record_id for one in ordered if one.record_id is not None])
        return [
            Event(
                one.id, (one.type,), one.at, one.origin, one.hop, one.record_id, None,
                {one.type: occurrence_data(one, leads.get(one.record_id or ""))},
            )
            for one in ordered
        ]  # fmt: skip

    async def _submissions(self, company: str, ids: Sequence[str]) -> list[Event]:
        found = await self._store[SUBMISSIONS].of(company).get_many(ids)
        ordered = [found[id] for id in ids if id in found]
        leads = await self._leads(company, [one.lead_id for one in ordered])
        return [
            Event(
                one.id, (one.type,), one.at, one.origin, one.hop, one.lead_id, one.seq,
                {one.type: submission_data(one, leads.get(one.lead_id))},
            )
            for one in ordered
        ]  # fmt: skip

    async def _leads(self, company: str, ids: Sequence[str]) -> dict[str, CrmRecord]:
        return await self._store[LEAD.kind].of(company).get_many(list(dict.fromkeys(ids)))


def start_of(
    company: str, event: Event, listener: Listener, declared: tuple[DeclaredField, ...] = (), *, asked: bool = False
) -> Start | None:
    """Return what an event starts for one who listens; None where its types, the rules or the filter say nothing."""
    type = heard(event.types, listener.types)
    if type is None or kept(listener.automation_id, origin=event.origin, hop=event.hop, asked=asked) is not None:
        return None
    data = event.data[type]
    if listener.filter and not _let_pass(type, listener.filter, declared, data):
        return None
    id, endpoint = execution_id(event.id, listener.id), listener.endpoint
    body = frozen_body(
        type=type,
        id=event.id,
        timestamp=event.at,
        execution_id=id,
        company_id=company,
        origin=event.origin,
        hop=event.hop,
        data=data,
        automation_id=listener.automation_id,
        hook_id=listener.hook_id,
    )
    return Start(
        id=id,
        company_id=company,
        automation_id=listener.automation_id,
        hook_id=listener.hook_id,
        endpoint_id=None if endpoint is None else endpoint.id,
        event_id=event.id,
        event_type=type,
        record_id=event.record_id,
        origin=event.origin,
        hop=event.hop,
        body=body,
        order_seq=event.seq if endpoint is not None and endpoint.ordered else None,
        form=None if endpoint is None else lane_form(endpoint),
        bulk=asked,
    )


def batches(starts: Sequence[Start]) -> Iterator[Sequence[Start]]:
    """Yield ``starts`` in pieces that fit in a batch each."""
    at = 0
    while at < len(starts):
        end, size = at, 0
        while end < len(starts) and end - at < STARTS_AT_ONCE and (end == at or size < BYTES_AT_ONCE):
            size += len(starts[end].body)
            end += 1
        yield starts[at:end]
        at = end


def cut(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yield ``items`` in pieces of ``size``."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def _let_pass(type: str, source: str, declared: tuple[DeclaredField, ...], data: Mapping[str, Any]) -> bool:
    try:
        return passes(compile_filter(type, source, declared), {"data": data})
    except BadFilter:
        return False  # it is told of where all who listen are looked at


def _unread(listener: Listener, types: Collection[str], declared: tuple[DeclaredField, ...]) -> Unread | None:
    """Return what is wrong with a listener's filter, if anything: a field that it names is no longer declared."""
    if not listener.filter:
        return None
    try:
        for type in listener.types:
            if type in types:
                compile_filter(type, listener.filter, declared)
    except BadFilter as error:
        return Unread(listener.id, listener.hook_id is not None, error.message)
    return None


def _of_automation(automation: Automation, endpoint: Endpoint | None) -> Listener:
    delivers = automation.run_by is RunBy.MAKE
    types = (automation.trigger.type,)
    return Listener(
        automation.id, types, automation.filter, automation_id=automation.id, endpoint=endpoint if delivers else None
    )


def _startable(listener: Listener, automations: Sequence[Automation]) -> bool:
    if listener.endpoint is not None:
        return listener.endpoint.state is EndpointState.ACTIVE
    return any(one.id == listener.id and one.run_by is RunBy.NATIVE for one in automations)
