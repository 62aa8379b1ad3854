"""Search: by e-mail, phone, word or criteria. Its index may lag behind the records."""

from __future__ import annotations

import re

from starlette.responses import Response

from .call import Call
from .conditions import OPERATORS, Both, Node, Test, comparable, holds
from .desk import Desk
from .errors import VendorError, answer, invalid_param, missing_param
from .reading import page_number, per_page
from .records import Record

CRITERIA_MAX = 15
_ALIASES = {"equals": "equal"}


def _bad(criteria: str) -> VendorError:
    return VendorError(400, "INVALID_QUERY", "invalid query formed", {"param_name": "criteria", "near": criteria[:40]})


class Criteria:
    """Reads `((Email:equals:a@b.test)and(Last_Name:starts_with:R))`; `\\` escapes brackets and commas in values."""

    def __init__(self, text: str, desk: Desk) -> None:
        self.text, self.at, self.desk, self.tests = text.strip(), 0, desk, 0

    def read(self) -> Node:
        """Return the whole of it. Raises VendorError 400."""
        node = self._node()
        if self.at != len(self.text) or self.tests > CRITERIA_MAX:
            raise _bad(self.text[self.at :])
        return node

    def _node(self) -> Node:
        if self.text[self.at : self.at + 1] != "(":
            raise _bad(self.text[self.at :])
        if self.text[self.at + 1 : self.at + 2] != "(":
            return self._chain(self._test())
        self.at += 1
        node = self._node()
        if self.text[self.at : self.at + 1] != ")":
            raise _bad(self.text[self.at :])
        self.at += 1
        return self._chain(node)

    def _chain(self, left: Node) -> Node:
        joined = re.compile(r"\s*(and|or)\s*(?=\()", re.IGNORECASE).match(self.text, self.at)
        if joined is None:
            return left
        self.at = joined.end()
        return Both((left, self._node()), every=joined[1].lower() == "and")

    def _test(self) -> Test:
        found = re.compile(r"\(([A-Za-z_$][\w$.]*):(\w+):((?:[^()\\]|\\.)*)\)").match(self.text, self.at)
        if found is None:
            raise _bad(self.text[self.at :])
        self.at, self.tests = found.end(), self.tests + 1
        name, word, raw = found.groups()
        operator = _ALIASES.get(word.lower(), word.lower())
        field = self.desk.fields.get(name)
        kind = "id" if name == "id" else field.type if field else ""
        if operator not in OPERATORS or not kind:
            raise _bad(found[0])
        parts = re.findall(r"((?:[^,\\]|\\.)+)", raw) if operator in ("in", "between") else [raw]
        values = tuple(re.sub(r"\\(.)", r"\1", part) for part in parts)
        if operator == "between" and len(values) != 2:
            raise _bad(found[0])
        return Test(name, kind, operator, values)


def _word(desk: Desk, record: Record, word: str) -> bool:
    held = [value for value in record.values.values() if isinstance(value, str)]
    return any(word.lower() in re.split(r"\W+", value.lower()) or word.lower() == value.lower() for value in held)


def search(call: Call) -> Response:
    """Answer a page of what is found, the newest change first; 204 without any."""
    desk, settings = call.desk(), call.zoho.world.settings
    asked = [name for name in ("criteria", "email", "phone", "word") if call.query(name)]
    if not asked:
        raise missing_param("criteria")
    text = call.query(asked[0])
    node = Criteria(text, desk).read() if asked[0] == "criteria" else None
    kinds = {"email": "email", "phone": "phone"}

    def meets(record: Record) -> bool:
        if node is not None:
            return holds(node, lambda name: desk.shown(record, (name,)).get(name))
        if asked[0] == "word":
            return _word(desk, record, text)
        names = [name for name, field in desk.fields.items() if field.type == kinds[asked[0]]]
        return any(comparable(record.values.get(name), "text") == text.lower() for name in names)

    converted = call.query("converted", "false")
    if converted not in ("true", "false", "both"):
        raise invalid_param("converted", supported_values=["true", "false", "both"])
    lag_ms = int(settings.searchLagSeconds * 1000)
    source = desk.records.indexed(call.zoho.world.clock.now_ms() - lag_ms if lag_ms else None)
    found = [one for one in source if meets(one) and (converted == "both" or one.converted is (converted == "true"))]
    found.sort(key=lambda record: (record.modified, record.id), reverse=True)
    page, size = page_number(call), per_page(call)
    if page * size > settings.discreteCap:
        raise VendorError(400, "LIMIT_REACHED", "Record count exceeded", {"limit": settings.discreteCap})
    rows = found[(page - 1) * size : page * size]
    if not rows:
        return answer(204, None)
    names = [part.strip() for part in call.query("fields").split(",") if part.strip()] or None
    info = {"per_page": size, "count": len(rows), "page": page, "more_records": len(found) > page * size}
    return answer(200, {"data": [desk.shown(row, names) for row in rows], "info": info})
