"""Make's settings beside those of every vendor."""

from __future__ import annotations

from dataclasses import dataclass

from .. import settings


@dataclass(frozen=True, slots=True)
class Settings(settings.Settings):
    """Defaults are those of a Free organisation."""

    queueLimit: int = 50  # noqa: N815 - names are those of the control API's JSON; of a new hook
    callsPerTenSeconds: int = 300  # noqa: N815 - to one hook; beyond it 429
    detachedSeconds: int = 432_000  # noqa: N815 - five days without a scenario; then 410
    largestBody: int = 5_242_880  # noqa: N815
