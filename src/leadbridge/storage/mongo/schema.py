"""What a document type says about its stored fields: where identifiers and times stand, which the text form hides."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel

from leadbridge.kit.document import Identifying


class Bracket(Enum):
    """A BSON type that a stored scalar may have; values of one bracket never mix with those of another in a range.

    Its ``rank`` is the place of its values in the store's own order, its members stand in BSON's order.
    """

    NUMBER = (1, 0)
    TEXT = (2, 1)
    ID = (2, 2)
    BOOLEAN = (3, 3)
    TIME = (2, 4)

    @property
    def rank(self) -> int:
        return self.value[0]


PLAIN = (Bracket.NUMBER, Bracket.TEXT, Bracket.BOOLEAN)
"""What may stand in a field of which nothing is declared: identifiers and times stay texts there."""


@dataclass(frozen=True, slots=True)
class Node:
    """What is declared of one place of a document: its scalars' brackets, its named fields, its elements."""

    brackets: tuple[Bracket, ...] = ()
    fields: Mapping[str, Node] = field(default_factory=dict)
    elements: Node | None = None
    """Of a list, and of the values of an object with free keys."""
    keyed: bool = False
    """Whether ``elements`` are values under free keys, not a list's."""
    typed: bool = False
    """Whether an identifier or a time stands here or anywhere below."""

    def at(self, path: str) -> Node:
        """Return the node of a dotted ``path``; lists are looked into, as an index over them does."""
        here = self
        for name in path.split("."):
            while here.elements is not None and not here.keyed:
                here = here.elements
            here = here.fields.get(name) or here.elements or UNKNOWN
        while here.elements is not None and not here.fields:
            here = here.elements
        return here

    @property
    def scalar(self) -> Bracket | None:
        """``ID`` or ``TIME`` where every text here is one, else None."""
        texts = [bracket for bracket in self.brackets if bracket.rank == Bracket.TEXT.rank]
        return texts[0] if len(texts) == 1 and texts[0] is not Bracket.TEXT else None


UNKNOWN = Node(PLAIN)


@lru_cache(maxsize=1024)
def schema_of(type_: type) -> Node:
    """Return what a document type declares, by stored names."""
    return _fields(type_, frozenset())


def _fields(type_: type, above: frozenset[type]) -> Node:
    if type_ in above:  # a type that holds itself: its inner ones are stored as they are
        return UNKNOWN
    above |= {type_}
    found: dict[str, Node] = {}
    if issubclass(type_, BaseModel):
        for name, info in type_.model_fields.items():
            annotation: Any = info.annotation
            if _is_identifier(info.metadata):
                annotation = Annotated[annotation, Identifying()]
            found[info.serialization_alias or info.alias or name] = _node(annotation, above)
    elif issubclass(type_, msgspec.Struct):
        for one in msgspec.structs.fields(type_):
            found[one.encode_name] = _node(one.type, above)
    return Node((), found, typed=any(node.typed for node in found.values()))


def _node(annotation: Any, above: frozenset[type]) -> Node:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        if _is_identifier(arguments[1:]):
            return _map_text(_node(arguments[0], above), Bracket.ID)
        return _node(arguments[0], above)
    if origin in (Union, types.UnionType):
        return _merged([_node(one, above) for one in arguments if one is not type(None)])
    if origin is Literal:
        return _merged([_scalar(type(one)) for one in arguments])
    if origin in (list, tuple, set, frozenset) or _is_sequence(origin):
        inner = _merged([_node(one, above) for one in arguments if one is not Ellipsis])
        return Node((), {}, inner, typed=inner.typed)
    if origin is dict or (isinstance(origin, type) and issubclass(origin, Mapping)):
        inner = _node(arguments[1], above) if len(arguments) == 2 else UNKNOWN
        return Node((), {}, inner, keyed=True, typed=inner.typed)
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel | msgspec.Struct):
            return _fields(annotation, above)
        return _scalar(annotation)
    return UNKNOWN


def _is_sequence(origin: Any) -> bool:
    return getattr(origin, "__name__", "") in ("Sequence", "Collection", "Set")


def _is_identifier(metadata: Iterable[object]) -> bool:
    return any(isinstance(one, Identifying) for one in metadata)


def _scalar(type_: type) -> Node:
    if issubclass(type_, datetime):
        return Node((Bracket.TIME,), typed=True)
    if issubclass(type_, Enum):
        values = {type(one.value) for one in type_}
        return _merged([_scalar(one) for one in values])
    if issubclass(type_, bool):
        return Node((Bracket.BOOLEAN,))
    if issubclass(type_, int | float):
        return Node((Bracket.NUMBER,))
    if issubclass(type_, str | Decimal):
        return Node((Bracket.TEXT,))
    return UNKNOWN


def _map_text(node: Node, bracket: Bracket) -> Node:
    if node.elements is not None:
        inner = _map_text(node.elements, bracket)
        return Node((), {}, inner, keyed=node.keyed, typed=inner.typed)
    brackets = tuple(bracket if one is Bracket.TEXT else one for one in node.brackets)
    return Node(brackets, node.fields, typed=bracket in brackets)


def _merged(nodes: list[Node]) -> Node:
    """Return what holds of a value that is one of several: texts are typed only where all of them are alike."""
    if len(nodes) == 1:
        return nodes[0]
    found = {bracket for node in nodes for bracket in node.brackets}
    texts = {bracket for bracket in found if bracket.rank == Bracket.TEXT.rank}
    if len(texts) > 1:
        found = (found - texts) | {Bracket.TEXT}
    brackets = tuple(bracket for bracket in Bracket if bracket in found)
    names = {name for node in nodes for name in node.fields}
    fields = {name: _merged([node.fields[name] for node in nodes if name in node.fields]) for name in sorted(names)}
    inner = [node.elements for node in nodes if node.elements is not None]
    elements = _merged(inner) if inner else None
    if not nodes:
        return UNKNOWN
    typed = Bracket.ID in brackets or Bracket.TIME in brackets
    typed = typed or any(node.typed for node in fields.values()) or (elements is not None and elements.typed)
    return Node(brackets, fields, elements, keyed=any(node.keyed for node in nodes), typed=typed)
