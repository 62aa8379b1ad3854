"""Hostile tokens against the check itself: whatever is not exactly what the settings say is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwk
from joserfc.jws import JWSRegistry
from pydantic import SecretStr

from leadbridge.settings import JwtSettings
from leadbridge.tenancy.errors import TokenRefused
from leadbridge.tenancy.jwt import MAX_TOKEN, secret_key, usable_key, verify
from leadbridge.tenancy.model import Role

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
SECRET = "a shared secret of more than thirty-two bytes"
SHARED = JwtSettings("https://host.example", "leadbridge", "HS256", secret=SecretStr(SECRET))
RSA = jwk.RSAKey.generate_key(2048)
KEYS: dict[str, Any] = {
    "RS256": RSA,
    "ES256": jwk.ECKey.generate_key("P-256"),
    "EdDSA": jwk.OKPKey.generate_key("Ed25519"),
}


def b64(data: bytes | str) -> str:
    raw = data if isinstance(data, bytes) else data.encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**change: Any) -> dict[str, Any]:
    whole = {
        "iss": "https://host.example",
        "aud": "leadbridge",
        "exp": AT + 300,
        "sub": "user-1",
        "companyId": "c-1",
        "role": "admin",
    } | change
    return {name: value for name, value in whole.items() if value is not None}


def signed(header: dict[str, Any] | str, payload: dict[str, Any] | str, secret: bytes | None = None) -> str:
    """Sign anything, well-formed or not, with HMAC-SHA256."""
    parts = [b64(part if isinstance(part, str) else json.dumps(part)) for part in (header, payload)]
    text = ".".join(parts)
    return f"{text}.{b64(hmac.new(secret or SECRET.encode(), text.encode(), hashlib.sha256).digest())}"


def by_key(algorithm: str, payload: dict[str, Any], **header: Any) -> str:
    text = f"{b64(json.dumps({'alg': algorithm} | header))}.{b64(json.dumps(payload))}"
    return f"{text}.{b64(JWSRegistry.algorithms[algorithm].sign(text.encode(), KEYS[algorithm]))}"


def public(algorithm: str, **more: Any) -> dict[str, Any]:
    shown: dict[str, Any] = KEYS[algorithm].as_dict(private=False)
    return shown | more


def keyed(algorithm: str) -> JwtSettings:
    return JwtSettings("https://host.example", "leadbridge", algorithm, jwks_url="https://host.example/keys")


HS = {"alg": "HS256", "typ": "JWT"}


def test_a_right_token_is_read() -> None:
    read = verify(signed(HS, claims(email="a@b.example", name="Ana")), secret_key(SECRET), SHARED, NOW)
    assert (read.company, read.user, read.email, read.name, read.role) == (
        "c-1",
        "user-1",
        "a@b.example",
        "Ana",
        Role.ADMIN,
    )


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_each_key_algorithm_is_taken_with_its_own_key_only(algorithm: str) -> None:
    used = usable_key(public(algorithm, kid="k"), algorithm)
    assert used is not None
    assert used[0] == "k"
    assert verify(by_key(algorithm, claims()), used[1], keyed(algorithm), NOW).user == "user-1"
    for other in set(KEYS) - {algorithm}:
        assert usable_key(public(other), algorithm) is None
        with pytest.raises(TokenRefused, match="algorithm"):
            verify(by_key(other, claims()), used[1], keyed(algorithm), NOW)


@pytest.mark.parametrize(
    ("role", "read"),
    [
        (None, None),
        ("super_user", Role.SUPER_USER),
        ("operator", Role.MEMBER),
        ("owner", Role.MEMBER),
        ("", Role.MEMBER),
        (["admin"], Role.MEMBER),
        ({"admin": True}, Role.MEMBER),
        (True, Role.MEMBER),
    ],
)
def test_an_unknown_role_is_a_member_and_nothing_is_an_operator(role: object, read: Role | None) -> None:
    assert verify(signed(HS, claims(role=role)), secret_key(SECRET), SHARED, NOW).role is read


@pytest.mark.parametrize("change", [{"aud": ["other", "leadbridge"]}, {"exp": AT - 29}, {"nbf": AT + 29}, {"iat": AT}])
def test_what_is_still_right(change: dict[str, Any]) -> None:
    assert verify(signed(HS, claims(**change)), secret_key(SECRET), SHARED, NOW).company == "c-1"


DUPLICATE = json.dumps(claims())[:-1] + ', "companyId": "c-2"}'
PEM = RSA.as_pem(private=False)

HOSTILE: dict[str, Callable[[], str]] = {
    "none": lambda: f"{b64(json.dumps({'alg': 'none'}))}.{b64(json.dumps(claims()))}.",
    "none with a signature": lambda: signed({"alg": "none"}, claims()),
    "None": lambda: signed({"alg": "None"}, claims()),
    "no algorithm": lambda: signed({"typ": "JWT"}, claims()),
    "algorithm as a list": lambda: signed({"alg": ["HS256"]}, claims()),
    "another hash": lambda: signed({"alg": "HS512"}, claims()),
    "another secret": lambda: signed(HS, claims(), b"another secret that is long enough, too"),
    "empty secret": lambda: signed(HS, claims(), b"\0"),
    "no signature": lambda: signed(HS, claims()).rpartition(".")[0] + ".",
    "cut signature": lambda: signed(HS, claims())[:-4],
    "changed payload": lambda: (
        signed(HS, claims()).split(".")[0]
        + "."
        + b64(json.dumps(claims(role="super_user")))
        + "."
        + signed(HS, claims()).split(".")[2]
    ),
    "another issuer": lambda: signed(HS, claims(iss="https://evil.example")),
    "issuer as a list": lambda: signed(HS, claims(iss=["https://host.example"])),
    "no issuer": lambda: signed(HS, claims(iss=None)),
    "another audience": lambda: signed(HS, claims(aud="other")),
    "audience that only contains ours": lambda: signed(HS, claims(aud="leadbridge-staging")),
    "no audience": lambda: signed(HS, claims(aud=None)),
    "empty audience": lambda: signed(HS, claims(aud=[])),
    "expired": lambda: signed(HS, claims(exp=AT - 31)),
    "no expiry": lambda: signed(HS, claims(exp=None)),
    "expiry as text": lambda: signed(HS, claims(exp=str(AT + 300))),
    "expiry as true": lambda: signed(HS, claims(exp=True)),
    "expiry NaN": lambda: signed(HS, json.dumps(claims()).replace(str(AT + 300), "NaN")),
    "expiry infinite": lambda: signed(HS, json.dumps(claims()).replace(str(AT + 300), "Infinity")),
    "not yet": lambda: signed(HS, claims(nbf=AT + 60)),
    "from the future": lambda: signed(HS, claims(iat=AT + 600)),
    "no company": lambda: signed(HS, claims(companyId=None)),
    "empty company": lambda: signed(HS, claims(companyId=" ")),
    "company as an object": lambda: signed(HS, claims(companyId={"$ne": ""})),
    "company with a line break": lambda: signed(HS, claims(companyId="c-1\n")),
    "long company": lambda: signed(HS, claims(companyId="c" * 201)),
    "no user": lambda: signed(HS, claims(sub=None)),
    "duplicated claim": lambda: signed(HS, DUPLICATE),
    "duplicated algorithm": lambda: signed('{"alg": "none", "alg": "HS256"}', claims()),
    "critical extension": lambda: signed(HS | {"crit": ["exp"], "exp": 1}, claims()),
    "unencoded payload": lambda: signed(HS | {"b64": False, "crit": ["b64"]}, claims()),
    "another type": lambda: signed(HS | {"typ": "secevent+jwt"}, claims()),
    "key id as a path": lambda: signed(HS | {"kid": ["../../dev/null"]}, claims()),
    "long key id": lambda: signed(HS | {"kid": "k" * 300}, claims()),
    "huge": lambda: signed(HS, claims(padding="x" * MAX_TOKEN)),
    "deep": lambda: signed(HS, "[" * 2000),
    "payload is a list": lambda: signed(HS, "[]"),
    "payload is no JSON": lambda: signed(HS, "companyId=c-1"),
    "payload is no UTF-8": lambda: ".".join([b64(json.dumps(HS)), b64(b"\xff\xfe"), "AAAA"]),
    "header is no JSON": lambda: signed("alg=HS256", claims()),
    "five parts": lambda: signed(HS, claims()) + ".a.b",
    "spaces": lambda: signed(HS, claims()) + " ",
    "padding": lambda: signed(HS, claims()) + "=",
    "not ASCII": lambda: signed(HS, claims()) + "é",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_is_refused_without_a_word_of_what_is_in_it(name: str) -> None:
    token = HOSTILE[name]()
    with pytest.raises(TokenRefused) as refused:
        verify(token, secret_key(SECRET), SHARED, NOW)
    assert refused.value.status == 401
    for part in (*token.split("."), "evil.example", SECRET):
        assert len(part) < 8 or part not in str(refused.value) + refused.value.hint


@pytest.mark.parametrize("secret", [PEM, json.dumps(public("RS256")).encode()])
def test_a_public_key_is_no_shared_secret(secret: bytes) -> None:
    """Algorithm confusion: HS256 over the text of the public key, against an issuer whose algorithm is RS256."""
    used = usable_key(public("RS256"), "RS256")
    assert used is not None
    with pytest.raises(TokenRefused, match="algorithm"):
        verify(signed(HS, claims(), secret), used[1], keyed("RS256"), NOW)


def test_a_key_inside_the_token_is_not_looked_at() -> None:
    used = usable_key(public("RS256"), "RS256")
    assert used is not None
    attacker = jwk.RSAKey.generate_key(2048)
    header = {"alg": "RS256", "jwk": attacker.as_dict(private=False), "jku": "https://evil.example/keys"}
    text = f"{b64(json.dumps(header))}.{b64(json.dumps(claims()))}"
    token = f"{text}.{b64(JWSRegistry.algorithms['RS256'].sign(text.encode(), attacker))}"
    with pytest.raises(TokenRefused, match="signature"):
        verify(token, used[1], keyed("RS256"), NOW)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"kty": "oct", "k": "AAAA"},
        public("RS256", use="enc"),
        public("RS256", alg="RS512"),
        public("RS256", key_ops=["encrypt"]),
        public("RS256", kid=7),
        public("RS256", n="AQAB"),
        public("RS256", n="not base64!"),
        RSA.as_dict(private=True),
        public("RS256", n=b64(b"\xc1" * 128)),
        public("RS256", n=None),
    ],
)
def test_a_key_for_something_else_is_not_used(entry: object) -> None:
    assert usable_key(entry, "RS256") is None
