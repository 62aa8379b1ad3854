"""Fields, codecs and schemas for the tests of mapping."""

from __future__ import annotations

from typing import Any

from leadbridge.mapping.codec import Codec
from leadbridge.mapping.model import Choice, Context, Field, PairSpec, Schema, Type

STATUS = (Choice("NEW", "New"), Choice("OPEN_DEAL", "Open deal"), Choice("3", "Lost"))
INTERESTS = (Choice("a", "Apples"), Choice("b", "Pears"), Choice("c", "Plums"))
MADRID = Context(
    zone="Europe/Madrid", region="ES", references={"owner": {"u1": "77", "u2": "78"}, "account": {"a1": "900"}}
)


def field(name: str, type: Type, **more: Any) -> Field:
    """Return a field labelled by its name."""
    return Field(name, name, type, **more)


def codec(
    ours: Type,
    theirs: Type,
    *,
    choices: tuple[Choice, ...] = (),
    mine: tuple[Choice, ...] = (),
    to: str = "",
    context: Context = MADRID,
    **spec: Any,
) -> Codec:
    """Return the codec of a pair of two types."""
    return Codec(
        PairSpec("ours", "theirs", **spec),
        field("ours", ours, choices=mine, to=to),
        field("theirs", theirs, choices=choices, to=to),
        context,
    )


def schema(*fields: Field) -> Schema:
    """Return fields by name."""
    return {one.name: one for one in fields}
