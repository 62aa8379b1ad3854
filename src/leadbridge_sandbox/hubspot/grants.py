"""OAuth state: codes, grants, access and refresh tokens, and how often each refresh token was presented."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from . import unconfirmed
from .errors import TokenError
from .portal import App, HubSpot, Portal


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom an access token speaks for, and until when (ms)."""

    portal_id: int
    app_id: int
    app_name: str
    client_id: str
    grant_id: int
    scopes: frozenset[str]
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is known about a token that is alive."""

    use: Literal["access_token", "refresh_token"]
    app: App
    portal: Portal
    scopes: tuple[str, ...]
    expires_ms: int | None


def short_hash(token: str) -> str:
    """Return what the control API names a token by: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class Grants:
    """Every grant this vendor has given, in its database."""

    def __init__(self, hub: HubSpot) -> None:
        self.hub = hub
        self.world = hub.world
        self.db = hub.world.db

    def client(self, form: dict[str, str]) -> App:
        """Return the app whose id and secret a form carries. Raises TokenError."""
        app = self.hub.apps.get(form.get("client_id", ""))
        if app is None:
            raise TokenError("BAD_CLIENT_ID")
        if not hmac.compare_digest(app.client_secret.encode(), form.get("client_secret", "").encode()):
            raise TokenError("BAD_CLIENT_SECRET")
        return app

    def new_code(
        self, app: App, portal: Portal, scopes: Iterable[str], redirect_uri: str, challenge: str | None
    ) -> str:
        """Return a single-use code for a consent that was given."""
        code = self.world.new_uuid()
        expires = self.world.clock.now_ms() + self.world.settings.authCodeSeconds * 1000
        with self.db.transaction():
            self.db.run(
                "INSERT INTO hubspot_codes VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                code,
                app.client_id,
                portal.portal_id,
                " ".join(scopes),
                redirect_uri,
                challenge,
                expires,
            )
        return code

    def exchange(self, app: App, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Return the token answer for a code. Raises TokenError."""
        row = self.db.one(
            "SELECT client_id, portal, scopes, redirect_uri, challenge, expires, used FROM hubspot_codes "
            "WHERE code = ?",
            code,
        )
        if row is None or row[0] != app.client_id or row[6] or row[1] not in self.hub.portals:
            raise TokenError("BAD_AUTH_CODE")
        problem = ""
        if row[5] <= self.world.clock.now_ms():
            problem = "EXPIRED_AUTH_CODE"
        elif row[3] != redirect_uri:
            problem = "BAD_REDIRECT_URI"
        elif row[4] and unconfirmed.PKCE_HONOURED and not _proves(verifier, row[4]):
            problem = "BAD_CODE_VERIFIER"
        use_up = "UPDATE hubspot_codes SET used = 1 WHERE code = ?"
        if problem:
            if unconfirmed.FAILED_EXCHANGE_CONSUMES_CODE:
                self.db.run(use_up, code)
            raise TokenError(problem)
        with self.db.transaction():
            self.db.run(use_up, code)
            return self.grant(app, self.hub.portals[row[1]], row[2].split())

    def grant(self, app: App, portal: Portal, scopes: Iterable[str]) -> dict[str, Any]:
        """Give a new grant and return the token answer for it."""
        with self.db.transaction():
            self.db.run(
                "INSERT INTO hubspot_grants (client_id, portal, scopes, state) VALUES (?, ?, ?, 'active')",
                app.client_id,
                portal.portal_id,
                " ".join(scopes),
            )
            grant_id = int(self.db.one("SELECT last_insert_rowid()")[0])
            return self._tokens(grant_id, portal, tuple(scopes), self._new_refresh(grant_id))

    def refresh(self, app: App, token: str) -> dict[str, Any]:
        """Return the token answer for a refresh token, by the rotation in force. Raises TokenError.

        Every presentation is counted, also of unknown and dead tokens, before anything is decided.
        """
        row = self.db.one(
            "SELECT r.grant_id, r.state, g.client_id, g.portal, g.scopes, g.state "
            "FROM hubspot_refresh_tokens r JOIN hubspot_grants g ON g.id = r.grant_id WHERE r.token = ?",
            token,
        )
        rotation = self.world.settings.rotation
        portal = None if row is None else self.hub.portals.get(row[3])
        alive = row is not None and row[1] == "live" and row[2] == app.client_id and row[5] == "active"
        accepted = alive and portal is not None
        with self.db.transaction():
            self.db.run(
                "INSERT INTO hubspot_presentations VALUES (?, 1, ?) ON CONFLICT (hash) DO UPDATE "
                "SET presented = presented + 1, accepted = accepted + excluded.accepted",
                short_hash(token),
                int(accepted),
            )
            if alive and portal is not None:
                refresh_token = token
                if rotation != "stable":
                    self.db.run("UPDATE hubspot_refresh_tokens SET state = 'rotated' WHERE token = ?", token)
                    refresh_token = self._new_refresh(row[0])
                return self._tokens(row[0], portal, tuple(row[4].split()), refresh_token)
            if row is not None and row[1] == "rotated" and rotation == "kills_on_reuse":
                self.db.run("UPDATE hubspot_grants SET state = 'killed' WHERE id = ?", row[0])
        raise TokenError("BAD_HUB" if alive else "BAD_REFRESH_TOKEN")

    def _new_refresh(self, grant_id: int) -> str:
        token = f"na1-{self.world.new_uuid()}-{self.world.new_token(18)}"
        self.db.run("INSERT INTO hubspot_refresh_tokens VALUES (?, ?, 'live')", token, grant_id)
        return token

    def _tokens(self, grant_id: int, portal: Portal, scopes: tuple[str, ...], refresh_token: str) -> dict[str, Any]:
        lifetime = self.world.settings.accessTokenSeconds
        token = f"CPz1{self.world.new_token(210)}"
        expires = self.world.clock.now_ms() + lifetime * 1000
        self.db.run("INSERT INTO hubspot_access_tokens VALUES (?, ?, ?)", token, grant_id, expires)
        return {
            "token_type": "bearer",
            "token_use": "access_token",
            "access_token": token,
            "refresh_token": refresh_token,
            "expires_in": lifetime,
            "hub_id": portal.portal_id,
            "user_id": portal.user_id,
            "scopes": list(scopes),
        }

    def principal(self, token: str) -> Principal | None:
        """Return whom a token speaks for, expired or not, or None if it is unknown or dead.

        An access token lives on after its refresh token was revoked, until it expires; it dies with an
        uninstall and with a killed grant.
        """
        row = self.db.one(
            "SELECT g.portal, g.client_id, g.id, g.scopes, a.expires, g.state FROM hubspot_access_tokens a "
            "JOIN hubspot_grants g ON g.id = a.grant_id WHERE a.token = ?",
            token,
        )
        if row is None or row[5] in ("uninstalled", "killed") or row[1] not in self.hub.apps:
            return None
        app = self.hub.apps[row[1]]
        return Principal(row[0], app.app_id, app.name, row[1], row[2], frozenset(row[3].split()), row[4])

    def look_up(self, token: str) -> Lookup | None:
        """Return what a live token is, access or refresh, or None."""
        principal = self.principal(token)
        if principal is not None:
            if principal.expires_ms <= self.world.clock.now_ms() or principal.portal_id not in self.hub.portals:
                return None
            return Lookup(
                "access_token",
                self.hub.apps[principal.client_id],
                self.hub.portals[principal.portal_id],
                tuple(sorted(principal.scopes)),
                principal.expires_ms,
            )
        row = self.db.one(
            "SELECT g.client_id, g.portal, g.scopes FROM hubspot_refresh_tokens r "
            "JOIN hubspot_grants g ON g.id = r.grant_id "
            "WHERE r.token = ? AND r.state = 'live' AND g.state = 'active'",
            token,
        )
        if row is None or row[0] not in self.hub.apps or row[1] not in self.hub.portals:
            return None
        return Lookup("refresh_token", self.hub.apps[row[0]], self.hub.portals[row[1]], tuple(row[2].split()), None)

    def revoke(self, token: str) -> bool:
        """Revoke the grant of a refresh token; return whether there was one."""
        return bool(
            self.db.run(
                "UPDATE hubspot_grants SET state = 'revoked' WHERE state = 'active' AND id IN "
                "(SELECT grant_id FROM hubspot_refresh_tokens WHERE token = ?)",
                token,
            )
        )

    def uninstall(self, principal: Principal) -> None:
        """End every grant the app has in the portal, access tokens included."""
        self.db.run(
            "UPDATE hubspot_grants SET state = 'uninstalled' WHERE client_id = ? AND portal = ?",
            principal.client_id,
            principal.portal_id,
        )

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return, by short hash of the refresh token, how often it was presented and accepted."""
        return {
            name: {"presented": presented, "accepted": accepted}
            for name, presented, accepted in self.db.all("SELECT * FROM hubspot_presentations ORDER BY hash")
        }


def _proves(verifier: str, challenge: str) -> bool:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, challenge.encode())
