"""What happened to a record: the source of webhook events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .object_types import ObjectType


@dataclass(frozen=True, slots=True)
class Change:
    """One change, by whom and when (ms). `extra` are the fields that only this sort of event has."""

    action: str
    kind: ObjectType
    record: int
    source: str
    source_id: str
    at: int
    property: str = ""
    value: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[Change], None]


def unheard(_: Change) -> None:
    """Tell nobody."""
