"""What Zoho can do beyond what every CRM must: owners, references between records, notifications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import SecretStr

from leadbridge.crm.model import Owner, Pair, Write
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import pieces
from leadbridge.crm.zoho import answers, describing, reading, requests, watching
from leadbridge.crm.zoho import writes as rows
from leadbridge.kit.errors import InvalidInput

REFERENCES = {
    ("Contacts", "Accounts"): "Account_Name",
    ("Deals", "Accounts"): "Account_Name",
    ("Deals", "Contacts"): "Contact_Name",
}
"""The field by which a record of one module belongs to one of another; a record has one such partner."""


class Extras:
    """The optional protocols of ``crm.capabilities`` that Zoho has."""

    async def owners(self, session: Session) -> tuple[Owner, ...]:
        """Return every user, active ones first. Raises ``CallFailed``."""
        found: list[Owner] = []
        page = 1
        while True:
            body = answers.ensure(await session.call(requests.users(session.app, page)), 200)
            found += [describing.owner(raw) for raw in answers.rows(body, "users") if raw.get("id")]
            if not answers.more(body):
                return tuple(sorted(found, key=lambda one: not one.active))
            page += 1

    async def associate(self, session: Session, source: str, target: str, pairs: Sequence[Pair]) -> dict[Pair, str]:
        """Let records refer to others, and return a fault's text for each pair that Zoho refused.

        A record refers to one of the other module at a time: the last pair of a source holds.
        """
        field = _reference(source, target)
        by_source = {pair.source: pair for pair in pairs}
        refused: dict[Pair, str] = {}
        for part in pieces(list(by_source.values()), rows.BATCH):
            writes = [Write(pair.source, {field: pair.target}, pair.source) for pair in part]
            for pair, outcome in zip(part, await rows.write(session, source, writes), strict=True):
                if outcome.fault is not None:
                    refused[pair] = outcome.fault.message
        return refused

    async def associated(
        self, session: Session, source: str, target: str, ids: Sequence[str]
    ) -> dict[str, tuple[Pair, ...]]:
        """Return by record the one that it refers to, if any. Raises ``CallFailed``."""
        field = _reference(source, target)
        found = await reading.by_ids(session, source, ids, [field])
        there = {id: record.values.get(field) for id, record in found.items()}
        return {id: (Pair(id, other, primary=True),) if (other := there.get(id)) else () for id in ids}

    async def watch(self, session: Session, address: str, secret: SecretStr) -> datetime:
        """Order notifications to ``address``, or renew them, and return when to do so again."""
        return await watching.watch(session, address, secret)

    async def unwatch(self, session: Session, address: str) -> None:
        """End the notifications to ``address``; none is no error."""
        await watching.unwatch(session, address)


def _reference(source: str, target: str) -> str:
    field = REFERENCES.get((source, target))
    if field is None:
        raise InvalidInput(f"At Zoho no standard field of {source[:40]} refers to {target[:40]}.")
    return field
