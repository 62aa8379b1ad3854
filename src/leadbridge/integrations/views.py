"""What answers show of a connection. Status is folded here and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadbridge.integrations.health import Condition, Stage, State, lasting, status_of
from leadbridge.integrations.model import AccountInfo, Connection, ConnectionHealth, ConnectionTokens, OwnKey
from leadbridge.integrations.sharing import Caution
from leadbridge.integrations.watching.standing import WebhooksView
from leadbridge.kit.document import Id, Seconds, Shape, Time

ACCOUNT_NAMES = {"hubspot": "portalId"}
"""What a vendor's own people call the account's id; shown under that name too."""


class TokensView(Shape):
    """Which tokens there are; never the tokens."""

    has_access_token: bool
    has_refresh_token: bool
    token_expiry: Seconds | None = None
    token_expiry_estimated: bool = False


class ReasonView(Shape):
    """Why a connection is not well."""

    code: str
    message: str
    hint: str = ""
    until: Time | None = None


class ConnectionView(Shape):
    """A connection as answers show it."""

    id: Id
    provider: str
    status: str
    status_reason: ReasonView | None = None
    syncing: bool = False
    primary: bool = False
    automatic_push: bool = False
    account_info: dict[str, Any]
    tokens: TokensView
    scopes: tuple[str, ...]
    origins: tuple[str, ...]
    """The only addresses that its token is sent to."""
    own_key: OwnKey | None = None
    workflows: bool = False
    """Whether its own rules at the CRM run on what is written."""
    day_share: int | None = None
    """Percent of the account's calls of a day at which background work stops, where it was set."""
    webhooks: WebhooksView | None = None
    """Of a CRM whose webhooks are ordered for each connection."""
    warnings: tuple[Caution, ...] = ()
    created_by: Id
    created_at: Time
    connected_at: Time | None = None
    disconnected_at: Time | None = None
    pending_until: Time | None = None


def state_of(connection: Connection, health: ConnectionHealth | None, now: datetime) -> State:
    """Return the state that a connection and its health make together."""
    condition = Condition.OK if health is None else lasting(health.condition, health.until, now)
    return State(connection.stage, connection.paused, condition)


def view(
    connection: Connection,
    health: ConnectionHealth | None,
    tokens: ConnectionTokens | None,
    now: datetime,
    *,
    primary: bool = False,
    syncing: bool = False,
    automatic_push: bool = False,
    caution: Caution | None = None,
    webhooks: WebhooksView | None = None,
) -> dict[str, Any]:
    """Return a connection as answers show it."""
    state = state_of(connection, health, now)
    shown = ConnectionView(
        id=connection.id,
        provider=connection.provider,
        status=status_of(state),
        status_reason=_reason(connection, health, state),
        syncing=syncing and state.stage is Stage.CONNECTED,
        primary=primary,
        automatic_push=automatic_push and state.stage is Stage.CONNECTED,
        account_info=account_info(connection.provider, connection.account),
        tokens=_tokens(connection, tokens),
        scopes=connection.scopes,
        origins=connection.origins,
        own_key=connection.own_key,
        workflows=connection.workflows,
        day_share=connection.day_share,
        webhooks=webhooks if state.stage is Stage.CONNECTED else None,
        warnings=() if caution is None else (caution,),
        created_by=connection.created_by,
        created_at=connection.created_at,
        connected_at=connection.connected_at,
        disconnected_at=connection.disconnected_at,
        pending_until=connection.pending_until if connection.stage is Stage.PENDING else None,
    )
    body = shown.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"_id": body.pop("id"), **body}


def caution_code(view: dict[str, Any]) -> str | None:
    """Return the code of what a connection's view warns of, or None."""
    return next((str(warning["code"]) for warning in view["warnings"]), None)


def account_info(provider: str, account: AccountInfo) -> dict[str, Any]:
    """Return whom a connection acts as."""
    shown: dict[str, Any] = {"accountName": account.name, "accountId": account.account_id}
    if account.email is not None:
        shown["accountEmail"] = account.email
    if account.url is not None:
        shown["accountUrl"] = account.url
    if provider in ACCOUNT_NAMES:
        shown[ACCOUNT_NAMES[provider]] = account.account_id
    return {**shown, "environment": account.environment}


def _tokens(connection: Connection, tokens: ConnectionTokens | None) -> TokensView:
    if tokens is None or connection.stage is Stage.DISCONNECTED:
        return TokensView(has_access_token=False, has_refresh_token=False)
    return TokensView(
        has_access_token=not tokens.gone,
        has_refresh_token=tokens.refresh is not None and not tokens.gone,
        token_expiry=tokens.expires_at,
        token_expiry_estimated=tokens.expiry_estimated,
    )


def _reason(connection: Connection, health: ConnectionHealth | None, state: State) -> ReasonView | None:
    if state.stage is Stage.PENDING:
        return ReasonView(
            code="confirmation_needed",
            message="The consent came from another browser than the one that began the connect.",
            hint="The user who began it sends POST /api/v1/crm-integration/oauth/complete with the handle.",
        )
    if state.stage is Stage.DISCONNECTED:
        return ReasonView(code="disconnected", message="The connection was ended.", hint="Connect again to go on.")
    if state.condition is not Condition.OK and health is not None:
        return ReasonView(
            code=health.code or state.condition.value,
            message=health.message or "The CRM reported a problem.",
            hint=health.hint or "",
            until=health.until,
        )
    if state.paused:
        return ReasonView(code="paused", message="The connection was paused.", hint="Resume it to go on.")
    return None
