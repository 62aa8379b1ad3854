"""Takes secrets out of what is logged or shown: headers, bodies, addresses, free text. Pure functions.

A value is masked by the name it stands under, or by its own look (our tokens, JSON Web Tokens, authorisation schemes).
What cannot be recognised either way is kept out by not logging it: bodies of unknown form are never logged whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import orjson

from leadbridge.security.secret import MASK

MAX_TEXT = 4096
"""A redacted text is at most this long, in characters."""
_MAX_READ = 256 * 1024
_MAX_DEPTH = 12

_STEMS = (
    "token", "secret", "password", "passwd", "passphrase", "apikey", "hapikey", "privatekey", "masterkey", "datakey",
    "authorization", "cookie", "credential", "signature", "assertion", "codeverifier", "jwt", "sessionid",
)  # fmt: skip
_SECRET_NAMES = frozenset({"pwd", "sig", "handle", "ticket", "sid", "session", "nonce", "wrapped", "bearer", "otp"})
_PLAIN_NAMES = frozenset(
    {"tokentype", "tokenexpiresat", "tokenexpiresin", "tokenexpiry", "tokenendpoint", "tokenurl", "secretshown"}
)
_QUERY_NAMES = frozenset({"code", "state", "auth", "loginhint", "key"})
_OAUTH_COMPANY = frozenset({"redirecturi", "granttype", "clientid", "state"})
"""Beside one of these, ``code`` is an authorisation code; elsewhere it is mostly the code of an error."""

_JUNK = re.compile(r"[^a-z0-9]")
_WORD = r"(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|private[_-]?key|code[_-]?verifier|assertion)"
_NAME = rf"{_WORD}[\w.\-]{{0,40}}"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b((?:authorization|cookie)[\"']?\s{0,9}[:=]\s{0,9}[\"']?)[^\r\n\"']+"), rf"\1{MASK}"),
    (re.compile(r"\beyJ[\w-]{6,}(?:\.[\w-]*)*"), MASK),
    (re.compile(r"\blb[a-z]?_[\w-]{16,}"), MASK),
    (re.compile(r"\bwhsec_[\w+/=-]{16,}"), MASK),
    (re.compile(r"(?i)\b(bearer|basic|zoho-oauthtoken)\s{1,9}(?!realm=)[\w\-.~+/=]{6,}"), rf"\1 {MASK}"),
    (re.compile(rf"(?i)({_NAME}\"\s{{0,9}}:\s{{0,9}}\")(?:[^\"\\]|\\.)*"), rf"\1{MASK}"),
    (re.compile(rf"(?i)({_NAME}'\s{{0,9}}:\s{{0,9}}')(?:[^'\\]|\\.)*"), rf"\1{MASK}"),
    (re.compile(rf"(?i)({_NAME}\s{{0,9}}=\s{{0,9}})(?!\*)[^\s&;,\"'<>]+"), rf"\1{MASK}"),
    # with a colon only where the name is plainly a field's: "invalid token: expired" is a sentence
    (re.compile(rf"(?i)([_-]{_WORD}\s{{0,9}}:\s{{0,9}})(?!\*)[^\s&;,\"'<>]+"), rf"\1{MASK}"),
    (re.compile(r"(?i)([?&](?:code|state|sig|ticket|handle)=)[^\s&;,\"'<>#]+"), rf"\1{MASK}"),
)
"""Every repetition is bounded or ends its match, so that no text takes more than linear time."""
_URL = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_OPAQUE = re.compile(r"[\w\-.~+=%]{20,}")
_DIGIT, _LETTER = re.compile(r"[0-9]"), re.compile(r"[A-Za-z]")
_KNOWN_IDS = re.compile(r"(?:[0-9a-f]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\Z")


def is_secret_name(name: str) -> bool:
    """Tell whether what stands under ``name`` is masked, however the name is written."""
    plain = _JUNK.sub("", name.lower())
    if plain in _PLAIN_NAMES:
        return False
    return plain in _SECRET_NAMES or any(stem in plain for stem in _STEMS)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return ``headers`` with the values of secret ones masked."""
    return {name: MASK if is_secret_name(name) else redact_text(value) for name, value in headers.items()}


def redact_url(url: str) -> str:
    """Return an address without user, fragment, secret query values and path parts that look like a key.

    Addresses of webhooks are secrets by themselves (Slack, Make and Teams put the key in the path), and so are
    HubSpot's token addresses. A path part is masked if it has 20 or more characters, letters and digits both, and is
    not one of our ids nor a UUID.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return MASK
    if ":" in host:
        host = f"[{host}]"
    path = "/".join(_segment(part) for part in parts.path.split("/"))
    query = "&".join(
        f"{quote(name)}={MASK if _secret_parameter(name) else quote(redact_plain(value), safe='*:/,')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return _cut(f"{parts.scheme}://{host}{port}{path}" + (f"?{query}" if query else ""))


def redact_body(body: bytes, content_type: str = "") -> str:
    """Return a request's or answer's body as text for a log: JSON and forms by their names, other text by its look.

    A body that is neither is not shown at all, only its length.
    """
    kind = content_type.partition(";")[0].strip().lower()
    text = body[:_MAX_READ].decode("utf-8", "replace")
    if len(body) <= _MAX_READ:
        if kind == "application/x-www-form-urlencoded":
            return _cut(redact_form(text))
        if kind.endswith("json") or (not kind and text.lstrip()[:1] in ("{", "[")):
            try:
                return _cut(orjson.dumps(redact_value(orjson.loads(body))).decode())
            except orjson.JSONDecodeError:
                pass  # said to be JSON and is not: treated as text below
    if kind.startswith("text/") or kind.endswith(("json", "xml", "urlencoded")) or not kind:
        return _cut(redact_text(text))
    return f"({len(body)} bytes of {kind})"


def redact_form(text: str) -> str:
    """Return a urlencoded form with secret values masked."""
    return "&".join(
        f"{quote(name)}={MASK if _secret_parameter(name) else quote(redact_plain(value), safe='*:/,')}"
        for name, value in parse_qsl(text, keep_blank_values=True)
    )


def redact_value(value: Any, depth: int = 0) -> Any:
    """Return a JSON value with everything under a secret name masked; names and structure stay."""
    if depth > _MAX_DEPTH:
        return "..."
    if isinstance(value, Mapping):
        names = {_JUNK.sub("", str(name).lower()) for name in value}
        has_code = bool(names & _OAUTH_COMPANY)
        return {
            name: MASK
            if _hidden(inner) and (is_secret_name(str(name)) or (has_code and str(name).lower() == "code"))
            else redact_value(inner, depth + 1)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact_value(inner, depth + 1) for inner in value]
    if isinstance(value, bytes | bytearray):
        return f"({len(value)} bytes)"
    return redact_text(value) if isinstance(value, str) else value


def redact_text(text: str) -> str:
    """Return free text with what looks like a secret masked: in addresses, after a secret name, or by its own look."""
    return redact_plain(_URL.sub(lambda match: redact_url(match[0]), text[:_MAX_READ]))


def redact_plain(text: str) -> str:
    """Return text with tokens and name-value pairs masked; addresses in it are left as they are."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _hidden(value: Any) -> bool:
    return value is not None and not isinstance(value, bool)  # "hasPassword": true tells nothing


def _secret_parameter(name: str) -> bool:
    return is_secret_name(name) or _JUNK.sub("", name.lower()) in _QUERY_NAMES


def _segment(part: str) -> str:
    return _OPAQUE.sub(lambda match: MASK if _is_key(match[0]) else match[0], part)


def _is_key(text: str) -> bool:
    return bool(_DIGIT.search(text) and _LETTER.search(text)) and not _KNOWN_IDS.match(text)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}... ({len(text) - MAX_TEXT} more characters)"
