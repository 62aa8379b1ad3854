"""What can go wrong with a value or an expression; each message is one sentence that a person can act on."""

from __future__ import annotations


class Unmappable(ValueError):
    """A value has no counterpart on the other side."""


class BadExpression(ValueError):
    """An expression cannot be saved: it does not parse, names what is not there, or its types do not fit."""
