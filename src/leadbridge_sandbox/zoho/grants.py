"""OAuth state: codes, grants, access tokens, and how often each refresh token was presented."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import unconfirmed
from .consent import ConsentRequest
from .errors import TokenError
from .org import App, Org, Zoho


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom an access token speaks for."""

    org: Org
    client_id: str
    grant_id: int
    scopes: tuple[str, ...]


def short_hash(token: str) -> str:
    """Return what the control API names a token by: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class Grants:
    """Every grant this vendor has given, in its database. `location` is the data centre that is asked."""

    def __init__(self, zoho: Zoho, location: str) -> None:
        self.zoho = zoho
        self.location = location
        self.world = zoho.world
        self.db = zoho.world.db

    def client(self, form: dict[str, str]) -> App:
        """Return the app whose id and secret a form carries. Raises TokenError."""
        app = self.zoho.apps.get(form.get("client_id", ""))
        if app is None or self.location not in app.locations:
            raise TokenError("invalid_client", unconfirmed.CLIENT_ERROR_STATUS)
        secret = app.secrets.get(self.location, app.client_secret)
        if not hmac.compare_digest(secret.encode(), form.get("client_secret", "").encode()):
            raise TokenError("invalid_client_secret", unconfirmed.CLIENT_ERROR_STATUS)
        return app

    def new_code(self, request: ConsentRequest, org: Org) -> str:
        """Return a single-use code for a consent that was given. Raises TokenError when there were too many."""
        app, ticks = request.app, self.world.clock.ticks()
        if not self.zoho.windows.admit(("codes", app.client_id), self.world.settings.codesPerTenMinutes, ticks):
            raise TokenError("Access Denied", 400)
        code = self._token()
        expires = self.world.clock.now_ms() + self.world.settings.authCodeSeconds * 1000
        offline = request.offline and (request.prompted or not self._refreshable(app.client_id, org.zgid))
        self.db.run(
            "INSERT INTO zoho_codes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            code,
            app.client_id,
            org.zgid,
            " ".join(request.scopes),
            request.redirect_uri,
            request.challenge,
            request.plain,
            offline,
            expires,
        )
        return code

    def _refreshable(self, client_id: str, zgid: str) -> bool:
        return bool(
            self.db.one(
                "SELECT 1 FROM zoho_grants WHERE client_id = ? AND zgid = ? AND state = 'active' "
                "AND refresh_token IS NOT NULL LIMIT 1",
                client_id,
                zgid,
            )
        )

    def _token(self) -> str:
        digest = hashlib.sha256(self.world.new_token(32).encode()).hexdigest()
        return f"1000.{digest[:32]}.{digest[32:]}"

    def exchange(self, app: App, form: dict[str, str]) -> dict[str, Any]:
        """Return the token answer for a code. Raises TokenError."""
        code = form.get("code", "")
        row = self.db.one(
            "SELECT client_id, zgid, scopes, redirect_uri, challenge, plain, offline, expires, used FROM zoho_codes "
            "WHERE code = ?",
            code,
        )
        org = self.zoho.orgs.get(row[1]) if row else None
        known = org is not None and org.location == self.location and row[0] == app.client_id
        if not known or org is None or row[8] or row[7] <= self.world.clock.now_ms():
            raise TokenError("invalid_code")
        problem = ""
        if row[3] != form.get("redirect_uri", ""):
            problem = "invalid_redirect_uri"
        elif row[4] and unconfirmed.PKCE_HONOURED and not _proves(form.get("code_verifier", ""), row[4], row[5]):
            problem = "invalid_code"
        use_up = "UPDATE zoho_codes SET used = 1 WHERE code = ?"
        if problem:
            if unconfirmed.FAILED_EXCHANGE_CONSUMES_CODE:
                self.db.run(use_up, code)
            raise TokenError(problem)
        with self.db.transaction():
            self.db.run(use_up, code)
            return self.grant(app, org, row[2].split(), offline=bool(row[6]))

    def grant(self, app: App, org: Org, scopes: Iterable[str], *, offline: bool = True) -> dict[str, Any]:
        """Give a new grant and return the token answer for it. Beyond the cap, the oldest grant dies silently."""
        scopes = tuple(scopes)
        with self.db.transaction():
            if offline:
                self._make_room(app.client_id, org.zgid)
            refresh = self._token() if offline else None
            self.db.run(
                "INSERT INTO zoho_grants (client_id, zgid, scopes, refresh_token, state) VALUES (?, ?, ?, ?, 'active')",
                app.client_id,
                org.zgid,
                " ".join(scopes),
                refresh,
            )
            grant_id = int(self.db.one("SELECT last_insert_rowid()")[0])
            tokens = self._tokens(grant_id, org, scopes)
        return tokens | ({"refresh_token": refresh} if refresh else {})

    def _make_room(self, client_id: str, zgid: str) -> None:
        alive = self.db.all(
            "SELECT id FROM zoho_grants WHERE client_id = ? AND zgid = ? AND state = 'active' "
            "AND refresh_token IS NOT NULL ORDER BY id DESC",
            client_id,
            zgid,
        )
        for (grant_id,) in alive[max(0, self.world.settings.refreshTokensPerUser - 1) :]:
            self._end(grant_id, "displaced")

    def refresh(self, app: App, token: str) -> dict[str, Any]:
        """Return the token answer for a refresh token, which stays the same. Raises TokenError.

        Every presentation is counted, also of unknown and dead tokens, before anything is decided.
        """
        row = self.db.one("SELECT id, client_id, zgid, scopes, state FROM zoho_grants WHERE refresh_token = ?", token)
        org = self.zoho.orgs.get(row[2]) if row else None
        alive = org is not None and org.location == self.location and row[1] == app.client_id and row[4] == "active"
        limit = self.world.settings.accessTokensPerTenMinutes
        throttled = alive and not self.zoho.windows.admit(("refresh", row[0]), limit, self.world.clock.ticks())
        accepted = alive and not throttled
        with self.db.transaction():
            self.db.run(
                "INSERT INTO zoho_presentations VALUES (?, 1, ?) ON CONFLICT (hash) DO UPDATE "
                "SET presented = presented + 1, accepted = accepted + excluded.accepted",
                short_hash(token),
                int(accepted),
            )
            if accepted and org is not None:
                return self._tokens(row[0], org, tuple(row[3].split()))
        raise TokenError("Access Denied", 400) if throttled else TokenError("invalid_code")

    def _tokens(self, grant_id: int, org: Org, scopes: tuple[str, ...]) -> dict[str, Any]:
        settings = self.world.settings
        token, lifetime = self._token(), settings.accessTokenSeconds
        expires = self.world.clock.now_ms() + lifetime * 1000
        self.db.run(
            "INSERT INTO zoho_access_tokens (token, grant_id, expires) VALUES (?, ?, ?)", token, grant_id, expires
        )
        self.db.run(
            "DELETE FROM zoho_access_tokens WHERE grant_id = ? AND id NOT IN "
            "(SELECT id FROM zoho_access_tokens WHERE grant_id = ? ORDER BY id DESC LIMIT ?)",
            grant_id,
            grant_id,
            settings.liveAccessTokens,
        )
        return {
            "access_token": token,
            "scope": " ".join(scopes),
            "api_domain": self.zoho.server(org.location),
            "token_type": "Bearer",
            "expires_in": lifetime,
        }

    def principal(self, token: str) -> Principal | None:
        """Return whom a token speaks for, or None if it is unknown, expired, dead, or of another data centre."""
        row = self.db.one(
            "SELECT g.zgid, g.client_id, g.id, g.scopes, a.expires, g.state FROM zoho_access_tokens a "
            "JOIN zoho_grants g ON g.id = a.grant_id WHERE a.token = ?",
            token,
        )
        if row is None or row[5] != "active" or row[4] <= self.world.clock.now_ms():
            return None
        org = self.zoho.orgs.get(row[0])
        if org is None or org.location != self.location:
            return None
        return Principal(org, row[1], row[2], tuple(row[3].split()))

    def revoke(self, token: str) -> bool:
        """End the grant of a refresh token with its access tokens; return whether there was one."""
        row = self.db.one("SELECT id, zgid FROM zoho_grants WHERE refresh_token = ? AND state = 'active'", token)
        if row is None or self.zoho.orgs[row[1]].location != self.location:
            return False
        self._end(row[0], "revoked")
        return True

    def revoke_all(self, zgid: str) -> int:
        """End every grant in an organisation, as its administrator does; return how many."""
        rows = self.db.all("SELECT id FROM zoho_grants WHERE zgid = ? AND state = 'active'", zgid)
        for (grant_id,) in rows:
            self._end(grant_id, "revoked")
        return len(rows)

    def _end(self, grant_id: int, state: str) -> None:
        with self.db.transaction():
            self.db.run("UPDATE zoho_grants SET state = ? WHERE id = ?", state, grant_id)
            self.db.run("DELETE FROM zoho_access_tokens WHERE grant_id = ?", grant_id)

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return, by short hash of the refresh token, how often it was presented and accepted."""
        return {
            name: {"presented": presented, "accepted": accepted}
            for name, presented, accepted in self.db.all("SELECT * FROM zoho_presentations ORDER BY hash")
        }


def _proves(verifier: str, challenge: str, plain: bool) -> bool:
    if plain:
        return hmac.compare_digest(verifier.encode(), challenge.encode())
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, challenge.encode())
