"""What a test may change about any vendor while it runs: one flat set of named values, checked when set.

A vendor adds its own in a subclass, in its folder.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self, get_args, get_type_hints

ROTATIONS = ("stable", "rotating", "kills_on_reuse")


class BadSetting(Exception):
    """A setting has no such name or an unusable value; the text says which, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are the vendor's own behaviour, where the vendor states it."""

    latencyMs: int = 0  # noqa: N815 - names are those of the control API's JSON
    rotation: str = "stable"
    rateLimits: bool = True  # noqa: N815
    accessTokenSeconds: int = 3600  # noqa: N815
    authCodeSeconds: int = 120  # noqa: N815
    searchLagSeconds: float = 0.0  # noqa: N815
    webhooks: bool = True
    webhookDuplicates: bool = False  # noqa: N815 - every delivery is sent twice
    webhookShuffle: bool = False  # noqa: N815 - events are sent in another order than they happened
    missingScopes: tuple[str, ...] = ()  # noqa: N815

    def as_json(self) -> dict[str, Any]:
        """Return the settings as the control API shows them."""
        return {**asdict(self), "missingScopes": list(self.missingScopes)}

    def changed(self, changes: dict[str, Any]) -> Self:
        """Return these settings with some of them changed. Raises BadSetting."""
        types = get_type_hints(type(self))
        known = {field.name for field in fields(self)}
        clean: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise BadSetting(f"there is no setting {name!r}; there are: {', '.join(sorted(known))}")
            clean[name] = _checked(name, types[name], value)
        return replace(self, **clean)


def _checked(name: str, wanted: Any, value: Any) -> Any:
    if name == "rotation":
        if value not in ROTATIONS:
            raise BadSetting(f"rotation is one of {', '.join(ROTATIONS)}")
        return value
    if get_args(wanted):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadSetting(f"{name} is a list of texts")
        return tuple(value)
    if wanted is bool:
        if not isinstance(value, bool):
            raise BadSetting(f"{name} is true or false")
        return value
    allowed = (int, float) if wanted is float else (int,)
    if isinstance(value, bool) or not isinstance(value, allowed) or value < 0:
        raise BadSetting(f"{name} is a number of 0 or more")
    return wanted(value)
