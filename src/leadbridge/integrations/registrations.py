"""Which CRMs can be connected here: our registrations at the vendors, and what an operator has still to set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from leadbridge.crm.catalogue import PROVIDERS
from leadbridge.crm.provider import App, Provider
from leadbridge.crm.registry import app_of
from leadbridge.integrations.addresses import Addresses
from leadbridge.integrations.errors import ProviderNotAvailable, ProviderNotConfigured, UnknownProvider
from leadbridge.integrations.model import Connection
from leadbridge.integrations.servers import own_app
from leadbridge.settings import Settings


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """A CRM as it is listed: whether its app is registered here, and whether this version can connect it."""

    id: str
    name: str
    configured: bool
    available: bool
    redirect_uri: str
    missing: tuple[str, ...]


class Registrations:
    """The vendors as this hub is registered at them."""

    def __init__(self, settings: Settings, providers: Mapping[str, Provider]) -> None:
        self._settings = settings
        self._providers = providers
        self.addresses = Addresses(settings)

    def providers(self) -> list[ProviderInfo]:
        """Return all CRMs, always in the same order."""
        return [
            ProviderInfo(
                id=listed.id,
                name=listed.name,
                configured=not self._settings.missing(listed.id),
                available=listed.id in self._providers,
                redirect_uri=self.addresses.redirect_uri(listed.id),
                missing=self._settings.missing(listed.id),
            )
            for listed in PROVIDERS
        ]

    def provider(self, id: str) -> tuple[Provider, App]:
        """Return a CRM that can be connected here, with our registration there.

        Raises ``UnknownProvider``, ``ProviderNotConfigured`` (naming the variables), ``ProviderNotAvailable``.
        """
        listed = next((one for one in self.providers() if one.id == id), None)
        if listed is None:
            raise UnknownProvider(f"There is no CRM called {id[:40]!r}.")
        if not listed.configured:
            raise ProviderNotConfigured(
                f"{listed.name} is not set up on this hub.",
                hint=f"Set {' and '.join(listed.missing)} and start the hub again; enter {listed.redirect_uri} "
                "as redirect address at the vendor.",
                details={"missing": list(listed.missing), "redirectUri": listed.redirect_uri},
            )
        registered = self.all_registered().get(id)
        if registered is None:
            raise ProviderNotAvailable(f"This version of Leadbridge cannot connect {listed.name} yet.")
        return registered

    def registered(self, connection: Connection) -> tuple[Provider, App]:
        """Return a connection's CRM and our registration there, with the connection's own servers and wishes;
        raises as ``provider``."""
        provider, app = self.provider(connection.provider)
        return provider, replace(own_app(app, connection.servers), workflows=connection.workflows)

    def all_registered(self) -> dict[str, tuple[Provider, App]]:
        """Return every CRM that is registered here, with our registration, by its id."""
        apps = {id: (provider, app_of(self._settings, id)) for id, provider in self._providers.items()}
        return {id: (provider, app) for id, (provider, app) in apps.items() if app is not None}
