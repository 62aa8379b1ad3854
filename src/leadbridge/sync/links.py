"""Links before and after a write, as pure functions: the same steps whether or not a process died between them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from leadbridge.crm.provider import ObjectDefaults, RemoteRecord
from leadbridge.kit.clock import to_millis
from leadbridge.sync.decide import RecordDecision
from leadbridge.sync.model import Intent, Link, LinkState, ours_key, theirs_key


def fresh(id: str, company_id: str, connection_id: str, defaults: ObjectDefaults, lead_id: str) -> Link:
    """Return a link for a lead that has none yet; it is stored with its first intent or its first match."""
    return Link(
        id=id,
        company_id=company_id,
        subjects=(lead_id,),
        connection_id=connection_id,
        object=defaults.object,
        kind=defaults.kind,
        record_id=lead_id,
        state=LinkState.CREATING,
        ours_key=ours_key(connection_id, defaults.object, lead_id),
    )


def intending(link: Link, intent_id: str, decision: RecordDecision, remote: RemoteRecord | None, now: datetime) -> Link:
    """Return the link with a write about to be made; with ``remote`` it is an update of that record."""
    intent = Intent(id=intent_id, sent=decision.sent, read_version=remote.version if remote else "", at=to_millis(now))
    return msgspec.structs.replace(_of(link, remote) if remote else link, intent=intent)


def left(link: Link, decision: RecordDecision, remote: RemoteRecord) -> Link:
    """Return the link after nothing had to be written."""
    return msgspec.structs.replace(_of(link, remote), fields=decision.bases, read_version=remote.version, intent=None)


def landed(link: Link, decision: RecordDecision, written: RemoteRecord) -> Link:
    """Return the link after a write that the CRM answered with ``written``."""
    return msgspec.structs.replace(
        _of(link, written), fields=decision.bases_after(written.values), read_version=written.version, intent=None
    )


def refused(link: Link) -> Link:
    """Return the link of an existing record after a write that the CRM refused."""
    return msgspec.structs.replace(link, intent=None)


def _of(link: Link, remote: RemoteRecord) -> Link:
    return msgspec.structs.replace(
        link,
        state=LinkState.ACTIVE,
        crm_id=remote.id,
        theirs_key=theirs_key(link.connection_id, link.object, remote.id),
    )
