"""The adapters that this version has."""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.crm.dynamics.provider import Dynamics
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.provider import App, Provider
from leadbridge.crm.salesforce.provider import Salesforce
from leadbridge.crm.zoho.provider import Zoho
from leadbridge.settings import Settings


def providers() -> Mapping[str, Provider]:
    """Return every adapter by its id."""
    return {"zoho": Zoho(), "salesforce": Salesforce(), "hubspot": HubSpot(), "dynamics": Dynamics()}


def app_of(settings: Settings, provider: str) -> App | None:
    """Return our registration at a vendor, or None where the operator set none."""
    client = settings.client(provider)
    if client is None or provider not in providers():
        return None
    id, secret = client
    return App(
        client_id=id,
        client_secret=secret,
        authorize_url=getattr(settings, f"{provider}_authorize_url"),
        api_url=settings.api_url(provider),
        api_version=getattr(settings, f"{provider}_api_version"),
        login_url=getattr(settings, f"{provider}_login_url").rstrip("/"),
        sandbox_origins=settings.sandbox_origins,
    )
