"""OAuth state: codes, grants, access and refresh tokens, and how often each refresh token was presented."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import unconfirmed
from .errors import TokenError
from .org import App, Org, Salesforce

DAY_MS = 86_400_000
REFRESH_SCOPES = frozenset({"refresh_token", "offline_access"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom an access token speaks for; times in milliseconds."""

    org: Org
    client_id: str
    grant_id: int
    scopes: frozenset[str]
    issued: int
    expires: int


def short_hash(token: str) -> str:
    """Return what the control API names a token by: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class Grants:
    """Every grant this vendor has given, in its database."""

    def __init__(self, vendor: Salesforce) -> None:
        self.vendor = vendor
        self.db = vendor.db
        self.world = vendor.world

    def client(self, form: dict[str, str]) -> App:
        """Return the app whose id and secret a form carries. Raises TokenError."""
        app = self.vendor.apps.get(form.get("client_id", ""))
        if app is None:
            raise TokenError("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(app.client_secret.encode(), form.get("client_secret", "").encode()):
            raise TokenError("invalid_client", "invalid client credentials")
        return app

    def new_code(self, app: App, org: Org, scopes: Iterable[str], redirect_uri: str, challenge: str | None) -> str:
        """Return a single-use code for a consent that was given. Like Salesforce's, it holds `=`."""
        code = f"aPrx{self.world.new_token(48)}=="
        expires = self.vendor.now + self.vendor.settings.authCodeSeconds * 1000
        self.db.run(
            "INSERT INTO salesforce_codes VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            code,
            app.client_id,
            org.org_id,
            " ".join(scopes),
            redirect_uri,
            challenge,
            expires,
        )
        return code

    def exchange(self, app: App, form: dict[str, str], host: str, base: str) -> dict[str, Any]:
        """Return the token answer for a code. Raises TokenError."""
        code = form.get("code", "")
        row = self.db.one(
            "SELECT client_id, org, scopes, redirect_uri, challenge, expires, used FROM salesforce_codes "
            "WHERE code = ?",
            code,
        )
        if row is None or row[0] != app.client_id or row[1] not in self.vendor.orgs:
            raise TokenError("invalid_grant", "invalid authorization code")
        org = self.vendor.orgs[row[1]]
        try:
            if row[6] or row[5] <= self.vendor.now:
                raise TokenError("invalid_grant", unconfirmed.REUSED_CODE_TEXT)
            if not self.vendor.belongs(org, host):
                raise TokenError("invalid_grant", unconfirmed.WRONG_LOGIN_HOST_TEXT)
            if row[3] != form.get("redirect_uri", ""):
                raise TokenError("redirect_uri_mismatch", "redirect_uri must match configuration")
            _check_verifier(row[4], form.get("code_verifier"))
        except TokenError:
            if unconfirmed.FAILED_EXCHANGE_CONSUMES_CODE:
                self.db.run("UPDATE salesforce_codes SET used = 1 WHERE code = ?", code)
            raise
        with self.db.transaction():
            self.db.run("UPDATE salesforce_codes SET used = 1 WHERE code = ?", code)
            return self.grant(app, org, row[2].split(), base)

    def grant(self, app: App, org: Org, scopes: Iterable[str], base: str) -> dict[str, Any]:
        """Give a new grant and return the token answer for it; one too many ends the oldest of user and app."""
        listed = list(scopes)
        with self.db.transaction():
            self.db.run(
                "INSERT INTO salesforce_grants (client_id, org, scopes, state, used) VALUES (?, ?, ?, 'active', ?)",
                app.client_id,
                org.org_id,
                " ".join(listed),
                self.vendor.now,
            )
            grant_id = int(self.db.one("SELECT last_insert_rowid()")[0])
            refresh_token = self._new_refresh(grant_id) if REFRESH_SCOPES & set(listed) else None
            if refresh_token:
                self._end_oldest(app, org)
            return self._answer(app, org, grant_id, listed, refresh_token, base)

    def _end_oldest(self, app: App, org: Org) -> None:
        self.db.run(
            "UPDATE salesforce_grants SET state = 'displaced' WHERE state = 'active' AND client_id = ? AND org = ? "
            "AND id NOT IN (SELECT id FROM salesforce_grants WHERE state = 'active' AND client_id = ? AND org = ? "
            "ORDER BY id DESC LIMIT ?)",
            app.client_id,
            org.org_id,
            app.client_id,
            org.org_id,
            self.vendor.settings.approvalsMax,
        )

    def refresh(self, app: App, token: str, host: str, base: str) -> dict[str, Any]:
        """Return the token answer for a refresh token, by the rotation in force. Raises TokenError.

        Every presentation is counted, also of unknown and dead tokens, before anything is decided. With
        `kills_on_reuse`, a token that was rotated away ends the grant with every token of it.
        """
        row = self.db.one(
            "SELECT r.grant_id, r.state, g.client_id, g.org, g.scopes, g.state, g.used "
            "FROM salesforce_refresh_tokens r JOIN salesforce_grants g ON g.id = r.grant_id WHERE r.token = ?",
            token,
        )
        rotation, now = self.vendor.settings.rotation, self.vendor.now
        org = None if row is None else self.vendor.orgs.get(row[3])
        days = self.vendor.settings.refreshIdleDays
        alive = (
            row is not None
            and org is not None
            and row[1] == "live"
            and row[2] == app.client_id
            and row[5] == "active"
            and not (days and now - row[6] > days * DAY_MS)
        )
        misplaced = org is not None and not self.vendor.belongs(org, host)
        with self.db.transaction():
            self.db.run(
                "INSERT INTO salesforce_presentations VALUES (?, 1, ?) ON CONFLICT (hash) DO UPDATE "
                "SET presented = presented + 1, accepted = accepted + excluded.accepted",
                short_hash(token),
                int(alive and not misplaced),
            )
            if alive and org is not None and not misplaced:
                new = None
                if rotation != "stable":
                    self.db.run("UPDATE salesforce_refresh_tokens SET state = 'rotated' WHERE token = ?", token)
                    new = self._new_refresh(row[0])
                self.db.run("UPDATE salesforce_grants SET used = ? WHERE id = ?", now, row[0])
                return self._answer(app, org, row[0], row[4].split(), new, base)
            if row is not None and row[1] == "rotated" and rotation == "kills_on_reuse" and row[2] == app.client_id:
                self.db.run("UPDATE salesforce_grants SET state = 'killed' WHERE id = ?", row[0])
        if alive and misplaced:
            raise TokenError("invalid_grant", unconfirmed.WRONG_LOGIN_HOST_TEXT)
        raise TokenError("invalid_grant", "expired access/refresh token")

    def _new_refresh(self, grant_id: int) -> str:
        token = f"5Aep861{self.world.new_token(60)}"
        self.db.run("INSERT INTO salesforce_refresh_tokens VALUES (?, ?, 'live')", token, grant_id)
        return token

    def _answer(
        self, app: App, org: Org, grant_id: int, scopes: list[str], refresh_token: str | None, base: str
    ) -> dict[str, Any]:
        """Return the token answer. There is no `expires_in`: a session lasts as long as the org lets it."""
        now = self.vendor.now
        token = f"{org.org_id[:15]}!AQ4AQ{self.world.new_token(72)}"
        expires = now + self.vendor.settings.accessTokenSeconds * 1000
        self.db.run("INSERT INTO salesforce_access_tokens VALUES (?, ?, ?, ?)", token, grant_id, now, expires)
        identity, issued = f"{base}/id/{org.org_id}/{org.user_id}", str(now)
        mac = hmac.new(app.client_secret.encode(), f"{identity}{issued}".encode(), hashlib.sha256)
        body = {
            "access_token": token,
            "signature": base64.b64encode(mac.digest()).decode(),
            "scope": " ".join(scopes),
            "instance_url": org.instance_url or base,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
        }
        return body if refresh_token is None else {**body, "refresh_token": refresh_token}

    def principal(self, token: str, *, used: bool = True) -> Principal | None:
        """Return whom a live access token speaks for, or None. Its use moves the session's end."""
        row = self.db.one(
            "SELECT g.org, g.client_id, g.id, g.scopes, a.issued, a.expires, g.state FROM salesforce_access_tokens a "
            "JOIN salesforce_grants g ON g.id = a.grant_id WHERE a.token = ?",
            token,
        )
        if row is None or row[6] != "active" or row[0] not in self.vendor.orgs or row[1] not in self.vendor.apps:
            return None
        now, expires = self.vendor.now, int(row[5])
        if expires <= now:
            return None
        lifetime = self.vendor.settings.accessTokenSeconds * 1000
        if used and (not unconfirmed.SESSION_EXTENDS_FROM_HALF or expires - now < lifetime / 2):
            expires = now + lifetime
            self.db.run("UPDATE salesforce_access_tokens SET expires = ? WHERE token = ?", expires, token)
        return Principal(self.vendor.orgs[row[0]], row[1], row[2], frozenset(row[3].split()), row[4], expires)

    def refresh_holder(self, token: str) -> tuple[int, Org, str, str] | None:
        """Return the grant, org, scopes and client of a live refresh token, or None."""
        row = self.db.one(
            "SELECT g.id, g.org, g.scopes, g.client_id FROM salesforce_refresh_tokens r "
            "JOIN salesforce_grants g ON g.id = r.grant_id "
            "WHERE r.token = ? AND r.state = 'live' AND g.state = 'active'",
            token,
        )
        if row is None or row[1] not in self.vendor.orgs:
            return None
        return row[0], self.vendor.orgs[row[1]], row[2], row[3]

    def revoke(self, token: str) -> bool:
        """End a token; a refresh token takes the grant's access tokens along. Return whether there was one."""
        holder = self.refresh_holder(token)
        if holder is not None:
            self.db.run("UPDATE salesforce_grants SET state = 'revoked' WHERE id = ?", holder[0])
            return True
        return bool(self.db.run("DELETE FROM salesforce_access_tokens WHERE token = ?", token))

    def revoke_all(self, org: Org) -> int:
        """End every grant in an org, as its administrator does in Setup; return how many there were."""
        return self.db.run(
            "UPDATE salesforce_grants SET state = 'revoked' WHERE state = 'active' AND org = ?", org.org_id
        )

    def expire_sessions(self, org: Org) -> int:
        """End every session in an org; refresh tokens live on. Return how many there were."""
        return self.db.run(
            "DELETE FROM salesforce_access_tokens WHERE grant_id IN (SELECT id FROM salesforce_grants WHERE org = ?)",
            org.org_id,
        )

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return, by short hash of the refresh token, how often it was presented and accepted."""
        return {
            name: {"presented": presented, "accepted": accepted}
            for name, presented, accepted in self.db.all("SELECT * FROM salesforce_presentations ORDER BY hash")
        }


def _check_verifier(challenge: str | None, verifier: str | None) -> None:
    if not challenge:
        return
    if not verifier:
        raise TokenError("invalid_grant", "missing required code verifier")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    if not 43 <= len(verifier) <= 128 or not hmac.compare_digest(digest, challenge.encode()):
        raise TokenError("invalid_request", "invalid code verifier")
