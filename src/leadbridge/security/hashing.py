"""Tokens that we only ever compare: made here, shown once, kept as a hash. And PKCE, which works the same way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable

TOKEN_PREFIX = "lb_"  # noqa: S105  # what a token starts with, so that a secret scanner knows one
TOKEN_BYTES = 32

RandomBytes = Callable[[int], bytes]
"""Where randomness comes from; only a simulation gives its own."""


def new_token(prefix: str = TOKEN_PREFIX, random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """Return a new bearer token: ``prefix`` and 43 URL-safe characters that hold 256 random bits."""
    return prefix + _text(random_bytes(TOKEN_BYTES))


def hash_token(token: str, purpose: str = "token") -> str:
    """Return the form in which ``token`` is stored and looked up: 64 hexadecimal digits of SHA-256.

    A fast hash is enough, since the token has 256 random bits and nobody can guess through them; a password has not
    and must never be hashed by this. ``purpose`` keeps a hash from one use worthless in another.
    """
    return hashlib.sha256(f"leadbridge/{purpose}\0{token}".encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Tell whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def new_verifier(random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """Return a PKCE code verifier of 43 characters (RFC 7636, 4.1: 43 to 128 unreserved characters)."""
    return _text(random_bytes(TOKEN_BYTES))


def s256_challenge(verifier: str) -> str:
    """Return the PKCE code challenge of ``verifier`` by method S256 (RFC 7636, 4.2)."""
    return _text(hashlib.sha256(verifier.encode("ascii")).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
