"""Links as they are stored, and as the core sees them: the same, in a form that every store keeps."""

from __future__ import annotations

import msgspec

from leadbridge.sync.core import values as core
from leadbridge.sync.core.values import Base, LinkState, Noted
from leadbridge.sync.model import FieldBase, FieldNoted, Link, ours_key, theirs_key

STANDING = (LinkState.CREATING, LinkState.ACTIVE, LinkState.PARKED)
"""The states in which a CRM's record is taken: it belongs to this link's record of ours alone."""


def fresh(id: str, company_id: str, connection_id: str, object: str, kind: str, record_id: str) -> Link:
    """Return a link for a record that has none yet; it is stored with its first intent or its first match."""
    return Link(
        id=id,
        company_id=company_id,
        subjects=(record_id,),
        connection_id=connection_id,
        object=object,
        kind=kind,
        record_id=record_id,
        state=LinkState.CREATING,
        ours_key=ours_key(connection_id, object, record_id),
    )


def seen(link: Link) -> core.Link:
    """Return a stored link as the core sees it."""
    return core.Link(
        record_id=link.record_id,
        state=link.state,
        object=link.object,
        crm_id=link.crm_id,
        bases={base.f: Base(base.ours, base.theirs) for base in link.fields},
        version=link.read_version,
        modified=link.modified,
        intent=link.intent,
        noted={one.f: Noted(one.ours, one.theirs, one.since, one.blocked) for one in link.noted},
        frozen=link.frozen,
        wrote=link.wrote,
        redirect_to=link.redirect_to,
        gone_by=link.gone_by,
        carried=link.carried,
    )


def stored(link: Link, now: core.Link) -> Link:
    """Return ``link`` as it is stored once the core decided that it is ``now``."""
    taken = now.crm_id is not None and now.state in STANDING
    return msgspec.structs.replace(
        link,
        crm_id=now.crm_id,
        state=now.state,
        theirs_key=theirs_key(link.connection_id, link.object, now.crm_id or "") if taken else None,
        fields=tuple(FieldBase(f=f, ours=base.ours, theirs=base.theirs) for f, base in now.bases.items()),
        read_version=now.version,
        modified=now.modified,
        intent=now.intent,
        noted=tuple(
            FieldNoted(f=f, ours=one.ours, theirs=one.theirs, since=one.since, blocked=one.blocked)
            for f, one in now.noted.items()
        ),
        frozen=now.frozen,
        wrote=now.wrote,
        redirect_to=now.redirect_to,
        gone_by=now.gone_by,
        carried=now.carried,
    )
