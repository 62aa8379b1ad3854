"""Deleting at Salesforce, as a person does: into the recycle bin."""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.crm.errors import CallFailed
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import pieces
from leadbridge.crm.salesforce import answers, errors, requests, unconfirmed
from leadbridge.crm.salesforce.writes import BATCH

GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID"})
"""What a record that is not there is refused with; deleting it is done."""


async def delete(session: Session, ids: Sequence[str]) -> None:
    """Put any number of records into the recycle bin; raises ``CallFailed`` where one cannot be."""
    for part in pieces(list(dict.fromkeys(ids)), BATCH):
        left: Sequence[str] = part
        for attempt in range(unconfirmed.LOCKED_TRIES + 1):
            body = answers.ensure(await session.call(requests.delete(session.app, left)), 200)
            locked: list[str] = []
            for id, one in zip(left, answers.outcomes(body, len(left)), strict=True):
                if one is None:
                    raise CallFailed(answers.NO_OUTCOME)
                told = [error for error in one.get("errors") or [] if isinstance(error, dict)]
                if one.get("success") is True or any(errors.code_of(error) in GONE for error in told):
                    continue
                if not any(errors.is_locked(error) for error in told) or attempt == unconfirmed.LOCKED_TRIES:
                    raise CallFailed(errors.explain_error(told[0], 400) if told else answers.NO_OUTCOME)
                locked.append(id)
            if not locked:
                break
            left = locked
            await session.pause(unconfirmed.LOCKED_SECONDS * 2**attempt)
