"""A kind of document: its type, the indexes it may be found by, and how its old versions are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar

import msgspec
import orjson

from leadbridge.kit.values import NotStorable, Stored, at_path, stored_fields, stored_mapping

D = TypeVar("D")

MAX_DOCUMENT_BYTES = 256 * 1024
"""A stored document is at most this long as JSON; larger things are kept elsewhere in pieces."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*\Z")


@dataclass(frozen=True, slots=True)
class Index:
    """A declared way to find documents.

    ``fields`` are dotted paths of stored names, in order; the id is always the last, silent one. A tenant kind's index
    either starts with ``companyId`` or is only used across companies. A field an index names holds one type: text,
    numbers or booleans. Unique: no two documents hold the same values, and a document that lacks the last field is
    outside the rule and outside the index: a walk along it does not meet that document. Multi: the first field behind
    ``companyId`` holds a list of texts or integers, and the document is found under each of its elements. An index that
    cannot be built alike on every engine raises ``ValueError``.
    """

    name: str
    fields: tuple[str, ...]
    unique: bool = False
    multi: bool = False

    def __post_init__(self) -> None:
        if not _NAME.match(self.name) and self.name != "_id":
            raise ValueError(f"{self.name!r} cannot be the name of an index: letters, digits and _ only")
        if any(not _PATH.match(path) for path in self.fields) or len(set(self.fields)) != len(self.fields):
            raise ValueError(f"index {self.name} needs different dotted paths of letters, digits and _")
        if self.unique and self.multi:
            raise ValueError(f"index {self.name} cannot be unique over the elements of lists")
        if self.multi and self.fields in ((), ("companyId",)):
            raise ValueError(f"index {self.name} names no field that holds a list")
        if self.unique and self.fields[-1:] in ((), ("companyId",)):
            raise ValueError(f"index {self.name} names no field that is unique")

    @property
    def multi_field(self) -> str | None:
        """The path that holds a list, if this index has one."""
        if not self.multi:
            return None
        return next(path for path in self.fields if path != "companyId")


BY_COMPANY = Index("company", ("companyId",))
"""Every tenant kind can be walked by id within a company."""
BY_ID = Index("_id", ())
"""The ids themselves, in their text order."""


@dataclass(frozen=True)
class Kind(Generic[D]):
    """A collection's declaration. ``name`` is its name in the database; documents decode to ``type``."""

    name: str
    type: type[D]
    indexes: tuple[Index, ...] = ()
    version: int = 1
    upcasts: Mapping[int, Callable[[Stored], Stored]] = field(default_factory=dict)
    """Version n to a function that turns a stored document of version n into one of version n + 1."""
    tenant: bool = True
    """Whether each document belongs to one company and is only reached through it."""

    def __post_init__(self) -> None:
        names = [index.name for index in self.indexes]
        if not _NAME.match(self.name):
            raise ValueError(f"{self.name!r} cannot be the name of a kind: letters, digits and _ only")
        if len({name.lower() for name in (*names, BY_COMPANY.name, BY_ID.name)}) != len(names) + 2:
            raise ValueError(f"{self.name} declares two indexes of one name, or one called 'company' or '_id'")
        if missing := set(range(1, self.version)) - set(self.upcasts):
            raise ValueError(f"{self.name} cannot read documents of version {min(missing)}: the upcast is missing")

    def index(self, name: str) -> Index:
        """Return the declared index called ``name``; an undeclared one is a fault of the code (``KeyError``)."""
        for index in self.indexes:
            if index.name == name:
                return index
        raise KeyError(f"{self.name} has no index {name!r}")

    def encode(self, document: D) -> Stored:
        """Return the stored form of ``document``; raises ``NotStorable`` or ``DocumentTooLarge``."""
        if self._lean:
            body = stored_fields(msgspec.to_builtins(document, builtin_types=(datetime,)))
        else:
            body = stored_mapping(document.model_dump(by_alias=True))  # type: ignore[attr-defined]
        body["v"] = self.version
        self.check_indexed(body)
        return body

    def check_indexed(self, values: Stored) -> None:
        """Raise ``NotStorable`` where an index would have to hold what engines index differently, or not at all."""
        for path, nested, multi in self._indexed:
            here = at_path(values, path) if nested else values.get(path)
            if here is None or (type(here) is str and not multi):
                continue
            if multi:
                if not isinstance(here, list) or any(isinstance(v, bool | list | dict | float) for v in here):
                    raise NotStorable(f"{self.name}.{path} is indexed by element: it holds a list of texts or integers")
            elif isinstance(here, list | dict):
                raise NotStorable(f"{self.name}.{path} is indexed: it holds one text, number or boolean")

    def decode(self, body: Stored) -> D:
        """Return the document of a stored ``body`` of any version up to ours; raises ``StoreTooNew`` beyond it."""
        version = body.get("v", 1)
        if version != self.version:
            if not isinstance(version, int) or version > self.version:
                raise StoreTooNew(self.name, version)
            for step in range(version, self.version):
                body = self.upcasts[step](body)
            body["v"] = self.version
        return self._decoder(body)

    @cached_property
    def _indexed(self) -> tuple[tuple[str, bool, bool], ...]:
        paths = {(path, path == index.multi_field) for index in self.indexes for path in index.fields}
        if clash := {path for path, multi in paths if multi and (path, False) in paths}:
            raise ValueError(f"{self.name} indexes {min(clash)} both as a list and as one value")
        return tuple((path, "." in path, multi) for path, multi in sorted(paths))

    @cached_property
    def _lean(self) -> bool:
        return issubclass(self.type, msgspec.Struct)

    @cached_property
    def _decoder(self) -> Callable[[Stored], D]:
        if self._lean:
            return lambda body: msgspec.convert(body, self.type)
        return self.type.model_validate  # type: ignore[attr-defined,no-any-return]


class StoreTooNew(Exception):
    """A document was written by a newer Leadbridge. Run that version, or one after it, on this store."""

    def __init__(self, kind: str, version: object) -> None:
        super().__init__(f"{kind} holds a document of version {version}, which this Leadbridge is too old to read")


class DocumentTooLarge(ValueError):
    """A document passed ``MAX_DOCUMENT_BYTES``; what fills it belongs in pieces of its own."""


def to_json(body: Stored, kind: str) -> bytes:
    """Return a stored body as JSON; raises ``DocumentTooLarge``."""
    text = orjson.dumps(body)
    if len(text) > MAX_DOCUMENT_BYTES:
        raise DocumentTooLarge(f"a document of {kind} has {len(text)} bytes; at most {MAX_DOCUMENT_BYTES} are stored")
    return text
