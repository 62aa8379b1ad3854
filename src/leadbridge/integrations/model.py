"""Documents: connections, their health, their tokens, and OAuth flows under way.

What different parties write stands in different documents, so that a token renewal never collides with a health note
or an administrator's change: the connection is identity and configuration, ``connection_health`` the vendor's view,
``connection_tokens`` the grant.
"""

from __future__ import annotations

from leadbridge.integrations.health import Condition, Stage
from leadbridge.kit.document import Document, Id, Record, Shape, Time
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.storage.kind import Index, Kind

OAUTH_STATE = "oauth-state"
OAUTH_HANDLE = "oauth-handle"
CONNECT_RESULT = "connect-result"
"""Names of directories (``tenancy.model.DIRECTORY``): what is looked up by a hash before the company is known."""


class AccountInfo(Shape):
    """Whom a connection acts as at the vendor."""

    account_id: str
    user_id: str
    name: str
    email: str | None = None
    environment: str
    url: str | None = None


class OwnKey(Shape):
    """Whether the vendor has the unique field for our ids, and why not. Without it some creates cannot be repeated."""

    ready: bool
    reason: str = ""
    hint: str = ""


class Servers(Shape):
    """Where one connection's servers are: its data centre, instance or organisation."""

    authorize_url: str
    login_url: str
    api_url: str


class Connection(Record):
    """A company's connection to one vendor account.

    ``accountKey`` is unique in the company: connecting the same account again revives its connection, links and all.
    It is absent while the connection is pending, when nobody has vouched for it.
    """

    provider: str
    stage: Stage
    paused: bool = False
    automatic_push: bool | None = None
    """Whether changed leads are pushed without being asked for; None: as the operator set it for the hub."""
    account: AccountInfo
    account_key: str | None = None
    scopes: tuple[str, ...] = ()
    origins: tuple[str, ...]
    """The only origins that its token may be sent to."""
    servers: Servers | None = None
    """Its own, where the vendor has more than one place; else the operator's settings hold."""
    api_version: str
    own_key: OwnKey | None = None
    workflows: bool = False
    """Whether its own rules at the vendor run on what is written; where the vendor leaves a choice."""
    day_share: int | None = None
    """Percent of the account's calls of a day at which background work stops; None: as many as usual."""
    created_by: Id
    created_at: Time
    connected_at: Time | None = None
    disconnected_at: Time | None = None
    primary_at: Time | None = None
    """When it was last made the primary connection."""
    calls: int = 0
    """While it is pending: the calls to the vendor that its consent took."""
    pending_until: Time | None = None
    handle_hash: str | None = None
    reconnects: Id | None = None
    """The connection that this pending one is to renew, where the flow named one."""


class ConnectionHealth(Record):
    """What the vendor's answers tell about a connection. ``_id`` is the connection's."""

    condition: Condition = Condition.OK
    code: str | None = None
    message: str | None = None
    hint: str | None = None
    until: Time | None = None
    """When "slow down" ends by itself."""
    since: Time


class StoredAttempt(Shape):
    """A request for new tokens, marked before it is sent."""

    state: str
    gen: int
    sent_at: Time
    until: Time


class ConnectionTokens(Record):
    """A connection's grant. ``_id`` is the connection's; ``gen`` rises with every token stored.

    After a backup was restored its refresh token may be used up: that is ``attempt.state = unknown``, and the rules for
    an unknown outcome then apply.
    """

    gen: int
    access: Sealed
    refresh: Sealed | None = None
    kid: str
    grant_key: str | None = None
    """Hash of the refresh token: tells whether a grant that is to be revoked is also another connection's."""
    issued_at: Time
    expires_at: Time
    expiry_estimated: bool = False
    attempt: StoredAttempt | None = None
    last_refresh_at: Time | None = None
    not_before: Time | None = None
    failures: int = 0
    gone: bool = False


class OAuthFlow(Document):
    """A connect that was begun: everything that its call-back must agree with. Used once, within ten minutes."""

    state_hash: str
    user_id: Id
    provider: str
    redirect_uri: str
    return_url: str
    verifier: Sealed
    """The PKCE code verifier."""
    kid: str
    servers: Servers | None = None
    nonce_hash: str
    """Of the cookie that the browser got, if a browser began it."""
    connection_id: Id | None = None
    """The connection to renew; its account is then the only one accepted."""
    expected_account: str | None = None
    created_at: Time
    expires_at: Time
    used_at: Time | None = None


CONNECTIONS = Kind(
    "connections",
    Connection,
    (
        Index("created", ("companyId", "createdAt")),
        Index("account", ("companyId", "accountKey"), unique=True),
        Index("pending", ("stage", "pendingUntil")),
        Index("sharing", ("accountKey",)),
        Index("vendor_account", ("provider", "account.accountId")),
    ),
)
HEALTH = Kind("connection_health", ConnectionHealth)
TOKENS = Kind("connection_tokens", ConnectionTokens, (SEALED_INDEX, Index("grant", ("grantKey",))))
FLOWS = Kind("oauth_flows", OAuthFlow, (SEALED_INDEX, Index("expiry", ("expiresAt",))))

KINDS = (CONNECTIONS, HEALTH, TOKENS, FLOWS)


def account_key(provider: str, account: AccountInfo) -> str:
    """Return what makes two connections of a company the same: provider, environment and account."""
    return f"{provider}|{account.environment}|{account.account_id}"
