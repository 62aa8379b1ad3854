"""The vendors that have a sandbox here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp

from .dynamics.app import build as dynamics
from .hubspot.app import build as hubspot
from .make.app import build as make
from .receiver.app import build as receiver
from .salesforce.app import build as salesforce
from .store import Database
from .zoho.app import build as zoho


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor by its own name, and what builds it. `build` is given the vendor's own address, since some answers
    hold it."""

    name: str
    build: Callable[[Database, str], ASGIApp]


VENDORS: Mapping[str, Vendor] = {
    "hubspot": Vendor("HubSpot", lambda db, _: hubspot(db)),
    "zoho": Vendor("Zoho CRM", zoho),
    "salesforce": Vendor("Salesforce", salesforce),
    "dynamics": Vendor("Dynamics 365", dynamics),
    "make": Vendor("Make", make),
    "receiver": Vendor("Receiver", lambda db, _: receiver(db)),
}
"""By the id that the hub knows them by."""
