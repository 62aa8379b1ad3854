"""The invariants, each with its name: what must hold whatever happened."""

from __future__ import annotations

from collections import Counter

from leadbridge.sync.core.values import Link, LinkState, Rule, Side, Value
from tests.simulation.sync.kinds import token_of
from tests.simulation.sync.world import LIMITS, STANDING, Broken, World

STAGING_MS = 1_200_000
"""A change is counted when it is staged and done at most so much later."""


def check(w: World) -> None:
    """Check everything that holds once the system is quiet; raises Broken."""
    agreement(w)
    provenance(w)
    no_lost_edit(w)
    no_duplicates(w)
    no_resurrection(w)
    survivors(w)
    guarded(w)
    caused(w)


def agreement(w: World) -> None:
    """2: per active link and field, both sides equal their bases and mean the same; or the difference is told."""
    for link in w.links.values():
        if link.state is not LinkState.ACTIVE or link.crm_id is None:
            continue
        rec, row = w.ours[link.record_id], w.vendor.live(link.crm_id)
        if row is None or rec.deleted:
            continue  # what becomes of those, 7 and 8 tell
        if not w.within(rec.values):
            raise Broken("the filter holds", f"{rec.id} is outside and still synced")
        if link.intent is not None:
            raise Broken("2 agreement", f"{rec.id} has an open intent after quiet")
        for pair in w.stream.pairs:
            if pair.rule is Rule.OFF:
                continue
            ours, theirs = rec.values.get(pair.name), row.values.get(pair.theirs)
            base, noted = link.bases.get(pair.name), link.noted.get(pair.name)
            told = noted is not None and (noted.ours, noted.theirs) == (ours, theirs)
            if told:
                continue
            if (ours, theirs) != ((base.ours, base.theirs) if base is not None else (None, None)):
                raise Broken("2 agreement", f"{rec.id}.{pair.name}: {ours!r}, {theirs!r} differ from {base}")
            transformed = w.profile.exact and token_of(ours) in w.truth.logged
            if not pair.equal(ours, theirs) and not transformed:
                raise Broken("2 agreement", f"{rec.id}.{pair.name}: {ours!r} is not {theirs!r}, and nobody was told")


def provenance(w: World) -> None:
    """3: every value is a person's, a default, or a transform of one, of the same field and person."""

    def came_from(name: str, person: int, value: Value) -> None:
        token = token_of(value)
        if value is None or value in ("ta", "tb"):
            return
        issued = w.truth.issued.get(token)
        fields = (name, "name") if name == "region" else (name,)
        if issued is None or issued.f not in fields or issued.person != person:
            raise Broken("3 provenance", f"{name} of person {person} holds {value!r}, which came from {issued}")

    for rec in w.ours.values():
        for name, value in rec.values.items():
            came_from(name, rec.person, value)
    for row in w.vendor.rows.values():
        for theirs, value in row.values.items():
            came_from(theirs.removeprefix("crm_"), row.person, value)


def no_lost_edit(w: World) -> None:
    """4: every edit is on both sides, or was replaced by somebody who saw it, or is named, or fell in the window."""
    truth = w.truth
    done = truth.superseded | truth.blind | truth.logged | w.vendor.gone_over
    by_crm = {link.crm_id: link for link in w.links.values() if link.state in STANDING}
    for token, issued in truth.issued.items():
        if token in done:
            continue
        pair = w.pairs[issued.f]
        link = w.links.get(issued.record) if issued.side is Side.OURS else _by_row(w, issued.record, by_crm)
        here = w.ours[issued.record] if issued.side is Side.OURS else None
        there = w.vendor.rows[_survivor(w, issued.record)] if issued.side is Side.THEIRS else None
        if link is not None and link.state is LinkState.ACTIVE and pair.rule is not Rule.OFF:
            here = w.ours[link.record_id]
            there = w.vendor.live(link.crm_id or "")
        shown = [
            *([token_of(here.values.get(issued.f))] if here is not None else []),
            *([token_of(there.values.get(pair.theirs))] if there is not None else []),
        ]
        if here is not None and here.deleted and issued.side is Side.OURS:
            if pair.rule is Rule.OFF:
                continue  # a field that is not synced goes into the bin with its record
            rows = [row for row in w.vendor.rows.values() if row.lives and row.person == issued.person]
            if any(token_of(row.values.get(pair.theirs)) == token for row in rows):
                continue  # its record was merged there, without a word of where to, and the survivor has the value
            raise Broken("4 no lost edit", f"{issued} ({token}) was deleted with its record and never named")
        row = w.vendor.rows[issued.record] if issued.side is Side.THEIRS else None
        if row is not None and row.deleted and not row.by_person and pair.rule is not Rule.OFF:
            raise Broken("4 no lost edit", f"{issued} ({token}) was deleted with its record by us and never named")
        if any(one != token for one in shown):
            raise Broken("4 no lost edit", f"{issued} ({token}) is gone; the sides show {shown}")


def kept_tokens(w: World) -> set[int]:
    """Return the number of every edit that the hub still holds anything of: records, links, what can be undone."""
    values: list[Value] = [value for rec in w.ours.values() for value in rec.values.values()]
    for link in w.links.values():
        for base in link.bases.values():
            values += [base.ours, base.theirs]
        for noted in link.noted.values():
            values += [noted.ours, noted.theirs]
        for sent in link.intent.sent if link.intent is not None else ():
            values += [sent.ours, sent.sent]
        values += [one.value for one in link.wrote]
    for effect in (*w.effects, *w.held_effects):
        values += [effect.before, effect.after] if effect.f else []  # a delete names a record and no value
    for _, item in w.hints:
        values += item.body.values.values() if item.body is not None else ()
    return {token_of(value) for value in values} - {-1}


def tenants_apart(one: World, other: World) -> None:
    """11: nothing of one tenant's people is with another tenant, here or in its CRM."""
    for mine, theirs in ((one, other), (other, one)):
        shown = {token_of(value) for row in mine.vendor.rows.values() for value in row.values.values()}
        if strange := (kept_tokens(mine) | shown) & set(theirs.truth.issued):
            raise Broken("11 tenants are apart", f"one tenant holds the other's {sorted(strange)[:5]}")


def erased(w: World, person: int) -> None:
    """17: nothing that an erased person typed, or that was typed about the person, is left here."""
    tokens = {token for token, issued in w.truth.issued.items() if issued.person == person}
    if left := kept_tokens(w) & tokens:
        raise Broken("17 an erased person is nowhere", f"of person {person} is left: {sorted(left)[:5]}")


def _survivor(w: World, id: str) -> str:
    into = w.vendor.rows[id].into
    return _survivor(w, into) if into is not None else id


def _by_row(w: World, id: str, by_crm: dict[str | None, Link]) -> Link | None:
    return by_crm.get(_survivor(w, id))


def no_duplicates(w: World) -> None:
    """5: one living record of theirs for each of ours that was made there, one standing link each way."""
    made = Counter(row.origin for row in w.vendor.rows.values() if row.lives and row.origin is not None)
    for origin, number in made.items():
        if number > 1:
            raise Broken("5 no duplicates", f"{number} records were made for {origin}")
    linked = Counter(link.crm_id for link in w.links.values() if link.state in STANDING and link.crm_id is not None)
    for id, number in linked.items():
        if number > 1:
            raise Broken("5 no duplicates", f"{id} has {number} links")


def no_resurrection(w: World) -> None:
    """7: what a person deleted is not there again unless a person restored it."""
    for id in w.truth.deleted_there:
        if not w.vendor.rows[id].deleted:
            raise Broken("7 no resurrection", f"{id} was deleted by a person and is back")
    for row in w.vendor.rows.values():
        if row.lives and row.origin is not None:
            earlier = [r.id for r in w.vendor.rows.values() if r.origin == row.origin and r.id in w.truth.deleted_there]
            if earlier:
                raise Broken("7 no resurrection", f"{row.id} was made in place of {earlier}")


def survivors(w: World) -> None:
    """8: no standing link names a record that was merged, converted or deleted."""
    for link in w.links.values():
        if link.state in (LinkState.ACTIVE, LinkState.PARKED) and link.crm_id is not None:
            row = w.vendor.rows[link.crm_id]
            if row.into is not None or (row.deleted and not w.held):
                raise Broken("8 merges and conversions end on the survivor", f"{link.record_id} follows {row.id}")
        if link.state is LinkState.REDIRECT and (link.redirect_to is None or link.redirect_to not in w.links):
            raise Broken("8 merges and conversions end on the survivor", f"{link.record_id} leads nowhere")


def guarded(w: World) -> None:
    """13: in no hour more was taken away than the limit, but for what a person approved."""
    for side in Side:
        for harm, limit in LIMITS.hour.items():
            times = sorted(at for at, s, h in w.truth.harm if (s, h) == (side, harm))
            window = 3_600_000 - STAGING_MS
            for first, last in zip(times, times[limit:], strict=False):
                if last - first < window:
                    raise Broken(
                        "13 no guard limit passed", f"more than {limit} of {harm} on {side} within {window} ms"
                    )


def caused(w: World) -> None:
    """6: there are no more writes than edits, automations and repetitions account for."""
    causes = w.truth.causes + w.vendor.fired + sum(w.truth.codes.values())
    for name, number in (("theirs", w.vendor.api_writes), ("ours", w.truth.our_writes)):
        if number > causes + 3:
            raise Broken("6 every write has a cause", f"{number} writes to {name}, {causes} causes")
