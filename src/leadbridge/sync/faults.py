"""Reasons of our own for not writing a record, in the same form as a vendor's refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadbridge.crm.errors import Fault
from leadbridge.sync.core.values import Entry

RECORD_GONE = Fault(
    code="crm_record_gone",
    message="The CRM no longer has the record that this lead is linked to.",
    cause="The record was deleted in the CRM after it was linked.",
    hint="Restore it in the CRM and sync again. A record that was deleted there is never created again by itself.",
    retryable=True,
)
UNANSWERED_CREATE = Fault(
    code="unanswered_create",
    message="An earlier attempt to create this lead in the CRM got no answer, and it cannot be looked up safely.",
    cause="The lead has no e-mail address, and the CRM has no unique field for our id, so creating it again could "
    "double it.",
    hint="Look for the lead in the CRM by hand; allow the connection to make its own unique field to avoid this.",
    retryable=False,
)
SECONDARY_EMAIL = Fault(
    code="secondary_email",
    message="The lead's e-mail address is a secondary address of another person in the CRM.",
    cause="The CRM finds a contact under each of its addresses, and this contact's first address differs.",
    hint="Decide in the CRM whose address it is, then sync the lead again.",
    retryable=True,
)
SEVERAL_MATCH = Fault(
    code="several_match",
    message="Several records in the CRM match this lead.",
    cause="They share what records are found by, such as the e-mail address.",
    hint="Merge them in the CRM, or correct one, then sync again.",
    retryable=True,
)
STALE_READ = Fault(
    code="stale_read",
    message="The CRM showed an older state of the record than it had shown before.",
    cause="The CRM's servers had not all caught up with its last change.",
    hint="Sync the lead again in a moment.",
    retryable=True,
)
OUTCOME_UNKNOWN = Fault(
    code="outcome_unknown",
    message="The CRM did not answer, so it is not known whether the lead was written.",
    cause="The connection to the CRM broke, or the answer took too long.",
    hint="Sync the lead again: it is looked up first, so it is not doubled.",
    retryable=True,
)


CANCELLED = Fault(
    code="run_cancelled",
    message="The run was cancelled before this lead was synced.",
    cause="Somebody of the company cancelled it.",
    hint="Sync the lead again where it is wanted after all.",
    retryable=True,
)
DUPLICATE = Fault(
    code="duplicate_in_request",
    message="This lead stands in the request more than once.",
    cause="The same id was sent twice, or both the lead's id and its external id were sent.",
    hint="Nothing needs to be done: the lead was synced once.",
    retryable=False,
)
AMBIGUOUS = Fault(
    code="ambiguous_id",
    message="The id is the external id of one lead and the id of another.",
    cause="The host application gave a lead an external id that is also an id of this hub.",
    hint="Send the other lead's external id, or change the external id.",
    retryable=False,
)
UNKNOWN_LEAD = Fault(
    code="lead_not_found",
    message="There is no lead with this id or external id.",
    cause="The lead was never created here, or belongs to another company.",
    hint="Create the lead first (POST /api/v1/leads), or check the id.",
    retryable=False,
)


def already_linked(other: str) -> Fault:
    """Return the fault of a lead whose match in the CRM belongs to another lead of ours, ``other``."""
    return Fault(
        code="already_linked",
        message=f"The CRM record that matches this lead is already linked to the lead {other}.",
        cause="Two leads have the same e-mail address; one CRM record cannot follow both.",
        hint="Merge the two leads or correct one's address, then sync again.",
        retryable=True,
    )


def awaited_create(other: str) -> Fault:
    """Return the fault of a lead whose match in the CRM may be what another lead of ours, ``other``, was created as."""
    return Fault(
        code="awaited_create",
        message=f"The CRM record that matches this lead may be the one that was just created for the lead {other}.",
        cause="Two leads have the same e-mail address, and the answer to the other's creation never came.",
        hint=f"Sync the lead {other} first: it is looked up, and takes the record if it is its own; then this one.",
        retryable=True,
    )


def unseen_create(until: datetime) -> Fault:
    """Return the fault of a lead whose unanswered create the CRM's search may not show before ``until``."""
    return Fault(
        code="unseen_create",
        message="An earlier attempt to create this lead in the CRM got no answer, and may still come to light.",
        cause="The CRM's search shows a new record only after a while; creating it again before could double it.",
        hint=f"Sync the lead again after {until:%H:%M:%S} UTC: it is looked up first.",
        retryable=True,
    )


def undecided(fields: Sequence[str], entries: Sequence[Entry]) -> Fault:
    """Return the fault of a lead of which nothing was written because ``fields`` differ and must stay so."""
    told = [f"{entry.f.removeprefix('=')}: {entry.why}" for entry in entries if entry.f and entry.why]
    return Fault(
        code="undecided",
        message=f"The lead and its record in the CRM differ, and both were left as they are: {', '.join(fields)}.",
        cause="; ".join(told) or "It was told before, and neither value has changed since.",
        hint="Make both the same on either side, or change the rule of the field.",
        retryable=True,
    )
