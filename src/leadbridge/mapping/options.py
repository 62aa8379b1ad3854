"""Choices by value or by label: CRMs store a code and show a word, and people use either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from leadbridge.kit.text import squeeze
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.model import Choice

Key: TypeAlias = tuple[str, str]
SHOWN = 80


def word(text: str) -> str:
    """Return what two spellings of one word have in common: white space and case aside."""
    return squeeze(text).casefold()


class Options:
    """The choices of a CRM's field. Without any, every word is its own choice.

    ``closed``: the field takes only what is listed.
    """

    def __init__(self, choices: Sequence[Choice], *, closed: bool) -> None:
        self._by_value: dict[str, Choice] = {}
        self._by_word: dict[str, Choice] = {}
        for choice in choices:
            self._by_value.setdefault(choice.value, choice)
        for choice in self._by_value.values():
            self._by_word.setdefault(word(choice.label), choice)
        for choice in self._by_value.values():
            self._by_word.setdefault(word(choice.value), choice)
        self._closed = closed and bool(choices)

    def key_ours(self, text: str) -> Key:
        """Return what our word means."""
        return _key(self._by_word.get(word(text)), text)

    def key_theirs(self, raw: str) -> Key:
        """Return what the CRM's raw value means."""
        return _key(self._theirs(raw), raw)

    def to_crm(self, text: str) -> str:
        """Return the value that stands for our word; raises ``Unmappable`` where the field has none for it."""
        found = self._by_word.get(word(text))
        if found is not None:
            return found.value
        if self._closed:
            raise Unmappable(
                f"'{text[:SHOWN]}' is not among the CRM's choices; add it there, or map it to one of them."
            )
        return squeeze(text)

    def to_ours(self, raw: str) -> str:
        """Return the word for a raw value: its label; raises ``Unmappable`` where no word leads back to it."""
        found = self._theirs(raw)
        if found is None:
            return squeeze(raw)
        for name in (found.label, found.value):
            if squeeze(name) and self._by_word.get(word(name)) is found:
                return squeeze(name)
        raise Unmappable(f"The CRM's choice '{raw[:SHOWN]}' has the name of another one; give one of them a new name.")

    def _theirs(self, raw: str) -> Choice | None:
        return self._by_value.get(raw) or self._by_word.get(word(raw))


def _key(choice: Choice | None, text: str) -> Key:
    return ("choice", choice.value) if choice is not None else ("word", word(text))
