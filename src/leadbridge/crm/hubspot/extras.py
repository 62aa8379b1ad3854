"""What HubSpot can do beyond what every CRM must: owners, pipelines, associations, history, merging."""

from __future__ import annotations

from collections.abc import Sequence

from leadbridge.crm.hubspot import answers, describing, errors, requests, unconfirmed
from leadbridge.crm.hubspot.defaults import ASSOCIATION_TYPES
from leadbridge.crm.model import Owner, Pair, Pipeline, RemoteRecord, Version
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import pieces


class Extras:
    """The optional protocols of ``crm.capabilities`` that HubSpot has."""

    async def owners(self, session: Session) -> tuple[Owner, ...]:
        """Return every owner, active ones first."""
        found: list[Owner] = []
        for archived in (False, True):
            after: str | None = None
            while True:
                request = requests.owners(session.app, after, archived=archived)
                body = answers.ensure(await session.call(request), 200)
                found += [describing.owner(raw) for raw in body.get("results") or []]
                after = answers.next_page(body)
                if after is None:
                    break
        return tuple(found)

    async def pipelines(self, session: Session, object: str) -> tuple[Pipeline, ...]:
        """Return the object's pipelines, stages in order."""
        body = answers.ensure(await session.call(requests.pipelines(session.app, object)), 200)
        return tuple(describing.pipeline(raw) for raw in body.get("results") or [])

    async def associate(self, session: Session, source: str, target: str, pairs: Sequence[Pair]) -> dict[Pair, str]:
        """Associate records and return what could not be, with the reason. Repeating it does no harm."""
        plain, primary = ASSOCIATION_TYPES[source, target]
        refused: dict[Pair, str] = {}
        for part in pieces(pairs, requests.ASSOCIATE_BATCH):
            inputs = [
                (pair.source, pair.target, (primary, plain) if pair.primary and primary is not None else (plain,))
                for pair in part
            ]
            response = await session.call(requests.associate(session.app, source, target, inputs))
            body = answers.ensure(response, 200, 201, 207)
            for error in body.get("errors") or []:
                named = {str(id) for ids in (error.get("context") or {}).values() for id in ids}
                for pair in part:
                    if named & {pair.source, pair.target}:
                        refused[pair] = errors.explain_error(error, 400).message
        return refused

    async def associated(
        self, session: Session, source: str, target: str, ids: Sequence[str]
    ) -> dict[str, tuple[Pair, ...]]:
        """Return what each record is associated with; one without any has an empty entry."""
        _, primary = ASSOCIATION_TYPES[source, target]
        found: dict[str, list[Pair]] = {id: [] for id in ids}
        for part in pieces(ids, requests.ASSOCIATED_BATCH):
            asked, after = list(part), dict[str, str]()
            while asked:
                request = requests.associated(session.app, source, target, asked, after)
                body = answers.ensure(await session.call(request), 200, 207)
                after = {}
                for raw in body.get("results") or []:
                    one = str(raw["from"]["id"])
                    for other in raw.get("to") or []:
                        types = {kind.get("typeId") for kind in other.get("associationTypes") or []}
                        found.setdefault(one, []).append(Pair(one, str(other["toObjectId"]), primary in types))
                    if (place := answers.next_page(raw)) is not None:
                        after[one] = place
                asked = list(after)
        return {one: tuple(pairs) for one, pairs in found.items()}

    async def history(
        self, session: Session, object: str, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, dict[str, tuple[Version, ...]]]:
        """Return earlier values, newest first; a record that is gone is left out."""
        found: dict[str, dict[str, tuple[Version, ...]]] = {}
        for part in pieces(ids, unconfirmed.HISTORY_BATCH):
            request = requests.history(session.app, object, part, fields)
            body = answers.ensure(await session.call(request), 200, 207)
            found |= {str(raw["id"]): describing.versions(raw) for raw in body.get("results") or []}
        return found

    async def merge(self, session: Session, object: str, winner: str, loser: str) -> RemoteRecord:
        """Merge one record into another and return the survivor, which in newer accounts has a new id."""
        return answers.record(
            answers.ensure(await session.call(requests.merge(session.app, object, winner, loser)), 200)
        )
