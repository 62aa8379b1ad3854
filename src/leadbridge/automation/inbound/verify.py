"""What proves a caller: the secret in a header, or a signature over the bytes that came. Pure.

Signatures are those of Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and body, joined by dots. Every comparison
takes the same time whether it holds or not.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime

from leadbridge.kit.clock import EPOCH

PREFIX = "whsec_"
WINDOW = 300
"""Seconds by which the time of a signature may differ from ours, either way."""
MAX_ENTRIES = 10
"""Signatures in one header that are looked at; during a rotation there are two."""
MAX_ID = 256
"""Characters of a message's id."""


def signing_key(secret: str) -> bytes:
    """Return the key of a secret's signatures: the bytes behind ``whsec_``, else the text itself."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass  # not one of ours: the text is the key, as for every other text
    return secret.encode()


def holds_secret(given: bytes, secrets: Sequence[bytes]) -> bool:
    """Tell whether a header holds one of ``secrets``; each of them is compared."""
    held = False
    for secret in secrets:
        held |= hmac.compare_digest(given, secret)
    return held


def holds_signature(
    message_id: bytes, timestamp: bytes, signatures: bytes, body: bytes, keys: Sequence[bytes], now: datetime
) -> bool:
    """Tell whether one of the entries ``v1,<base64>`` is that of one of ``keys``, and its time is ours."""
    entries = [entry[3:] for entry in signatures.split(b" ")[:MAX_ENTRIES] if entry.startswith(b"v1,")]
    signed = b".".join((message_id, timestamp, body))
    held = False
    for key in keys:
        digest = base64.b64encode(hmac.digest(key, signed, "sha256"))
        for entry in entries:
            held |= hmac.compare_digest(entry, digest)
    return held and 0 < len(message_id) <= MAX_ID and in_time(timestamp, now)


def in_time(timestamp: bytes, now: datetime) -> bool:
    """Tell whether a time in unix seconds is within the window."""
    if not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs((now - EPOCH).total_seconds() - int(timestamp)) <= WINDOW
