"""Zoho's settings beside those of every vendor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from .. import settings


@dataclass(frozen=True, slots=True)
class Settings(settings.Settings):
    """Defaults are the documented limits of an Enterprise organisation with ten users."""

    codesPerTenMinutes: int = 10  # noqa: N815 - names are those of the control API's JSON
    accessTokensPerTenMinutes: int = 10  # noqa: N815 - of one refresh token
    liveAccessTokens: int = 15  # noqa: N815 - of one refresh token; one more ends the oldest
    refreshTokensPerUser: int = 20  # noqa: N815 - of one app; one more ends the oldest
    pageCap: int = 200  # noqa: N815 - records in one page of a list
    discreteCap: int = 2000  # noqa: N815 - records that `page` reaches; beyond it goes by page_token
    tokenCap: int = 100_000  # noqa: N815 - records that one walk by page_token reaches
    pageTokenSeconds: int = 86_400  # noqa: N815
    pageTokenByOffset: bool = False  # noqa: N815 - a record that moves while pages are read shifts the others
    coqlCap: int = 2000  # noqa: N815 - rows in one answer
    writeCap: int = 100  # noqa: N815 - records in one write
    dailyCredits: int = 60_000  # noqa: N815 - in any 24 hours; 0: no limit
    concurrency: int = 20
    heavyConcurrency: int = 10  # noqa: N815 - of calls that write more than ten records, convert or merge
    modifiedSinceInclusive: bool = False  # noqa: N815
    nothingNewStatus: int = 304  # noqa: N815 - 304 or 204, when nothing is newer than If-Modified-Since
    unknownRecordStatus: int = 204  # noqa: N815 - 204 or 400, for reading one record that is not there
    strictPicklists: bool = False  # noqa: N815 - refuse values that a picklist does not have
    strictFields: bool = False  # noqa: N815 - refuse fields that a module does not have
    bulkRows: int = 200_000  # noqa: N815 - rows of one job
    bulkSeconds: float = 3.0  # noqa: N815 - until a job is completed
    coqlLagSeconds: float = 0.0  # noqa: N815
    webhookLoss: float = 0.0  # noqa: N815 - share of deliveries that never leave, from 0 to 1
    webhookDelaySeconds: float = 0.0  # noqa: N815
    missingPermissions: tuple[str, ...] = ()  # noqa: N815 - such as Crm_Implied_Create_Leads

    def changed(self, changes: dict[str, Any]) -> Self:
        """Return these settings with some of them changed. Raises BadSetting."""
        if changes.get("rotation", "stable") != "stable":
            raise settings.BadSetting("rotation is stable: Zoho's refresh tokens are never replaced")
        return settings.Settings.changed(self, changes)
