"""The base of everything that is stored or shown: frozen, camelCase outside, snake_case inside.

``Document`` (pydantic) serves records and settings; ``LeanDocument`` (msgspec) serves what is written by the
thousand: links, lanes, tasks. Both carry the same five fields from their first day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, SerializationInfo
from pydantic.alias_generators import to_camel

from leadbridge.kit.clock import to_seconds_text, to_text


class Identifying:
    """Marks a text that is an identifier of ours, for an engine that has a type of its own for these."""

    def __repr__(self) -> str:
        return "Identifying()"


Id = Annotated[str, Field(pattern=r"^[0-9a-f]{24}$", examples=["674085f0c2a1b94d3e5f6071"]), Identifying()]
"""An identifier: 24 hexadecimal digits (an ObjectId in MongoDB). A text that is not annotated so stays a text."""


def _empty_is_unset(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


Blankable = BeforeValidator(_empty_is_unset)
"""Marks an optional field in which an empty text means unset."""

Time = Annotated[datetime, PlainSerializer(to_text, when_used="json")]
"""A time, shown in milliseconds."""
Seconds = Annotated[datetime, PlainSerializer(to_seconds_text, when_used="json")]
"""A time, shown in whole seconds."""


def _to_json_text(value: Any, info: SerializationInfo) -> Any:
    return value if info.mode == "json" else orjson.dumps(value).decode()


def _from_json_text(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


JsonObject = Annotated[dict[str, Any], BeforeValidator(_from_json_text), PlainSerializer(_to_json_text)]
"""Foreign JSON: stored as one text, since its keys may be anything, and shown as the object it was."""


class Shape(BaseModel):
    """A part of a document or of an API body: frozen, camelCase outside."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore", serialize_by_alias=True
    )


class Body(Shape):
    """What a caller sends. A key we do not know is refused, since a misspelt one would be lost unseen."""

    model_config = ConfigDict(extra="forbid")


class Document(Shape):
    """A stored document of one company.

    ``rev`` rises by one with every write and is the usual precondition of the next; ``v`` is the schema version;
    ``subjects`` names the records whose personal data the document holds, so that one query can forget a person.
    """

    id: str = Field(alias="_id")
    company_id: Id
    rev: int = 0
    v: int = 1
    subjects: tuple[Id, ...] = ()


class Record(Document):
    """A document known by an identifier of its own, not by a key that is made of others."""

    id: Id = Field(alias="_id")


class GlobalDocument(Shape):
    """A stored document that belongs to no one company: the directory, the store's own state."""

    id: str = Field(alias="_id")
    rev: int = 0
    v: int = 1
    subjects: tuple[Id, ...] = ()


class LeanDocument(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A stored document of one company, in the form that costs least to read and write."""

    id: str = msgspec.field(name="_id")
    company_id: Id
    rev: int = 0
    v: int = 1
    subjects: tuple[Id, ...] = ()
