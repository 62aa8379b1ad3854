"""How a delivery is signed. Pure.

Standard Webhooks 1.0.0 (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``) for receivers in code, and beside
it a plain hexadecimal HMAC-SHA256 of the body under the secret's own text, which a filter of a Make scenario can
compute: its functions sign a text with a text.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing secret, ready to sign: with the bytes it stands for, and with its own text."""

    standard: hmac.HMAC = field(repr=False)
    plain: hmac.HMAC = field(repr=False)


def signing_key(secret: str) -> SigningKey:
    """Return the key of a secret as it is shown; raises ``ValueError`` where it is none. The prefix may be absent."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a signing secret is whsec_ and base64") from None
    return SigningKey(hmac.new(key, digestmod="sha256"), hmac.new(secret.encode(), digestmod="sha256"))


def _signed(begun: hmac.HMAC, data: bytes) -> bytes:
    # a copy of a begun HMAC takes up no key again; and short texts are hashed without letting go of the interpreter,
    # which a one-shot function does each time: beside a busy thread that costs a hundred times the hash
    own = begun.copy()
    own.update(data)
    return own.digest()


def standard_signature(keys: Sequence[SigningKey], id: str, seconds: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``: one entry for each key, in their order, separated by spaces."""
    signed = f"{id}.{seconds}.".encode() + body
    return " ".join("v1," + base64.b64encode(_signed(one.standard, signed)).decode() for one in keys)


def plain_signature(key: SigningKey, body: bytes) -> str:
    """Return what ``sha256(body; "hex"; secret)`` gives in Make: HMAC-SHA256 keyed by the secret's own text."""
    return _signed(key.plain, body).hex()


def signed_headers(keys: Sequence[SigningKey], id: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers by which a receiver knows that ``body`` is ours, unchanged and recent.

    ``keys``: the secret that is valid now, then the one before it while both are. ``seconds`` since 1970 is the time
    of this attempt.
    """
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": standard_signature(keys, id, seconds, body),
        "x-leadbridge-signature": plain_signature(keys[0], body),
    }
    if len(keys) > 1:
        headers["x-leadbridge-signature-previous"] = plain_signature(keys[1], body)
    return headers
