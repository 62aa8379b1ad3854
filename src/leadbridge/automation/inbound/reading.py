"""What the body of a call says: JSON, a form or text, as the data of an event. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from leadbridge.automation.inbound.errors import BadWebhookBody
from leadbridge.web.jsonbody import MAX_DEPTH, depth_of, is_json

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 1000
"""Fields of a form."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a body says: the value itself, and the JSON that stands for it in an event, byte for byte as it came."""

    value: Any
    json: bytes

    @property
    def fields(self) -> Mapping[str, Any]:
        """Its top-level names; none where it is no object."""
        return self.value if isinstance(self.value, dict) else {}


def read(content_type: str, body: bytes) -> Content:
    """Return what a body says; raises ``BadWebhookBody`` with what is wrong with it.

    What is said to be JSON, or said to be nothing and begins like it, is JSON. A form is an object of its fields, one
    that stands twice is a list. Any other text is ``{"text": ...}``; no body at all is ``{}``.
    """
    if not body.strip():
        return Content({}, b"{}")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == FORM:
        return _form(body)
    if is_json(content_type) or (kind in ("", "text/json") and body.lstrip()[:1] in (b"{", b"[")):
        return _json(body)
    if kind and not kind.startswith("text/"):
        raise BadWebhookBody(
            f"The body is sent as {kind[:80]}, which is not taken here.",
            hint="Send it as application/json, application/x-www-form-urlencoded or text/plain.",
        )
    try:
        value = {"text": body.decode()}
    except UnicodeDecodeError as error:
        raise BadWebhookBody("The body is not a text in UTF-8.") from error
    return Content(value, orjson.dumps(value))


def _json(body: bytes) -> Content:
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and depth_of(body) > MAX_DEPTH:
        raise BadWebhookBody(f"The body is nested deeper than {MAX_DEPTH} levels.", code="json_too_deep")
    try:
        return Content(orjson.loads(body), body.strip())
    except orjson.JSONDecodeError as error:
        raise BadWebhookBody(
            f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).",
            code="invalid_json",
            hint="Correct the body and send it again; nothing was started. Text typed into JSON by hand needs its "
            "quotes and line breaks escaped.",
        ) from error


def _form(body: bytes) -> Content:
    fields: dict[str, Any] = {}
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding="utf-8", errors="strict"
        )
    except UnicodeDecodeError as error:
        raise BadWebhookBody("The form is not in UTF-8.") from error
    except ValueError as error:
        raise BadWebhookBody(f"The form has more than {MAX_FIELDS:,} fields.") from error
    for name, value in pairs:
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return Content(fields, orjson.dumps(fields))
