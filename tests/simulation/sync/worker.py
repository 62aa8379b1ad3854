"""The shell around the core, step by step: it may be killed or paused at every ``yield``."""

from __future__ import annotations

from collections.abc import Generator

from msgspec.structs import replace

from leadbridge.sync.core.births import create_here, create_there
from leadbridge.sync.core.ends import deleted_here, deleted_there, moved
from leadbridge.sync.core.landing import landed, may_send, refused
from leadbridge.sync.core.matching import (
    OWN_KEY,
    Create,
    CreateSafety,
    Hit,
    LinkTo,
    Wait,
    made_for,
    match_here,
    match_there,
    stands_for,
)
from leadbridge.sync.core.plans import Act, Plan, Word
from leadbridge.sync.core.record import reconcile
from leadbridge.sync.core.values import Absent, Entry, Link, LinkState, Moved, Present, Read, Side, Value
from tests.simulation.sync.vendor import Conflict, Invalid, NotThere
from tests.simulation.sync.world import STANDING, Broken, Item, Rec, World

Steps = Generator[str, None, None]
TURNS = 6


def work(w: World, item: Item, fence: int) -> Steps:
    """Look at one record."""
    if item.side is Side.OURS:
        link = w.links.get(item.id)
        if link is None or link.crm_id is None:
            yield from _create(w, item, fence)
        elif link.state in STANDING:
            yield from _linked(w, item, link.record_id, None, fence)
    else:
        link = w.link_of(item.id)
        if link is None:
            yield from _adopt(w, item, fence)
        else:
            yield from _linked(w, item, link.record_id, item.body, fence)


def _plan(w: World, link: Link, rec: Rec, read: Read) -> Plan:
    ours = w.as_ours(rec)
    if isinstance(read, Moved):
        other = w.link_of(read.into)
        if other is not None and other.state not in STANDING:
            other = None
        return moved(link, read, ours, other, w.as_ours(w.ours[other.record_id]) if other is not None else None)
    if isinstance(read, Absent):
        return deleted_there(link, ours, read, w.stream)
    if rec.deleted and link.state in STANDING:
        return deleted_here(link, ours, read, w.stream, w.now, w.intent_id())
    return reconcile(link, ours, read, w.stream, w.now, w.intent_id())


def _linked(w: World, item: Item, rid: str, body: Read | None, fence: int, claim: str | None = None) -> Steps:
    read, confirmed = body, False
    for _ in range(TURNS):
        before, rec = w.links.get(rid), w.ours[rid]
        rev = rec.rev
        link = before if before is not None else Link(record_id=rid)
        if claim is not None and link.crm_id is None:
            link = replace(link, crm_id=claim)
        if link.crm_id is None:
            return
        stored = read is not None
        if read is None:
            read = w.vendor.read(link.crm_id, confirmed=confirmed, history=link.intent is not None)
            yield "read"
        plan = _plan(w, link, rec, read)
        w.words.append(plan.word)
        if plan.act is Act.DROP:
            return
        calls = bool(plan.sent) or plan.delete_theirs
        if plan.act is Act.READ_BY_ID or (stored and (calls or link.intent is not None)):
            read, confirmed = None, True
            continue
        ledgers = w.admitted(plan, item)
        if ledgers is None:
            return
        if isinstance(read, Present) and not read.current:
            raise Broken("3 provenance", f"{rid} was decided on values of a webhook or a search, not read by id")
        w.commit(fence, before, plan, rec, rev, read if isinstance(read, Present) else None, ledgers)
        if isinstance(read, Moved):
            w.requeue(Item(Side.THEIRS, read.into))  # in the same batch: the old id leads nowhere any more
            return
        yield "stored"
        if calls and isinstance(read, Present):
            yield from _call(w, item, plan, rec, read, fence)
        return
    w.requeue(item)


def _call(w: World, item: Item, plan: Plan, rec: Rec, read: Present, fence: int) -> Steps:
    """Write what a stored intent announced."""
    if w.profile.guard == "reread":
        row = w.vendor.live(read.id)
        if row is None or row.version != read.version:
            w.requeue(item)
            return
        w.nudge = True
        yield "looked again"
    if w.fence != fence:
        return  # the lease is over: another worker has the record
    if plan.link.intent is None or not may_send(plan.link.intent, w.now):
        w.requeue(item)
        return
    fate = w.rng.random() if w.faults else 1.0
    if fate < 0.04:
        w.requeue(item)  # it never arrived
        return
    if plan.sent:
        w.hot, w.nudge = (rec.id, plan.sent[0].f), True
    yield "in flight"
    late = w.fence != fence
    answer: Read
    try:
        if plan.delete_theirs:
            w.vendor.remove(read.id, read, w.now, late=late)
            w.requeue(item)
            return
        answer = w.vendor.write(read.id, plan.sent, read, w.now, must_exist=plan.must_exist, late=late)
    except (Conflict, NotThere):
        w.requeue(item)
        return
    except Invalid as error:
        one = next(one for one in plan.sent if one.f == error.field)
        w.words.append(Word.FAILED)
        entry = Entry("refused", one.f, one.ours, read.values.get(f"crm_{one.f}"), "not an option", (one.ours,))
        link = refused(plan.link, entry, w.stream.pairs, read)
        w.commit(fence, plan.link, Plan(Act.APPLY, link, Word.FAILED, entries=(entry,)), None, 0)
        w.requeue(item)
        return
    finally:
        w.overwritten()
    yield from _store_answer(w, item, plan.link, answer, fence, lost=fate < 0.10)


def _store_answer(w: World, item: Item, link: Link, answer: Read, fence: int, *, lost: bool) -> Steps:
    w.nudge = not w.profile.exact
    yield "answered"
    if lost:
        w.requeue(item)  # it arrived, and its answer did not
        return
    if not w.profile.exact and isinstance(answer, Present):
        answer = w.vendor.read(answer.id)
        yield "read back"
    if not isinstance(answer, Present):
        w.requeue(item)
        return
    result = landed(link, answer, w.stream.pairs, exact=w.profile.exact)
    w.commit(fence, link, Plan(Act.APPLY, result.link, Word.UPDATED, entries=result.entries), None, 0)
    if result.again or any(entry.code == "not_kept" for entry in result.entries):
        w.requeue(item)


def _emails(w: World, link: Link | None, rec: Rec) -> list[Value]:
    """Return the addresses to look for: that of an unanswered create first."""
    sent = [one.ours for one in link.intent.sent if one.f == "email"] if link and link.intent else []
    return [value for value in dict.fromkeys([*sent, rec.values.get("email")]) if value is not None]


def _stands(w: World, emails: list[Value], id: str) -> bool:
    read = w.vendor.read(id)
    return isinstance(read, Present) and any(stands_for(w.pairs["email"], email, read) for email in emails)


def _awaiting(w: World, id: str) -> tuple[str, ...]:
    read = w.vendor.read(id)
    if not isinstance(read, Present):
        return ()
    makers = made_for(w.pairs["email"], read, w.links.values())
    return tuple(id for id in makers if not w.ours[id].deleted)  # what was deleted here is not made again


def _create(w: World, item: Item, fence: int) -> Steps:
    rid = item.id
    before, rec = w.links.get(rid), w.ours[rid]
    if rec.deleted and before is None:
        return
    hits: list[Hit] = []
    asked = w.now
    if w.vendor.own_key and (id := w.vendor.by_key(rid)) is not None:
        hits.append(Hit(OWN_KEY, id))
    emails = _emails(w, before, rec)
    if not hits:
        hits = [Hit("email", id) for email in emails for id in w.vendor.search(email, w.now)]
    if hits and hits[0].by == "email" and not _stands(w, emails, hits[0].id):
        w.reviews.add(rid)  # somebody's further address
        return
    yield "looked up"
    claimed = {link.crm_id: link.record_id for link in w.links.values() if link.crm_id and link.state in STANDING}
    match = match_there(
        rid,
        before,
        hits,
        claimed,
        safety=CreateSafety.OWN_KEY if w.vendor.own_key else w.profile.safety,
        match_keys=("email",),
        lag=w.profile.lag,
        now=asked,
        awaiting=_awaiting(w, hits[0].id) if hits else (),
    )
    if isinstance(match, LinkTo):
        yield from _linked(w, item, rid, None, fence, match.id)
    elif isinstance(match, Wait):
        w.later.append((match.until, item))
    elif isinstance(match, Create):
        plan = create_there(w.as_ours(rec), w.stream, w.now, w.intent_id())
        if plan.act is Act.APPLY:
            w.commit(fence, before, plan, rec, rec.rev)
            yield "stored"
            yield from _call_create(w, item, plan, rec, fence)
    else:
        w.reviews.add(rid)


def _call_create(w: World, item: Item, plan: Plan, rec: Rec, fence: int) -> Steps:
    if w.fence != fence:
        return
    if plan.link.intent is None or not may_send(plan.link.intent, w.now):
        w.requeue(item)
        return
    fate = w.rng.random() if w.faults else 1.0
    if fate < 0.04:
        w.requeue(item)
        return
    if w.vendor.own_key:
        yield "in flight"
    late = w.fence != fence
    try:
        answer = w.vendor.create(rec.person, rec.id, plan.sent, w.now, late=late)
    except Conflict as conflict:
        holder = w.link_of(conflict.id or "")
        taken = holder is not None and holder.state in STANDING and holder.record_id != rec.id
        others = [id for id in _awaiting(w, conflict.id or "") if id != rec.id]
        if taken or others or not _stands(w, [rec.values.get("email")], conflict.id or ""):
            w.reviews.add(rec.id)
        else:
            yield from _linked(w, item, rec.id, None, fence, conflict.id)
        return
    finally:
        w.overwritten()
    yield from _store_answer(w, item, plan.link, answer, fence, lost=fate < 0.10)


def _adopt(w: World, item: Item, fence: int) -> Steps:
    read = w.vendor.read(item.id)
    yield "read"
    if not isinstance(read, Present):
        return
    email, key = read.values.get("crm_email"), w.vendor.rows[item.id].own_key
    pair = w.pairs["email"]
    hits: list[Hit] = []
    for rec in w.ours.values():
        link = w.links.get(rec.id)
        mails = _emails(w, link, rec)
        known = not rec.deleted or (link is not None and link.state is LinkState.CREATING)
        if email is not None and known and any(pair.equal(mail, email) for mail in mails):
            hits.append(Hit("email", rec.id))
    match = match_here(item.id, w.link_of(item.id), key if key in w.ours else None, hits, w.links)
    if isinstance(match, LinkTo):
        yield from _linked(w, item, match.id, None, fence, item.id)
    elif isinstance(match, Create):
        rid = f"o{len(w.ours)}"
        plan = create_here(rid, read, w.stream)
        if plan.act is Act.APPLY:
            made = Rec(rid, w.vendor.rows[item.id].person, dict(plan.ours), dict.fromkeys(plan.ours, w.now))
            w.commit(fence, None, plan, None, 0)
            w.ours[rid] = made
            w.truth.our_writes += 1
            w.queue.append(Item(Side.OURS, rid))
    else:
        w.reviews.add(item.id)
