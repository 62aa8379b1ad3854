"""The Zoho adapter: requests built here, answers read here, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import SecretStr

from leadbridge.crm.app import App
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
    RemoteRecord,
    Write,
    Written,
)
from leadbridge.crm.provider import Session
from leadbridge.crm.rows import pieces
from leadbridge.crm.zoho import answers, describing, errors, grants, places, reading, requests, webhooks
from leadbridge.crm.zoho import changes as changing
from leadbridge.crm.zoho import writes as rows
from leadbridge.crm.zoho.defaults import (
    CAPABILITIES,
    FIELDS_CREATE,
    GUARANTEES,
    LAYOUTS_SCOPE,
    LEADS,
    OBJECTS,
    OPTIONAL_SCOPES,
    OWN_KEY_LABEL,
    PACE,
    REQUIRED_SCOPES,
    granted,
)
from leadbridge.crm.zoho.extras import Extras
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest, HttpResponse


class Zoho(Extras):
    """Zoho CRM through an OAuth app, in any of its data centres."""

    id = "zoho"
    name = "Zoho"
    guarantees = GUARANTEES
    required_scopes: tuple[str, ...] = REQUIRED_SCOPES
    optional_scopes: tuple[str, ...] = OPTIONAL_SCOPES
    defaults = LEADS
    objects: tuple[str, ...] = OBJECTS
    write_batch = rows.BATCH
    unwritten: frozenset[int] = frozenset({423})
    correlation_header = ""
    token_scheme = "Zoho-oauthtoken"  # noqa: S105  # the name of a scheme
    pace = PACE

    def origins(self, app: App) -> tuple[str, ...]:
        return tuple(dict.fromkeys((origin_of(app.api_url), origin_of(app.login_url))))

    def locate(self, app: App, options: Mapping[str, str]) -> App:
        return places.locate(app, options)

    def landed(self, app: App, query: Mapping[str, str]) -> App:
        return places.landed(app, query)

    def authorize_url(self, app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
        return requests.authorize_url(app, redirect_uri=redirect_uri, state=state, challenge=challenge)

    def exchange_request(self, app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
        return requests.exchange(app, code=code, redirect_uri=redirect_uri, verifier=verifier)

    def refresh_request(self, app: App, refresh_token: SecretStr) -> HttpRequest:
        return requests.refresh(app, refresh_token)

    def revoke_request(self, app: App, refresh_token: SecretStr) -> HttpRequest | None:
        return requests.revoke(app, refresh_token)

    def read_grant(self, app: App, response: HttpResponse) -> Grant:
        grant = grants.read(response)
        named = errors.body_of(response).get("api_domain")
        if not isinstance(named, str) or not named:
            return grant
        origin = places.api_origin(app, named)
        if origin is None:
            raise grants.foreign_api(named)
        return replace(grant, api_url=origin)

    def token_ended(self, response: HttpResponse) -> bool:
        return response.status == 401 and errors.code_of(response) in {*errors.TOKEN_CODES, ""}

    def budget(self, response: HttpResponse) -> Budget:
        return answers.budget(response)

    def capabilities(self, scopes: Sequence[str]) -> tuple[Capability, ...]:
        missing = {name: [one for one in needed if not granted(one, scopes)] for name, needed in CAPABILITIES.items()}
        return tuple(
            Capability(
                name, not lacking, f"Not granted: {', '.join(lacking)}. Connect again to approve it." if lacking else ""
            )
            for name, lacking in missing.items()
        )

    async def identify(self, session: Session, access_token: SecretStr) -> Account:
        user = answers.ensure(await session.call(requests.current_user(session.app)), 200)
        organisation = answers.ensure(await session.call(requests.organisation(session.app)), 200)
        return answers.account(
            answers.first(user, "users"), answers.first(organisation, "org"), places.location(session.app)
        )

    async def prepare(self, session: Session) -> Check:
        name, module = "own key", LEADS.object
        there = describing.own_key(await self._fields(session, module))
        if there is None and granted(FIELDS_CREATE, session.scopes):
            made = await session.call(requests.create_own_key(session.app, module))
            there = describing.own_key(await self._fields(session, module))  # another process may have made it
            if there is None:
                fault = errors.explain(made)
                return Check(name, False, fault.message, fault.hint)
        by_hand = (
            f'Make a field of the type "Single Line" named "{OWN_KEY_LABEL}" in Zoho\'s leads, tick "Do not allow '
            'duplicate values", and test the connection.'
        )
        if there is None:
            return Check(
                name, False, f"The field {OWN_KEY_LABEL} cannot be made: {FIELDS_CREATE} was not granted.", by_hand
            )
        if there.get("api_name") != LEADS.own_key:
            wrong = f"The field {OWN_KEY_LABEL} has the API name {there.get('api_name')} instead of {LEADS.own_key}."
            return Check(name, False, wrong, "Change it in Zoho: Setup, Developer Space, APIs, API names.")
        if not there.get("unique"):
            return Check(name, False, f"Zoho's leads have a field {LEADS.own_key}, but it is not unique.", by_hand)
        return Check(name, True, f"Zoho's leads have the unique field {LEADS.own_key}.")

    async def check(self, session: Session) -> list[Check]:
        found: list[Check] = []
        left: int | None = None
        for module in OBJECTS:
            response = await session.call(requests.list_one(session.app, module))
            fault = None if response.status in (200, *answers.EMPTY) else errors.explain(response)
            message = f"{module} can be read." if fault is None else fault.message
            found.append(Check(f"{module}: read", fault is None, message, "" if fault is None else fault.hint))
            left = answers.budget(response).day_left if left is None else left
        found += [_granted(session, scope) for scope in REQUIRED_SCOPES]
        told = "Less than half of the day's API credits are used." if left is None else f"{left} API credits are left."
        return [*found, Check("quota", left is None or left > 0, told)]

    async def read(
        self, session: Session, object: str, by: str | None, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, RemoteRecord]:
        if by is None:
            return await reading.by_ids(session, object, keys, fields)
        return await reading.by_field(session, object, by, keys, fields)

    async def write(self, session: Session, object: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.write(session, object, writes)

    async def upsert(self, session: Session, object: str, by: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.upsert(session, object, by, writes)

    async def delete(self, session: Session, object: str, ids: Sequence[str]) -> None:
        for part in pieces(ids, self.write_batch):
            await rows.delete(session, object, part)

    async def describe(self, session: Session, object: str) -> tuple[FieldInfo, ...]:
        found = await self._fields(session, object)
        needed: frozenset[str] = frozenset()
        if granted(LAYOUTS_SCOPE, session.scopes):
            body = answers.ensure(await session.call(requests.layouts(session.app, object)), 200)
            needed = describing.required(answers.rows(body, "layouts"))
        return tuple(describing.field(raw, object, needed) for raw in found if raw.get("api_name"))

    async def changes(self, session: Session, object: str, cursor: str | None, now: datetime) -> ChangePage:
        walk = changing.walk_of(cursor, now)
        response = await session.call(requests.changed(session.app, object, walk.asked, walk.token))
        if walk.token is not None and errors.code_of(response) in changing.TOKEN_LOST:
            return changing.again(walk)
        return changing.page(walk, answers.ensure(response, 200))

    async def gone(self, session: Session, object: str, cursor: str | None) -> ChangePage:
        walk = changing.deletions_of(cursor)
        request = requests.deleted(session.app, object, walk.asked, walk.page, walk.token)
        return changing.deleted_page(walk, answers.ensure(await session.call(request), 200))

    def read_webhook(self, app: App, delivery: Delivery) -> tuple[Hint, ...]:
        return webhooks.read(delivery)

    async def _fields(self, session: Session, module: str) -> list[dict[str, object]]:
        body = answers.ensure(await session.call(requests.fields(session.app, module)), 200)
        return answers.rows(body, "fields")


def _granted(session: Session, scope: str) -> Check:
    """Tell from the grant whether a permission is there; writing something to find out would leave it behind."""
    if granted(scope, session.scopes):
        return Check(scope, True, "The permission was granted.")
    return Check(scope, False, f"The permission {scope} was not granted.", "Connect Zoho again and approve it.")
