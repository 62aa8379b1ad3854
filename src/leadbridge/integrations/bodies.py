"""What callers send to this room's endpoints."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from leadbridge.kit.document import Blankable, Body

Text = Annotated[Annotated[str, Field(max_length=2000)] | None, Blankable]


class InitBody(Body):
    """Begin a connect."""

    provider: Annotated[str, Field(max_length=40, examples=["hubspot"])]
    return_url: Text = None
    """Where the browser goes at the end; one of LEADBRIDGE_RETURN_URLS."""
    connection_id: Text = None
    """The connection to renew; only its own account is then accepted."""

    data_center: Text = None
    """Zoho: where the account is, such as `eu`; without it the vendor tells."""
    environment: Text = None
    """Salesforce: `production` or `sandbox`."""
    my_domain: Text = None
    """Salesforce: the org's own login host, such as `acme.my.salesforce.com`."""
    organization_url: Text = None
    """Dynamics: the organisation's address, such as `https://contoso.crm4.dynamics.com`."""

    def place(self) -> dict[str, str]:
        """Return what was said about where the account is, by the names of the JSON."""
        given = {
            "dataCenter": self.data_center,
            "environment": self.environment,
            "myDomain": self.my_domain,
            "organizationUrl": self.organization_url,
        }
        return {name: value for name, value in given.items() if value}


class CompleteBody(Body):
    """Confirm a pending connection."""

    handle: Annotated[str, Field(min_length=1, max_length=200)]


class ChangeBody(Body):
    """Change a connection."""

    primary: bool | None = None
    paused: bool | None = None
    automatic_push: bool | None = None
    """Whether leads that are created or changed are pushed to this connection without being asked for."""
    workflows: bool | None = None
    """Zoho: whether the account's own workflows, approvals and blueprints run on what is written; off unless set."""
    day_share: Annotated[int | None, Field(ge=1, le=100)] = None
    """Percent of the account's calls of a day at which background work stops (80 unless set), where the CRM tells."""


class ConnectionChoice(Body):
    """Which connection is meant; without either, the primary one."""

    connection_id: Text = None
    provider: Text = None
