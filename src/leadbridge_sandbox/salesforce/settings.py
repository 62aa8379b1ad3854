"""Salesforce's settings beside those of every vendor."""

from __future__ import annotations

from dataclasses import dataclass

from .. import settings


@dataclass(frozen=True, slots=True)
class Settings(settings.Settings):
    """Defaults are those of an Enterprise org and of an app that is used in many customers' orgs."""

    rotation: str = "kills_on_reuse"
    accessTokenSeconds: int = 7200  # noqa: N815 - names are those of the control API's JSON
    authCodeSeconds: int = 900  # noqa: N815
    pkceRequired: bool = True  # noqa: N815
    refreshIdleDays: int = 30  # noqa: N815 - 0: a refresh token never ends by itself
    approvalsMax: int = 5  # noqa: N815 - live grants of one user to one app; one more ends the oldest
    autoApprove: bool = False  # noqa: N815 - the consent page answers itself
    appInstalled: bool = True  # noqa: N815 - false: users may not approve an app that no admin installed
    apiEnabled: bool = True  # noqa: N815 - false: an edition without the API
    dailyLimit: int = 115_000  # noqa: N815 - calls in 24 hours
    longRequestsMax: int = 25  # noqa: N815 - requests of 20 seconds and more at one time
    queryPageMax: int = 2000  # noqa: N815
    queryCursorsMax: int = 10  # noqa: N815 - open cursors of one user; one more ends the oldest
    queryCursorSeconds: int = 172_800  # noqa: N815
    recycleBinDays: int = 15  # noqa: N815
    duplicateRules: bool = True  # noqa: N815 - the standard rules of Lead, Contact and Account
    duplicateRulesBlock: bool = False  # noqa: N815 - they cannot be overridden by `allowSave`
    customizeApplication: bool = True  # noqa: N815 - whether the user may make fields
    newFieldsHidden: bool = True  # noqa: N815 - a field made by the API is seen by nobody until it is permitted
    lateCommitSeconds: float = 0.0  # noqa: N815 - a person's writes carry a time that is so much earlier
    bulkSeconds: float = 0.0  # noqa: N815 - how long a bulk job stays UploadComplete and InProgress together
    bulkPageMax: int = 50_000  # noqa: N815 - rows of one page of a bulk query's results
