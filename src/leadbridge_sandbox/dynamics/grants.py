"""The identity platform's state: codes, grants, access and refresh tokens, and each refresh token's presentations."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from . import unconfirmed
from .errors import TokenError
from .organization import App, Dynamics, Organization

Person = Literal["user", "app"]
OIDC = ("openid", "profile", "email", "offline_access")


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom an access token speaks for, at which resource, and until when (ms)."""

    organization: Organization
    user_id: str
    client_id: str
    resource: str
    expires_ms: int


def short_hash(token: str) -> str:
    """Return what the control API names a token by: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Grants:
    """Every grant that was given, in the database."""

    def __init__(self, vendor: Dynamics) -> None:
        self.vendor = vendor
        self.world = vendor.world
        self.db = vendor.world.db
        self._chance = random.Random(1)  # noqa: S311 - repeatable on purpose
        self._principals: dict[str, Principal] = {}

    def client(self, form: dict[str, str]) -> App:
        """Return the app whose id and secret a form carries. Raises TokenError."""
        app = self.vendor.apps.get(form.get("client_id", ""))
        if app is None:
            raise TokenError(700016)
        if not hmac.compare_digest(app.client_secret.encode(), form.get("client_secret", "").encode()):
            raise TokenError(7000215, unconfirmed.WRONG_SECRET_STATUS)
        return app

    def new_code(
        self, app: App, organization: Organization, scopes: str, redirect_uri: str, challenge: str | None
    ) -> str:
        """Return a single-use code for a consent that was given."""
        code = f"0.{self.world.new_token(90)}"
        self.db.run(
            "INSERT INTO dynamics_codes VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            code,
            app.client_id,
            organization.organization_id,
            scopes,
            redirect_uri,
            challenge,
            self.world.clock.now_ms() + self.world.settings.authCodeSeconds * 1000,
        )
        return code

    def exchange(self, app: App, form: dict[str, str], resource: str | None) -> dict[str, Any]:
        """Return the token answer for a code. Raises TokenError."""
        code = form.get("code", "")
        row = self.db.one(
            "SELECT client_id, org, scopes, redirect_uri, challenge, expires, used FROM dynamics_codes WHERE code = ?",
            code,
        )
        if row is None or row[0] != app.client_id or row[1] not in self.vendor.organizations:
            raise TokenError(unconfirmed.UNKNOWN_GRANT_CODE)
        problem = 0
        if row[6]:
            problem = 54005
        elif row[5] <= self.world.clock.now_ms():
            problem = 70008
        elif row[3] != form.get("redirect_uri", ""):
            problem = 50011
        elif row[4] and not _proves(form.get("code_verifier", ""), row[4]):
            problem = unconfirmed.WRONG_VERIFIER_CODE
        if problem:
            if unconfirmed.FAILED_EXCHANGE_CONSUMES_CODE:
                self.db.run("UPDATE dynamics_codes SET used = 1 WHERE code = ?", code)
            raise TokenError(problem)
        organization = self.vendor.organizations[row[1]]
        with self.db.transaction():
            self.db.run("UPDATE dynamics_codes SET used = 1 WHERE code = ?", code)
            return self.grant(app, organization, row[2], resource=resource)

    def grant(
        self, app: App, organization: Organization, scopes: str, *, person: Person = "user", resource: str | None = None
    ) -> dict[str, Any]:
        """Give a new grant and return the token answer for it; one of an app's own has no refresh token."""
        with self.db.transaction():
            self.db.run(
                "INSERT INTO dynamics_grants (client_id, org, person, scopes, state) VALUES (?, ?, ?, ?, 'active')",
                app.client_id,
                organization.organization_id,
                person,
                scopes,
            )
            grant_id = int(self.db.one("SELECT last_insert_rowid()")[0])
            renewable = person == "user" and "offline_access" in scopes.split()
            refresh = self._new_refresh(grant_id) if renewable else None
            return self._tokens(grant_id, organization, person, scopes, refresh, resource)

    def refresh(self, app: App, token: str, resource: str | None) -> dict[str, Any]:
        """Return the token answer for a refresh token. Raises TokenError.

        Every presentation is counted, also of unknown and dead tokens, before anything is decided.
        """
        row = self.db.one(
            "SELECT r.grant_id, r.state, g.client_id, g.org, g.scopes, g.state, r.expires "
            "FROM dynamics_refresh_tokens r JOIN dynamics_grants g ON g.id = r.grant_id WHERE r.token = ?",
            token,
        )
        number = self._problem(row, app)
        rotation = self.world.settings.rotation
        with self.db.transaction():
            self.db.run(
                "INSERT INTO dynamics_presentations VALUES (?, 1, ?) ON CONFLICT (hash) DO UPDATE "
                "SET presented = presented + 1, accepted = accepted + excluded.accepted",
                short_hash(token),
                int(not number),
            )
            if not number:
                if rotation != "stable":
                    self.db.run("UPDATE dynamics_refresh_tokens SET state = 'rotated' WHERE token = ?", token)
                organization = self.vendor.organizations[row[3]]
                return self._tokens(row[0], organization, "user", row[4], self._new_refresh(row[0]), resource)
            if row is not None and row[1] == "rotated" and rotation == "kills_on_reuse":
                self.db.run("UPDATE dynamics_grants SET state = 'revoked' WHERE id = ?", row[0])
                self._principals.clear()
        raise TokenError(number)

    def _problem(self, row: Any, app: App) -> int:
        """Return the AADSTS number of what is wrong with a presented refresh token, or 0."""
        if row is None or row[2] != app.client_id or row[3] not in self.vendor.organizations:
            return unconfirmed.UNKNOWN_GRANT_CODE
        if row[5] != "active":
            return {"mfa": 50076, "unconsented": 65001}.get(row[5], 50173)
        if row[1] != "live":
            return 50173
        return 700082 if row[6] <= self.world.clock.now_ms() else 0

    def _new_refresh(self, grant_id: int) -> str:
        token = f"0.{self.world.new_token(150)}"
        expires = self.world.clock.now_ms() + self.world.settings.refreshTokenDays * 86_400_000
        self.db.run("INSERT INTO dynamics_refresh_tokens VALUES (?, ?, 'live', ?)", token, grant_id, expires)
        return token

    def _tokens(
        self,
        grant_id: int,
        organization: Organization,
        person: Person,
        scopes: str,
        refresh: str | None,
        resource: str | None,
    ) -> dict[str, Any]:
        settings, now = self.world.settings, self.world.clock.now_ms()
        spread = settings.accessTokenSpreadSeconds
        lifetime = max(1, settings.accessTokenSeconds + self._chance.randint(-spread, spread))
        audience = resource or self.vendor.url_of(organization)
        claims: dict[str, Any] = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{organization.tenant_id}/",
            "iat": now // 1000,
            "exp": now // 1000 + lifetime,
            "tid": organization.tenant_id,
            "oid": organization.user_object_id if person == "user" else organization.app_user_id,
            "jti": self.world.new_uuid(),
        }
        if person == "user":
            claims |= {"upn": organization.user_email, "scp": "user_impersonation"}
        token = self._jwt(claims)
        self.db.run(
            "INSERT INTO dynamics_access_tokens VALUES (?, ?, ?, ?)",
            _digest(token),
            grant_id,
            audience,
            now + lifetime * 1000,
        )
        body: dict[str, Any] = {"token_type": "Bearer"}
        if person == "user":
            body["scope"] = f"{audience}/user_impersonation"
        body |= {"expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
        if refresh is not None:
            body["refresh_token"] = refresh
        if person == "user" and "openid" in scopes.split():
            name = f"{organization.first_name} {organization.last_name}"
            body["id_token"] = self._jwt(
                claims | {"aud": CLIENT_OF_ID_TOKEN, "preferred_username": organization.user_email, "name": name}
            )
        return body

    def _jwt(self, claims: dict[str, Any]) -> str:
        parts = [{"typ": "JWT", "alg": "RS256", "kid": "sandbox"}, claims]
        encoded = [base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode() for part in parts]
        return ".".join([*encoded, self.world.new_token(64)])

    def principal(self, token: str) -> Principal | None:
        """Return whom a token speaks for, expired or not, or None if it is unknown or dead."""
        known = self._principals.get(token)
        if known is not None:
            return known
        row = self.db.one(
            "SELECT g.org, g.client_id, g.person, g.state, a.resource, a.expires FROM dynamics_access_tokens a "
            "JOIN dynamics_grants g ON g.id = a.grant_id WHERE a.hash = ?",
            _digest(token),
        )
        if row is None or row[0] not in self.vendor.organizations:
            return None
        if row[3] != "active" and unconfirmed.REVOKED_ACCESS_TOKEN_DIES:
            return None
        organization = self.vendor.organizations[row[0]]
        user = organization.user_id if row[2] == "user" else organization.app_user_id
        principal = Principal(organization, user, row[1], row[4], row[5])
        self._principals[token] = principal
        return principal

    def end(self, organization: Organization, state: str) -> int:
        """End every grant in an organisation (`revoked`, `mfa`, `unconsented`); return how many there were."""
        self._principals.clear()
        return self.db.run(
            "UPDATE dynamics_grants SET state = ? WHERE org = ? AND state = 'active'",
            state,
            organization.organization_id,
        )

    def forget(self) -> None:
        """Drop what is remembered of tokens, as after a reset."""
        self._principals.clear()

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return, by short hash of the refresh token, how often it was presented and accepted."""
        return {
            name: {"presented": presented, "accepted": accepted}
            for name, presented, accepted in self.db.all("SELECT * FROM dynamics_presentations ORDER BY hash")
        }


CLIENT_OF_ID_TOKEN = "sandbox"


def _proves(verifier: str, challenge: str) -> bool:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(digest, challenge.encode())
