"""The Salesforce adapter: requests built here, answers read here, nothing decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.crm.errors import CallFailed, Fault
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
    Pace,
    RemoteRecord,
    Write,
    Written,
)
from leadbridge.crm.provider import Session
from leadbridge.crm.salesforce import (
    answers,
    checking,
    deleting,
    describing,
    errors,
    hosts,
    own_key,
    reading,
    requests,
    webhooks,
)
from leadbridge.crm.salesforce import changes as changing
from leadbridge.crm.salesforce import writes as rows
from leadbridge.crm.salesforce.defaults import (
    CAPABILITIES,
    GUARANTEES,
    LEADS,
    OBJECTS,
    OPTIONAL_SCOPES,
    REQUIRED_SCOPES,
    granted,
)
from leadbridge.crm.salesforce.extras import Extras
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.origins import origin_of
from leadbridge.security.transport import HttpRequest, HttpResponse

AUTHORIZE = "/services/oauth2/authorize"
INACTIVE = Fault(
    code="token_unusable",
    message="Salesforce says that the access token it gave is not in force for this app.",
    cause="The app's policies, or those of the organisation, end the session at once.",
    hint="Check the policies of the External Client App in Setup, then connect again.",
    retryable=False,
)


class Salesforce(Extras):
    """Salesforce through an External Client App."""

    id = "salesforce"
    name = "Salesforce"
    guarantees = GUARANTEES
    required_scopes: tuple[str, ...] = REQUIRED_SCOPES
    optional_scopes: tuple[str, ...] = OPTIONAL_SCOPES
    defaults = LEADS
    objects = OBJECTS
    write_batch = rows.BATCH
    unwritten: frozenset[int] = frozenset()
    correlation_header = ""
    token_scheme = "Bearer"  # noqa: S105  # the name of a scheme
    # Salesforce counts calls by the day and long ones at once, not by the second; this keeps a burst from others.
    pace = Pace(calls=100, seconds=10)

    def origins(self, app: App) -> tuple[str, ...]:
        return tuple(dict.fromkeys((origin_of(app.api_url), origin_of(app.login_url))))

    def locate(self, app: App, options: Mapping[str, str]) -> App:
        if unknown := set(options) - {"environment", "myDomain"}:
            raise InvalidInput(
                f"Salesforce takes no {', '.join(sorted(unknown))}.",
                hint="Send 'environment' as production or sandbox, or the organisation's My Domain as 'myDomain'.",
            )
        if not options:
            return app
        here = origin_of(app.login_url)
        stand_ins = dict.fromkeys(hosts.LOGIN, here) if app.allows_sandbox(here) else None
        login = hosts.login_of(options.get("environment"), options.get("myDomain"), stand_ins=stand_ins)
        return app.at(login_url=login, authorize_url=f"{login}{AUTHORIZE}")

    def landed(self, app: App, query: Mapping[str, str]) -> App:
        return app  # the organisation's address comes with the tokens

    def authorize_url(self, app: App, *, redirect_uri: str, state: str, challenge: str) -> str:
        return requests.authorize_url(app, redirect_uri=redirect_uri, state=state, challenge=challenge)

    def exchange_request(self, app: App, *, code: str, redirect_uri: str, verifier: str) -> HttpRequest:
        return requests.exchange(app, code=code, redirect_uri=redirect_uri, verifier=verifier)

    def refresh_request(self, app: App, refresh_token: SecretStr) -> HttpRequest:
        return requests.refresh(app, refresh_token)

    def revoke_request(self, app: App, refresh_token: SecretStr) -> HttpRequest | None:
        return requests.revoke(app, refresh_token)

    def read_grant(self, app: App, response: HttpResponse) -> Grant:
        return answers.grant(response, app)

    def token_ended(self, response: HttpResponse) -> bool:
        return errors.token_ended(response)

    def budget(self, response: HttpResponse) -> Budget:
        return answers.budget(response)

    def capabilities(self, scopes: Sequence[str]) -> tuple[Capability, ...]:
        missing = {
            name: [one for one in needed if not granted(tuple(scopes), one)] for name, needed in CAPABILITIES.items()
        }
        return tuple(
            Capability(
                name, not lacking, f"Not granted: {', '.join(lacking)}. Connect again to approve it." if lacking else ""
            )
            for name, lacking in missing.items()
        )

    async def identify(self, session: Session, access_token: SecretStr) -> Account:
        info = answers.ensure(await session.call(requests.user_info(session.app)), 200)
        looked = await session.call(requests.introspect(session.app, access_token))
        told = errors.body_of(looked) if looked.status == 200 else {}
        if told.get("active") is False or told.get("client_id", session.app.client_id) != session.app.client_id:
            raise CallFailed(INACTIVE)
        found = answers.records(answers.ensure(await session.call(requests.organization(session.app)), 200))
        return answers.account(info, found[0] if found else {}, session.app.api_url)

    async def prepare(self, session: Session) -> Check:
        return await own_key.prepare(session)

    async def check(self, session: Session) -> list[Check]:
        return await checking.check(session)

    async def read(
        self, session: Session, object: str, by: str | None, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, RemoteRecord]:
        return await reading.read(session, object, by, keys, fields)

    async def write(self, session: Session, object: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.write(session, object, writes)

    async def upsert(self, session: Session, object: str, by: str, writes: Sequence[Write]) -> list[Written]:
        return await rows.upsert(session, object, by, writes)

    async def delete(self, session: Session, object: str, ids: Sequence[str]) -> None:
        await deleting.delete(session, ids)

    async def describe(self, session: Session, object: str) -> tuple[FieldInfo, ...]:
        body = answers.ensure(await session.call(requests.describe(session.app, object)), 200)
        kind = describing.default_record_type(body)
        if kind is None:
            return describing.fields(body)
        response = await session.call(requests.picklists(session.app, object, kind))
        allowed = describing.picklists(errors.body_of(response)) if response.status == 200 else None
        return describing.fields(body, allowed)

    async def changes(self, session: Session, object: str, cursor: str | None, now: datetime) -> ChangePage:
        return await changing.changes(session, object, cursor, now)

    async def gone(self, session: Session, object: str, cursor: str | None) -> ChangePage:
        return await changing.gone(session, object, cursor)

    def read_webhook(self, app: App, delivery: Delivery) -> tuple[Hint, ...]:
        webhooks.refuse(delivery)
