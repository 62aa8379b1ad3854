"""The Dynamics adapter: requests built here, answers read here, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.dynamics import answers, describing, errors, ownkey, places, requests, watching, webhooks
from leadbridge.crm.dynamics import changes as changing
from leadbridge.crm.dynamics import writes as rows
from leadbridge.crm.dynamics.defaults import (
    CAPABILITIES,
    GUARANTEES,
    LEADS,
    OBJECTS,
    OPTIONAL_SCOPES,
    PACE,
    REQUIRED_SCOPES,
)
from leadbridge.crm.dynamics.tables import TABLES, Table
from leadbridge.crm.dynamics.values import GUID
from leadbridge.crm.model import (
    Account,
    Budget,
    Capability,
    ChangePage,
    Check,
    Delivery,
    FieldInfo,
    Grant,
    Hint,
    Option,
    Owner,
    RemoteRecord,
    Write,
    Written,
)
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import pieces
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest, HttpResponse

MERGES_FOLLOWED = 8
"""How many merges in a row are followed: a survivor may have been merged itself."""


class Dynamics:
    """Dynamics 365 through an app registration, as the person who consented."""

    id = "dynamics"
    name = "Microsoft Dynamics 365"
    guarantees = GUARANTEES
    required_scopes: tuple[str, ...] = REQUIRED_SCOPES
    optional_scopes: tuple[str, ...] = OPTIONAL_SCOPES
    defaults = LEADS
    objects: tuple[str, ...] = OBJECTS
    write_batch = rows.BATCH
    unwritten: frozenset[int] = frozenset({423})
    correlation_header = "x-ms-service-request-id"
    token_scheme = "Bearer"  # noqa: S105  # the name of a scheme
    pace = PACE

    def locate(self, app: App, options: Mapping[str, str]) -> App:
        return places.locate(app, options)

    def landed(self, app: App, query: Mapping[str, str]) -> App:
        return app  # the organisation was named at the beginning

    def origins(self, app: App) -> tuple[str, ...]:
        return (origin_of(app.api_url),)

    def authorize_url(self, app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
        return requests.authorize_url(app, redirect_uri=redirect_uri, state=state, challenge=challenge)

    def exchange_request(self, app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
        return requests.exchange(app, code=code, redirect_uri=redirect_uri, verifier=verifier)

    def refresh_request(self, app: App, refresh_token: SecretStr) -> HttpRequest:
        return requests.refresh(app, refresh_token)

    def revoke_request(self, app: App, refresh_token: SecretStr) -> HttpRequest | None:
        return None  # Microsoft has no way to end one app's grant; ending all sessions of a person would be too much

    def read_grant(self, app: App, response: HttpResponse) -> Grant:
        return answers.grant(response)

    def token_ended(self, response: HttpResponse) -> bool:
        return response.status == 401

    def budget(self, response: HttpResponse) -> Budget:
        return answers.budget(response)

    def capabilities(self, scopes: Sequence[str]) -> tuple[Capability, ...]:
        missing = {name: [one for one in needed if one not in scopes] for name, needed in CAPABILITIES.items()}
        return tuple(
            Capability(
                name, not lacking, f"Not granted: {', '.join(lacking)}. Connect again to approve it." if lacking else ""
            )
            for name, lacking in missing.items()
        )

    async def identify(self, session: Session, access_token: SecretStr) -> Account:
        who = answers.ensure(await session.call(requests.who_am_i(session.app)), 200)
        user = await session.call(requests.user(session.app, str(who.get("UserId"))))
        organization = await session.call(requests.organization(session.app, str(who.get("OrganizationId"))))
        # names are for people: a role that may not read them connects all the same
        return answers.account(session.app, who, errors.body_of(user), errors.body_of(organization))

    async def prepare(self, session: Session) -> Check:
        return await ownkey.prepare(session, TABLES[LEADS.object])

    async def check(self, session: Session) -> list[Check]:
        found: list[Check] = []
        for table in TABLES.values():
            response = await session.call(requests.list_one(session.app, table))
            fault = None if response.status == 200 else errors.explain(response)
            message = f"{table.set} can be read." if fault is None else fault.message
            found.append(Check(f"{table.name}: read", fault is None, message, "" if fault is None else fault.hint))
            if fault is None:
                found.append(await self._tracked(session, table))
        return found

    async def _tracked(self, session: Session, table: Table) -> Check:
        """Tell how changes are found; either way works, so this is never a failure."""
        response = await session.call(requests.tracked(session.app, table, (table.key,), size=1))
        name = f"{table.name}: changes"
        if response.status == 200:
            return Check(name, True, f"Changes and deletions of {table.set} are tracked.")
        return Check(
            name,
            True,
            f"Changes of {table.set} are found by their time only, and deletions are not seen. "
            f"{errors.explain(response).message}",
            "Let the table track changes, and give the person a role that reads it in the whole organisation.",
        )

    async def read(
        self, session: Session, object: str, by: str | None, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, RemoteRecord]:
        table = _table(object)
        field = by or table.key
        wanted = [key for key in keys if key and (by is not None or GUID.fullmatch(key))]
        if not wanted:
            return {}
        found = await self._found(session, table, field, wanted, fields)
        return await self._survivors(session, table, found, fields)

    async def _survivors(
        self, session: Session, table: Table, found: dict[str, RemoteRecord], fields: Sequence[str]
    ) -> dict[str, RemoteRecord]:
        """Put the survivor in the place of each merged record, which stays as a closed one that names it."""
        for _ in range(MERGES_FOLLOWED):
            masters = {key: str(one.values[answers.MASTER]) for key, one in found.items() if _merged(one)}
            if not masters:
                break
            there = await self._found(session, table, table.key, tuple(dict.fromkeys(masters.values())), fields)
            there = {key: there[master] for key, master in masters.items() if master in there}
            if not there:  # the survivors were deleted: the closed records are what is left
                break
            found = found | there
        return found

    async def _found(
        self, session: Session, table: Table, field: str, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, RemoteRecord]:
        select = (table.key, field, answers.MODIFIED, *changing.selected(table), *fields)
        response = await session.call(requests.find(session.app, table, field, keys, select))
        return answers.by_keys(table, answers.rows(answers.ensure(response, 200)), field, keys)

    async def write(self, session: Session, object: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.write(session, _table(object), writes)

    async def upsert(self, session: Session, object: str, by: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.upsert(session, _table(object), by, writes)

    async def delete(self, session: Session, object: str, ids: Sequence[str]) -> None:
        for part in pieces(ids, self.write_batch):
            await rows.delete(session, _table(object), part)

    async def describe(self, session: Session, object: str) -> tuple[FieldInfo, ...]:
        table, app = _table(object), session.app
        columns = answers.rows(answers.ensure(await session.call(requests.attributes(app, table)), 200))
        options: dict[str, tuple[Option, ...]] = {}
        for cast in (*describing.CHOICES, describing.MANY):
            body = answers.ensure(await session.call(requests.choices(app, table, cast)), 200)
            options |= {str(one["LogicalName"]): describing.options(one) for one in answers.rows(body)}
        days = answers.rows(answers.ensure(await session.call(requests.dates(app, table)), 200))
        whole = frozenset(str(one["LogicalName"]) for one in days if describing.whole_day(one))
        unique = await ownkey.active(session, table)
        return tuple(
            describing.field(table, raw, options, whole, unique) for raw in columns if describing.shown(table, raw)
        )

    async def changes(self, session: Session, object: str, cursor: str | None, now: datetime) -> ChangePage:
        table, walk = _table(object), changing.walk_of(cursor)
        if walk.link is not None:
            request = requests.follow(walk.link, requests.TRACK if walk.way == "tracked" else requests.PAGED)
        elif walk.way == "tracked":
            request = requests.tracked(session.app, table, changing.selected(table))
        else:
            moment, walk = changing.next_since(walk, now)
            request = requests.since(session.app, table, moment, changing.selected(table))
        response = await session.call(request)
        other = changing.beginning_again(walk, response)
        if other is not None:
            return ChangePage((), other.cursor(), more=True)
        return changing.page(table, walk, answers.ensure(response, 200), now)

    async def gone(self, session: Session, object: str, cursor: str | None) -> ChangePage:
        """As ``changes``, of deletions alone: what was deleted before the first walk ended is not told."""
        table, walk = _table(object), changing.walk_of(cursor)
        if walk.way == "polled":
            # without change tracking deletions are not told; the next walk asks whether it is allowed by now
            return ChangePage((), changing.Walk("tracked").cursor(), more=False)
        request = (
            requests.tracked(session.app, table, (table.key,))
            if walk.link is None
            else requests.follow(walk.link, requests.TRACK)
        )
        response = await session.call(request)
        other = changing.beginning_again(walk, response)
        if other is not None:
            return ChangePage((), other.cursor(), more=True)
        body = answers.ensure(response, 200)
        going_on = changing.page(table, walk, body, answers.EPOCH)
        return ChangePage(changing.deletions(body), going_on.cursor, going_on.more)

    def read_webhook(self, app: App, delivery: Delivery) -> tuple[Hint, ...]:
        webhooks.verify(delivery)
        return webhooks.hints(delivery)

    async def watch(self, session: Session, address: str, secret: SecretStr) -> datetime:
        return await watching.watch(session, address, secret)

    async def unwatch(self, session: Session, address: str) -> None:
        await watching.unwatch(session, address)

    async def owners(self, session: Session) -> tuple[Owner, ...]:
        """Return every user who can own records; disabled ones too."""
        found: list[Owner] = []
        request: HttpRequest | None = requests.users(session.app)
        while request is not None:
            body = answers.ensure(await session.call(request), 200)
            found += [answers.owner(raw) for raw in answers.rows(body)]
            link = body.get(changing.NEXT)
            request = requests.follow(str(link), requests.PAGED) if link else None
        return tuple(found)


def _table(object: str) -> Table:
    table = TABLES.get(object)
    if table is None:
        raise InvalidInput(f"Dynamics has no table {object[:60]!r} here.", hint=f"Choose one of {', '.join(OBJECTS)}.")
    return table


def _merged(record: RemoteRecord) -> bool:
    return record.values.get(answers.MERGED) == "true" and bool(record.values.get(answers.MASTER))
