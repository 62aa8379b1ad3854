"""The CRMs a tenant can choose, in the order in which they are always listed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """A CRM by id and name, whether or not this version can connect it."""

    id: str
    name: str


PROVIDERS = (
    Listed("zoho", "Zoho"),
    Listed("salesforce", "Salesforce"),
    Listed("hubspot", "HubSpot"),
    Listed("dynamics", "Microsoft Dynamics 365"),
)
