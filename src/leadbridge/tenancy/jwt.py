"""Tokens of a host application: what is checked of one, and what its claims mean here.

The algorithm is fixed by the settings and never taken from the token, so that "none" and a public key used as a
shared secret are wrong algorithms like any other. Keys named or carried by a token's own header are not looked at.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from json import JSONDecodeError, loads
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, extract_compact, validate_compact
from joserfc.jwt import JWTClaimsRegistry

from leadbridge.settings import JwtSettings
from leadbridge.tenancy.errors import TokenRefused
from leadbridge.tenancy.model import Role

MAX_TOKEN = 8192
MAX_CLAIM = 200
LEEWAY_SECONDS = 30
"""How far the clocks of the host and of this hub may differ."""
MIN_RSA_BITS = 2048
CURVES = {"ES256": "P-256", "EdDSA": "Ed25519"}
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class Claims:
    """What a checked token says: the host's ids of company and user, and what it calls them."""

    issuer: str
    company: str
    user: str
    email: str | None
    name: str | None
    role: Role | None
    """None: the token says nothing of a role."""


class _Fixed(JWSRegistry):
    """Takes one algorithm. Unknown header parameters are left alone; critical ones were refused before."""

    max_header_length = 2048
    max_payload_length = MAX_TOKEN

    def __init__(self, algorithm: str) -> None:
        super().__init__(algorithms=[algorithm], strict_check_header=False)
        self._algorithm = algorithm

    def get_alg(self, name: str) -> Any:
        if name != self._algorithm:
            raise TokenRefused("The token is signed by another algorithm than this hub takes.")
        return self.algorithms[name]


def looks_like_jwt(token: str) -> bool:
    """Tell whether a bearer token is to be read as a JSON Web Token; ours have no dots."""
    return token.count(".") == 2


def header_of(token: str, algorithm: str) -> dict[str, Any]:
    """Return a token's header once its outer form is right; raises ``TokenRefused``. Nothing in it is trusted."""
    if len(token) > MAX_TOKEN:
        raise TokenRefused(f"The token is longer than {MAX_TOKEN} characters.")
    if not _FORM.match(token):
        raise TokenRefused("The token is not a signed JSON Web Token.")
    header = _object(token.split(".")[0], "header")
    if header.get("alg") != algorithm:
        raise TokenRefused("The token is signed by another algorithm than this hub takes.")
    if "crit" in header or "b64" in header:
        raise TokenRefused("The token asks for an extension that this hub does not know.")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise TokenRefused("The token is of another type than JWT.")
    kid = header.get("kid")
    if kid is not None and (not isinstance(kid, str) or not 0 < len(kid) <= MAX_CLAIM):
        raise TokenRefused("The token names its key in a form that is not taken.")
    return header


def verify(token: str, key: Key, settings: JwtSettings, now: datetime) -> Claims:
    """Return what ``token`` says if ``key`` signed it for this hub and it is in force; raises ``TokenRefused``."""
    header_of(token, settings.algorithm)
    try:
        registry = _Fixed(settings.algorithm)
        signed = extract_compact(token.encode("ascii"), registry=registry)
        if not validate_compact(signed, key, registry=registry):
            raise TokenRefused("The token's signature is wrong.")
    except (JoseError, ValueError) as error:
        raise TokenRefused("The token's signature cannot be checked.") from error
    claims = _object(token.split(".")[1], "payload")
    demands = JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": settings.issuer},
        aud={"essential": True, "value": settings.audience},
        exp={"essential": True},
    )
    try:
        demands.validate(claims)
    except JoseError as error:
        raise TokenRefused(_reason(error)) from error
    return _read(claims, settings)


def usable_key(data: Any, algorithm: str) -> tuple[str | None, Key] | None:
    """Return id and key of one entry of a key set, or None for a key that is for something else.

    Only public signature keys of the algorithm's own type and curve; RSA with at least 2048 bits.
    """
    if not isinstance(data, dict) or data.get("use", "sig") != "sig" or data.get("alg", algorithm) != algorithm:
        return None
    operations = data.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations or "d" in data or "k" in data:
        return None
    kid = data.get("kid")
    if kid is not None and not isinstance(kid, str):
        return None
    kept = {name: data[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in data}
    read: Callable[[Any], Key]
    if algorithm == "RS256":
        wanted, read = data.get("kty") == "RSA", RSAKey.import_key
    else:
        of_type = "EC" if algorithm == "ES256" else "OKP"
        wanted = data.get("kty") == of_type and data.get("crv") == CURVES[algorithm]
        read = ECKey.import_key if algorithm == "ES256" else OKPKey.import_key
    if not wanted:
        return None
    try:
        if algorithm == "RS256" and len(_bytes(kept["n"])) * 8 < MIN_RSA_BITS:
            return None
        return kid, read(kept)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def secret_key(secret: str) -> Key:
    """Return the key of a shared secret."""
    return OctKey.import_key(secret.encode())


def _read(claims: dict[str, Any], settings: JwtSettings) -> Claims:
    role = claims.get(settings.role_claim)
    return Claims(
        issuer=settings.issuer,
        company=_identifier(claims, settings.company_claim),
        user=_identifier(claims, settings.user_claim),
        email=_text(claims, settings.email_claim),
        name=_text(claims, settings.name_claim),
        role=None if role is None else _role(role),
    )


def _role(value: object) -> Role:
    """Return the role a claim names; anything unknown is a member, and nothing is ever an operator."""
    return Role(value) if isinstance(value, str) and value in list(Role) else Role.MEMBER


def _identifier(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_CLAIM or not value.isprintable():
        raise TokenRefused(f"The token has no usable claim {name!r}.")
    return value


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value.strip()[:MAX_CLAIM] or None if isinstance(value, str) else None


def _reason(error: JoseError) -> str:
    claim = getattr(error, "claim", None)
    if error.error == "expired_token":
        return "The token has expired."
    if claim == "nbf":
        return "The token is not in force yet."
    known = {"iss": "comes from another issuer", "aud": "is meant for another audience"}
    if error.error == "invalid_claim" and claim in known:
        return f"The token {known[claim]}."
    return "The token lacks a claim that is needed (iss, aud, exp), or one has a wrong form."


def _object(part: str, name: str) -> dict[str, Any]:
    """Return a JSON object; a name that stands in it twice is refused, as two readers could read it differently."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(pairs)
        if len(read) != len(pairs):
            raise ValueError("a name stands twice")
        return read

    try:
        value = loads(_bytes(part), object_pairs_hook=unique)
    except (JSONDecodeError, ValueError, binascii.Error, RecursionError) as error:
        raise TokenRefused(f"The token's {name} is not a plain JSON object.") from error
    if not isinstance(value, dict):
        raise TokenRefused(f"The token's {name} is not a plain JSON object.")
    return value


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
