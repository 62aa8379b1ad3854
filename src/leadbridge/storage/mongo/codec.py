"""Stored bodies to and from BSON: identifiers become ObjectIds and times BSON dates, where the document type says so.

Back again the BSON type tells, so that a body read is exactly the body written, whatever the type says by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from bson import ObjectId
from bson.datetime_ms import DatetimeMS
from bson.int64 import Int64

from leadbridge.kit.clock import from_millis, to_millis, to_text
from leadbridge.kit.ids import is_object_id
from leadbridge.kit.values import NotStorable, Stored, Value
from leadbridge.storage.kind import Kind
from leadbridge.storage.mongo.schema import Bracket, Node, schema_of
from leadbridge.storage.query import rank

TOUCHED = "_t"
"""What a batch raises in a document it only required; no part of the body."""
_FIRST_MILLIS = to_millis(datetime.fromisoformat("0001-01-01T00:00:00+00:00"))
_LAST_MILLIS = to_millis(datetime.fromisoformat("9999-12-31T23:59:59.999+00:00"))
_AS_IT_IS = frozenset((str, int, float, bool))


class Unfit(Exception):
    """A value that no document can hold at that place: what is asked for is not there."""


class Codec:
    """The BSON forms of one kind's documents and of the values its questions name."""

    def __init__(self, name: str, type_: type) -> None:
        self._name = name
        self._schema = schema_of(type_)

    def document(self, body: Stored) -> dict[str, Any]:
        """Return ``body`` for MongoDB; raises ``NotStorable`` for a text that is not what its place is for."""
        result: dict[str, Any] = {}
        fields = self._schema.fields
        for name, value in body.items():
            node = fields.get(name)
            result[name] = value if node is None or not node.typed else self._encode(value, node, name)
        return result

    def field(self, name: str, value: Value) -> Any:
        """Return the value of a top-level field for MongoDB; raises ``NotStorable``."""
        node = self._schema.fields.get(name)
        return value if node is None or not node.typed else self._encode(value, node, name)

    def asked(self, path: str, value: Value) -> Any:
        """Return a value that is compared for equality with a field, or with an element of a list; raises ``Unfit``."""
        bracket = self._schema.at(path).scalar
        if bracket is None or not isinstance(value, str):
            return value
        found = _exactly(bracket, value)
        if found is None:
            raise Unfit(path)
        return found

    def bound(self, path: str, value: Value) -> tuple[Any, bool]:
        """Return the least storable value that is not below ``value``, and whether it is ``value`` itself.

        Only a text where identifiers or times stand can differ from it; raises ``Unfit`` if all of these are below.
        """
        bracket = self._schema.at(path).scalar
        if bracket is None or not isinstance(value, str):
            return value, True
        exact = _exactly(bracket, value)
        return (exact, True) if exact is not None else (_ceiling(bracket, value), False)

    def brackets(self, path: str) -> tuple[Bracket, ...]:
        """Return the brackets of the values that stand at ``path``, in order."""
        return self._schema.at(path).brackets

    def body(self, document: Mapping[str, Any]) -> Stored:
        """Return the stored body of what MongoDB gave."""
        return {name: _decode(value) for name, value in document.items() if name != TOUCHED}

    def _encode(self, value: Any, node: Node, path: str) -> Any:
        if isinstance(value, str):
            bracket = node.scalar
            if bracket is None:
                return value
            found = _exactly(bracket, value)
            if found is None:
                what = "an identifier of 24 hexadecimal digits" if bracket is Bracket.ID else "a time in milliseconds"
                raise NotStorable(f"{self._name}.{path} holds {what}, not another text")
            return found
        if isinstance(value, list):
            inner = node.elements
            return value if inner is None or not inner.typed else [self._encode(one, inner, path) for one in value]
        if isinstance(value, dict):
            inner = node.elements
            result = {}
            for name, one in value.items():
                below = node.fields.get(name) or inner
                encoded = below is not None and below.typed
                result[name] = self._encode(one, below, f"{path}.{name}") if below is not None and encoded else one
            return result
        return value


def codec_of(kind: Kind[Any]) -> Codec:
    """Return the codec of a kind."""
    return _codec(kind.name, kind.type)  # type: ignore[arg-type]  # a type is hashable


@lru_cache(maxsize=1024)
def _codec(name: str, type_: type) -> Codec:
    return Codec(name, type_)


def _decode(value: Any) -> Value:
    kind = type(value)
    if kind in _AS_IT_IS:
        return value  # type: ignore[no-any-return]
    if kind is list:
        return [_decode(one) for one in value]
    if kind is ObjectId:
        return str(value)
    if kind is DatetimeMS:
        return to_text(from_millis(int(value)))
    if kind is Int64:
        return int(value)
    if isinstance(value, dict):
        return {name: _decode(one) for name, one in value.items()}
    raise NotStorable(f"the database holds a {kind.__name__}, which this hub never writes")


def _exactly(bracket: Bracket, text: str) -> Any:
    """Return the identifier or time that ``text`` spells, None if it spells none."""
    if bracket is Bracket.ID:
        return ObjectId(text) if is_object_id(text) else None
    try:
        moment = datetime.fromisoformat(text)
        millis = to_millis(moment)
        return DatetimeMS(millis) if to_text(from_millis(millis)) == text else None
    except (ValueError, OverflowError):
        return None


def _ceiling(bracket: Bracket, text: str) -> Any:
    """Return the first identifier or time whose text is not below ``text``; raises ``Unfit`` where there is none."""
    size = 1 << 96 if bracket is Bracket.ID else _LAST_MILLIS - _FIRST_MILLIS + 1
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        here = f"{middle:024x}" if bracket is Bracket.ID else to_text(from_millis(_FIRST_MILLIS + middle))
        if here < text:
            low = middle + 1
        else:
            high = middle
    if low == size:
        raise Unfit(text)
    return ObjectId(f"{low:024x}") if bracket is Bracket.ID else DatetimeMS(_FIRST_MILLIS + low)


def whole(bracket: Bracket) -> dict[str, Any]:
    """Return the condition that holds for every value of a bracket and for no other."""
    least: Any = {
        Bracket.NUMBER: float("-inf"),
        Bracket.TEXT: "",
        Bracket.ID: ObjectId("0" * 24),
        Bracket.BOOLEAN: False,
        Bracket.TIME: DatetimeMS(_FIRST_MILLIS),
    }[bracket]
    return {"$gte": least}


def rank_of(value: Value | None) -> int:
    """Return the place of a value's type in the store's order of types."""
    return rank(value)[0]
