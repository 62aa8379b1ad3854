"""The HubSpot adapter: requests built here, answers read here, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from leadbridge.crm.app import App, no_options
from leadbridge.crm.hubspot import answers, describing, errors, requests, webhooks
from leadbridge.crm.hubspot import changes as changing
from leadbridge.crm.hubspot import writes as rows
from leadbridge.crm.hubspot.defaults import (
    ACCOUNTS,
    CAPABILITIES,
    DEALS,
    GUARANTEES,
    LEADS,
    MODIFIED,
    OBJECTS,
    OPTIONAL_SCOPES,
    OWNERS_SCOPE,
    REQUIRED_SCOPES,
    SCHEMA_WRITE_SCOPES,
)
from leadbridge.crm.hubspot.extras import Extras
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
    ObjectDefaults,
    Pace,
    RemoteRecord,
    Write,
    Written,
)
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import pieces
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest, HttpResponse

IDENTIFYING = (answers.MERGED_IDS, answers.SECONDARY_EMAILS, "email")
"""Properties that every read asks for, so that a record can be recognised under the key it was asked by."""


SEARCH_PACE = Pace(calls=4, seconds=1, name="search")
"""HubSpot allows five searches a second for each account, whoever asks; their answers do not tell what is left."""


class HubSpot(Extras):
    """HubSpot through an OAuth app."""

    id = "hubspot"
    name = "HubSpot"
    guarantees = GUARANTEES
    required_scopes: tuple[str, ...] = REQUIRED_SCOPES
    optional_scopes: tuple[str, ...] = OPTIONAL_SCOPES
    defaults = LEADS
    more_defaults: tuple[ObjectDefaults, ...] = (ACCOUNTS, DEALS)
    objects = OBJECTS
    write_batch = rows.BATCH
    unwritten = frozenset({423})
    correlation_header = "x-hubspot-correlation-id"
    token_scheme = "Bearer"  # noqa: S105  # the name of a scheme
    # HubSpot allows an OAuth app 110 calls in 10 s for each account; two are left for calls that bunch on their way.
    pace = Pace(calls=108, seconds=10, remaining_header="x-hubspot-ratelimit-remaining")

    def origins(self, app: App) -> tuple[str, ...]:
        return (origin_of(app.api_url),)

    def locate(self, app: App, options: Mapping[str, str]) -> App:
        no_options(self.name, options)
        return app

    def landed(self, app: App, query: Mapping[str, str]) -> App:
        return app

    def authorize_url(self, app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
        return requests.authorize_url(app, redirect_uri=redirect_uri, state=state, challenge=challenge)

    def exchange_request(self, app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
        return requests.exchange(app, code=code, redirect_uri=redirect_uri, verifier=verifier)

    def refresh_request(self, app: App, refresh_token: SecretStr) -> HttpRequest:
        return requests.refresh(app, refresh_token)

    def revoke_request(self, app: App, refresh_token: SecretStr) -> HttpRequest | None:
        return requests.revoke(app, refresh_token)

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
        token = answers.ensure(await session.call(requests.introspect(session.app, access_token)), 200)
        details = answers.ensure(await session.call(requests.account_details(session.app)), 200)
        owner: dict[str, object] = {}
        if OWNERS_SCOPE in session.scopes and token.get("user"):
            response = await session.call(requests.owners_by_email(session.app, str(token["user"])))
            found = errors.body_of(response).get("results") if response.status == 200 else None
            owner = found[0] if found else {}
        return answers.account(token, details, owner)

    async def prepare(self, session: Session) -> Check:
        return await self.prepare_own_key(session, LEADS.object)

    async def prepare_own_key(self, session: Session, object: str) -> Check:
        """Make an object's unique property for our ids where that is allowed; tell whether it is there."""
        name = "own key" if object == LEADS.object else f"own key of {object}"
        there = Check(name, True, f"HubSpot's {object} have the unique property {LEADS.own_key}.")
        response = await session.call(requests.read_property(session.app, object, LEADS.own_key))
        if response.status == 200:
            if errors.body_of(response).get("hasUniqueValue"):
                return there
            return Check(
                name,
                False,
                f"HubSpot's {object} have a property {LEADS.own_key}, but it is not unique.",
                "Delete that property in HubSpot and connect again; a property can be made unique only when created.",
            )
        if (scope := SCHEMA_WRITE_SCOPES[object]) not in session.scopes:
            return Check(
                name,
                False,
                f"The property {LEADS.own_key} cannot be made: the permission {scope} was not granted.",
                "Connect again and approve it; without it a record that has no other key cannot be found again safely.",
            )
        created = await session.call(requests.create_own_key(session.app, object))
        if created.status in (201, 409):  # 409: another process made it at the same moment
            return there
        fault = errors.explain(created)
        return Check(name, False, fault.message, fault.hint)

    async def check(self, session: Session) -> list[Check]:
        response = await session.call(requests.list_one(session.app, LEADS.object))
        fault = None if response.status == 200 else errors.explain(response)
        readable = Check(
            f"{LEADS.object}: read",
            fault is None,
            "Contacts can be read." if fault is None else fault.message,
            "" if fault is None else fault.hint,
        )
        granted = [_granted(session, scope) for scope in REQUIRED_SCOPES if scope.startswith("crm.")]
        return [readable, *granted, _quota(response)]

    async def read(
        self, session: Session, object: str, by: str | None, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, RemoteRecord]:
        asked = list(dict.fromkeys((*fields, *IDENTIFYING)))
        response = await session.call(requests.batch_read(session.app, object, by, keys, asked))
        body = answers.ensure(response, 200, 207)
        return answers.by_keys(body.get("results") or [], by, keys)

    async def write(self, session: Session, object: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.write(session, object, writes)

    async def upsert(self, session: Session, object: str, by: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.upsert(session, object, by, writes)

    async def delete(self, session: Session, object: str, ids: Sequence[str]) -> None:
        for part in pieces(ids, self.write_batch):
            answers.ensure(await session.call(requests.batch_archive(session.app, object, part)), 204)

    async def describe(self, session: Session, object: str) -> tuple[FieldInfo, ...]:
        body = answers.ensure(await session.call(requests.properties(session.app, object)), 200)
        return tuple(describing.field(raw) for raw in body.get("results") or [])

    async def changes(self, session: Session, object: str, cursor: str | None, now: datetime) -> ChangePage:
        walk = changing.walk_of(cursor, now)
        filters, sort = changing.question(object, walk)
        fields = (MODIFIED[object], answers.MERGED_IDS)
        response = await session.call(requests.search(session.app, object, filters, sort, fields), SEARCH_PACE)
        return changing.page(object, walk, answers.ensure(response, 200).get("results") or [])

    async def gone(self, session: Session, object: str, cursor: str | None) -> ChangePage:
        body = answers.ensure(await session.call(requests.list_archived(session.app, object, cursor or None)), 200)
        after = answers.next_page(body)
        found = tuple(changing.archived(raw) for raw in body.get("results") or [])
        return ChangePage(found, after or "", more=after is not None)

    def read_webhook(self, app: App, delivery: Delivery) -> tuple[Hint, ...]:
        webhooks.verify(app.client_secret, delivery)
        return webhooks.hints(delivery.body)


def _granted(session: Session, scope: str) -> Check:
    """Tell from the grant whether a permission is there; writing something to find out would leave it behind."""
    if scope in session.scopes:
        return Check(scope, True, "The permission was granted.")
    return Check(scope, False, f"The permission {scope} was not granted.", "Connect HubSpot again and approve it.")


def _quota(response: HttpResponse) -> Check:
    remaining, limit = (response.headers.get(f"x-hubspot-ratelimit-{name}") for name in ("remaining", "max"))
    if remaining is None or limit is None:
        return Check("quota", True, "HubSpot told no limit.")
    return Check("quota", int(remaining) > 0, f"{remaining} of {limit} calls are left in this 10 seconds.")
