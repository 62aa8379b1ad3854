"""HubSpot's settings beside those of every vendor."""

from __future__ import annotations

from dataclasses import dataclass

from .. import settings


@dataclass(frozen=True, slots=True)
class Settings(settings.Settings):
    """Defaults are the documented limits of an OAuth app."""

    accessTokenSeconds: int = 1800  # noqa: N815 - names are those of the control API's JSON
    burstLimit: int = 110  # noqa: N815
    burstSeconds: float = 10.0  # noqa: N815
    searchLimit: int = 5  # noqa: N815
    searchSeconds: float = 1.0  # noqa: N815
    dailyLimit: int = 0  # noqa: N815 - 0: none, as for OAuth apps from the marketplace
    mergeMakesNewRecord: bool = False  # noqa: N815
