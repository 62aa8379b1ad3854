"""Fields of every lossy kind: what people type, what the vendor makes of it, and the pair that maps it.

Every value carries the number of the edit it came from (its token), in a form of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from leadbridge.sync.core.values import Rule, Value

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Kind:
    """How one field's values look on both sides."""

    name: str
    ours: Callable[[int], str]
    """What a person types here."""
    crm: Callable[[int], str]
    """What a person types there."""
    store: Callable[[str], str]
    """What the vendor makes of what it is given."""
    equal: Callable[[str, str], bool]
    to_crm: Callable[[str], str]
    to_ours: Callable[[str], str]


def token_of(value: Value) -> int:
    """Return the number of the edit that a value came from; -1 for a blank or a default."""
    found = _NUMBER.search(str(value).replace("+3531", "").replace("+353 1 ", ""))
    return int(found[0]) if found and value is not None else -1


def _same(text: str) -> str:
    return text


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split(";"))


def _equal(form: Callable[[str], object]) -> Callable[[str, str], bool]:
    return lambda ours, theirs: form(ours) == form(theirs)


def _digits(text: str) -> str:
    return text.replace(" ", "")


def _cents(text: str) -> str:
    return text[: text.index(".") + 3] if "." in text else text


def _day(text: str) -> str:
    return text.partition("T")[0]


KINDS = (
    Kind("name", lambda t: f"v{t}", lambda t: f" v{t} ", str.strip, _equal(str.strip), _same, str.strip),
    Kind("email", lambda t: f"M{t}X", lambda t: f"M{t}x", str.lower, _equal(str.casefold), _same, str.upper),
    Kind(
        "phone",
        lambda t: f"+353 1 {t}",
        lambda t: f"+3531 {t}",
        _digits,
        _equal(_digits),
        _same,
        lambda raw: f"+353 1 {raw.removeprefix('+3531')}",
    ),
    Kind(
        "source",
        lambda t: f"opt{t}",
        lambda t: f"Option {t}",
        _same,
        lambda ours, theirs: ours.removeprefix("opt") == theirs.removeprefix("Option "),
        lambda ours: f"Option {ours.removeprefix('opt')}",
        lambda raw: f"opt{raw.removeprefix('Option ')}",
    ),
    Kind("value", lambda t: f"{t}.1234", lambda t: f"{t}.567", _cents, _equal(_cents), _same, _same),
    Kind("due", lambda t: f"{t}T10:11", lambda t: f"{t}", _day, _equal(_day), _day, lambda raw: f"{raw}T00:00"),
    Kind(
        "notes",
        lambda t: f"v{t}-abcdefghij",
        lambda t: f"v{t}+abcdefghij",
        lambda raw: raw[:9],
        _equal(lambda text: str(text)[:9]),
        _same,
        _same,
    ),
    Kind(
        "tags",
        lambda t: f"a{t};b{t}",
        lambda t: f"c{t};d{t}",
        lambda raw: ";".join(sorted(raw.split(";"), reverse=True)),
        _equal(_set),
        _same,
        lambda raw: ";".join(sorted(raw.split(";"))),
    ),
    Kind("stage", lambda t: f"s{t}", lambda t: f"s{t}", _same, _equal(_same), _same, _same),
    Kind("region", lambda t: f"r{t}", lambda t: f"r{t}", _same, _equal(_same), _same, _same),
    Kind("tier", lambda t: f"t{t}", lambda t: f"t{t}", _same, _equal(_same), _same, _same),
)
BY_NAME = {kind.name: kind for kind in KINDS}
STAGES = 4
"""The vendor lets a stage only go forward: rank is the token's remainder."""


def rank(value: Value) -> int:
    """Return how far a stage is."""
    return token_of(value) % STAGES


class SimPair:
    """A field of ours and its counterpart in the simulated CRM."""

    __slots__ = ("_kind", "name", "rule", "theirs", "writes_crm", "writes_ours")

    def __init__(self, kind: Kind, rule: Rule, *, writes_crm: bool = True, writes_ours: bool = True) -> None:
        self._kind, self.name, self.theirs, self.rule = kind, kind.name, f"crm_{kind.name}", rule
        self.writes_crm, self.writes_ours = writes_crm, writes_ours

    def equal(self, ours: Value, theirs: Value) -> bool:
        if ours is None or theirs is None:
            return ours is theirs
        return self._kind.equal(str(ours), str(theirs))

    def to_crm(self, ours: Value) -> Value:
        return self._kind.to_crm(str(ours))

    def to_ours(self, raw: Value) -> Value:
        return self._kind.to_ours(str(raw))
