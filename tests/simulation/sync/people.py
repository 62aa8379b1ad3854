"""What people do, on both sides: type, clear, make, delete, restore, merge, convert."""

from __future__ import annotations

from leadbridge.sync.core.values import Side, Value
from tests.simulation.sync.kinds import KINDS, token_of
from tests.simulation.sync.vendor import Row, address
from tests.simulation.sync.world import STANDING, Issued, Item, Rec, World

MOST = 7
"""Records on each side."""
TYPED = tuple(kind for kind in KINDS if kind.name != "tier")


def act(w: World) -> None:
    """One person does one thing."""
    chance = w.rng.random()
    if chance < 0.44:
        type_here(w)
    elif chance < 0.88:
        type_there(w)
    elif chance < 0.91:
        make_here(w)
    elif chance < 0.94:
        make_there(w)
    elif chance < 0.954:
        delete_there(w)
    elif chance < 0.966:
        delete_here(w)
    elif chance < 0.978:
        restore_there(w)
    elif chance < 0.985:
        merge(w)
    elif chance < 0.995:
        convert(w)
    else:
        w.approve()


def _value(w: World, side: Side, name: str, record: str, person: int) -> Value:
    kind = next(kind for kind in KINDS if kind.name == name)
    token = w.token(name, side, record, person)
    return kind.ours(token) if side is Side.OURS else kind.crm(token)


def type_here(w: World) -> None:
    """A person sets a field of ours."""
    live = [rec for rec in w.ours.values() if not rec.deleted and not _ended(w, rec.id)]
    if not live:
        return make_here(w)
    rec, name = w.rng.choice(live), w.rng.choice(TYPED).name
    if w.hot is not None and w.rng.random() < 0.35:
        link = w.link_of(w.hot[0])
        if link is not None and w.ours[link.record_id] in live:
            rec, name = w.ours[link.record_id], w.hot[1]
    w.hot = (rec.id, name)
    old = rec.values.get(name)
    w.truth.superseded.add(token_of(old))
    blank = w.rng.random() < 0.06 and name != "email"
    value = None if blank else _value(w, Side.OURS, name, rec.id, rec.person)
    _set_here(w, rec, name, value)
    return None


def _set_here(w: World, rec: Rec, name: str, value: Value) -> None:
    rec.values = {**rec.values, name: value}
    rec.changed = {**rec.changed, name: w.now}
    rec.rev += 1
    w.truth.causes += 1
    w.queue.append(Item(Side.OURS, rec.id))


def our_automation(w: World) -> None:
    """Our own side's automation that fights the CRM's over the tier."""
    for rec in w.ours.values():
        if rec.values.get("tier") == "tb" and not rec.deleted:
            _set_here(w, rec, "tier", "ta")


def type_there(w: World, often: float = 0.35) -> None:
    """A person sets a field of the CRM's; ``often`` it is the counterpart of what was typed last."""
    live = [row for row in w.vendor.rows.values() if row.lives]
    if not live:
        return
    row, name = w.rng.choice(live), w.rng.choice(TYPED).name
    if w.hot is not None and w.rng.random() < often:
        link = w.links.get(w.hot[0])
        if link is not None and link.crm_id is not None and w.vendor.rows[link.crm_id] in live:
            row, name = w.vendor.rows[link.crm_id], w.hot[1]
    w.hot = (row.id, name)
    if name == "email" and not w.vendor.own_key:
        return
    w.truth.superseded.add(token_of(row.values.get(f"crm_{name}")))
    blank = w.rng.random() < 0.06 and name != "email"
    value = None if blank else _value(w, Side.THEIRS, name, row.id, row.person)
    w.truth.causes += 1
    w.vendor.set(row, {f"crm_{name}": value}, w.now, by_us=False)


def make_here(w: World) -> None:
    """A person makes a record here, sometimes of somebody the CRM knows."""
    if len(w.ours) >= MOST:
        return
    rid = f"o{len(w.ours)}"
    known = [row for row in w.vendor.rows.values() if row.lives and row.values.get("crm_email")]
    if known and w.rng.random() < 0.2:
        row = w.rng.choice(known)
        person = row.person
        values: dict[str, Value] = {"email": str(row.values["crm_email"]).upper()}
    else:
        person = w.person()
        values = {}
        if w.rng.random() < 0.85:
            values["email"] = _value(w, Side.OURS, "email", rid, person)
    for name in ("name", "phone", "stage", "notes"):
        values[name] = _value(w, Side.OURS, name, rid, person)
    if w.fighter:
        values["tier"] = "ta"
    w.ours[rid] = Rec(rid, person, values, dict.fromkeys(values, w.now))
    w.truth.causes += 2
    w.queue.append(Item(Side.OURS, rid))


def make_there(w: World) -> None:
    """A person makes a record at the CRM, sometimes of somebody we know."""
    if len(w.vendor.rows) >= MOST:
        return
    id = f"c{len(w.vendor.rows)}"
    taken = {address(row) for row in w.vendor.rows.values() if row.lives}
    known = [rec for rec in w.ours.values() if not rec.deleted and rec.values.get("email")]
    known = [rec for rec in known if str(rec.values["email"]).lower() not in taken or not w.profile.unique_email]
    if known and w.rng.random() < 0.3:
        rec = w.rng.choice(known)
        person = rec.person
        values: dict[str, Value] = {"crm_email": str(rec.values["email"]).lower()}
    else:
        person = w.person()
        values = {"crm_email": _value(w, Side.THEIRS, "email", id, person)} if w.rng.random() < 0.8 else {}
    for name in ("name", "phone", "due"):
        values[f"crm_{name}"] = _value(w, Side.THEIRS, name, id, person)
    w.truth.causes += 2
    w.vendor.add(person, values, w.now, by_us=False)


def _seen(w: World, row: Row) -> None:
    w.truth.superseded.update(token_of(value) for value in row.values.values())
    _unfindable(w, row)


def _known(w: World) -> list[Row]:
    """Return living records, but for those that we made and have not heard of yet.

    What is deleted, merged or converted before the answer to its create was stored is made again: nothing can tell.
    """
    return [r for r in w.vendor.rows.values() if r.lives and (r.origin is None or w.link_of(r.id) is not None)]


def delete_there(w: World) -> None:
    """A person deletes a record of the CRM's."""
    live = _known(w)
    if not live:
        return
    row = w.rng.choice(live)
    _seen(w, row)
    w.truth.causes += 2
    link = w.link_of(row.id)
    if link is not None and link.state in STANDING:
        w.truth.deleted_there.add(row.id)
    w.vendor.delete(row, w.now, by_person=True)


def delete_here(w: World) -> None:
    """A person deletes a record of ours."""
    live = [rec for rec in w.ours.values() if not rec.deleted]
    if not live:
        return
    unlinked = [rec for rec in live if _ended(w, rec.id)]
    rec = w.rng.choice(unlinked if unlinked and w.rng.random() < 0.5 else live)
    w.truth.superseded.update(token_of(value) for value in rec.values.values())
    rec.deleted = True
    rec.rev += 1
    w.truth.causes += 2
    w.queue.append(Item(Side.OURS, rec.id))


def restore_there(w: World) -> None:
    """A person takes a record out of the CRM's bin."""
    gone = [row for row in w.vendor.rows.values() if row.deleted and row.by_person]
    if not gone:
        return
    row = w.rng.choice(gone)
    w.truth.deleted_there.discard(row.id)
    w.truth.causes += 2
    w.vendor.restore(row, w.now)


def merge(w: World) -> None:
    """A person merges two of the CRM's records."""
    live = _known(w)
    if len(live) < 2:
        return
    loser, winner = w.rng.sample(live, 2)
    _unfindable(w, loser)
    was, now = loser.person, winner.person
    everybody: list[Issued | Rec | Row] = [*w.truth.issued.values(), *w.ours.values(), *w.vendor.rows.values()]
    for one in everybody:
        if one.person == was:
            one.person = now
    w.truth.causes += 4
    w.vendor.merge(loser, winner, w.now)


def _unfindable(w: World, row: Row) -> None:
    """Count as blind what writes of ours went over in a record whose history nobody can read any more."""
    last: dict[str, Value] = {}
    for name, past in row.past:
        if past.by_us and name in last:
            w.truth.blind.add(token_of(last[name]))
        last.pop(name, None) if past.by_us else last.update({name: past.value})


def erase(w: World, person: int) -> None:
    """Somebody is erased on both sides: here every document that is about the person goes, there the records."""
    for row in w.vendor.rows.values():
        if row.person == person and row.lives:
            w.vendor.delete(row, w.now, by_person=True)
    ids = {rec.id for rec in w.ours.values() if rec.person == person}
    crm = {row.id for row in w.vendor.rows.values() if row.person == person}
    for id in ids:
        w.ours[id] = Rec(id, person, {}, {}, w.ours[id].rev + 1, deleted=True)
        w.links.pop(id, None)
    w.effects = [one for one in w.effects if one.record_id not in ids]
    w.held_effects = {one for one in w.held_effects if one.record_id not in ids}
    w.held = [item for item in w.held if item.id not in ids | crm]
    w.queue = [item for item in w.queue if item.id not in ids | crm]
    w.later = [one for one in w.later if one[1].id not in ids | crm]


def convert(w: World) -> None:
    """A person converts a lead."""
    live = _known(w)
    if not live or not w.profile.converts or len(w.vendor.rows) >= MOST + 3:
        return
    row = w.rng.choice(live)
    w.truth.causes += 2
    w.vendor.convert(row, w.now)


def _ended(w: World, rid: str) -> bool:
    link = w.links.get(rid)
    return link is not None and link.state not in STANDING
