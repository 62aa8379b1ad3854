"""Settings of Microsoft's sandbox beside those of every vendor."""

from __future__ import annotations

from dataclasses import dataclass

from .. import settings


@dataclass(frozen=True, slots=True)
class Settings(settings.Settings):
    """Defaults are the documented behaviour of the identity platform and of Dataverse's service protection.

    `rotation` is `stable` here when each refresh gives a new refresh token and the old one goes on working, as
    Microsoft's does; `rotating` ends the old one.
    """

    accessTokenSeconds: int = 4500  # noqa: N815 - names are those of the control API's JSON
    accessTokenSpreadSeconds: int = 900  # noqa: N815 - a token lives accessTokenSeconds plus or minus up to this
    authCodeSeconds: int = 600  # noqa: N815
    refreshTokenDays: int = 90  # noqa: N815 - each token's own; a refresh gives one that lives as long again
    requestLimit: int = 6000  # noqa: N815
    executionLimitSeconds: float = 1200.0  # noqa: N815
    concurrentLimit: int = 52  # noqa: N815
    limitWindowSeconds: float = 300.0  # noqa: N815
    recordMs: int = 0  # noqa: N815 - execution time charged for each record written, beside the time it took
    pageSizeMax: int = 5000  # noqa: N815
    batchMax: int = 1000  # noqa: N815
    deltaDays: int = 7  # noqa: N815
    keyActivationSeconds: float = 0.5  # noqa: N815 - how long a new alternate key stays Pending
    salesApp: bool = True  # noqa: N815 - without it there is no lead and no opportunity
    organizationWideRead: bool = True  # noqa: N815 - change tracking needs it
    processFlows: bool = True  # noqa: N815 - a new lead enters the Lead to Opportunity Sales Process
    missingPrivileges: tuple[str, ...] = ()  # noqa: N815 - such as prvCreateLead, prvCreateServiceEndpoint
