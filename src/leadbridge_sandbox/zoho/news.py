"""What happened to records in one call: the source of notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Operation = Literal["insert", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Change:
    """One record's change. `values` are the changed fields of an update, as the API shows them."""

    operation: Operation
    module: str
    record: int
    values: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[Change], None]
