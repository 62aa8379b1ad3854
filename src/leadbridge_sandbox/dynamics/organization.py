"""Organisations (environments), apps, and the people of an organisation: who consents, and who edits in its pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from ..world import World
from . import schema
from .catalogue import Catalogue
from .limits import Limiter
from .settings import Settings

CLIENT_ID = "7d5d2a0e-6a55-4a6e-9d3b-0000000000a1"
CLIENT_SECRET = "sandbox-dynamics-client-secret"
ORGANIZATION_ID = "c2a3f1de-18a5-4c0e-a1d5-0000000000c2"
DISCOVERY_RESOURCE = "https://globaldisco.crm.dynamics.com"
VERSION = "9.2.26103.00155"


class BadDescription(Exception):
    """An organisation or an app cannot be made from what was given; the text says why."""


@dataclass(frozen=True, slots=True)
class Organization:
    """One environment of one tenant. Without a `url` it is at the sandbox's own address."""

    organization_id: str = ORGANIZATION_ID
    friendly_name: str = "Example Ltd"
    unique_name: str = "orgexample"
    url: str = ""
    tenant_id: str = "1e0f7b9c-3b44-4f63-8b1f-0000000000e1"
    tenant_domain: str = "example.test"
    environment_id: str = "8c0a5b53-6c1f-4d3f-9c2a-0000000000f1"
    business_unit_id: str = "b0b7c9a4-5a1d-4c3a-8e57-0000000000b0"
    user_id: str = "a1d9e7c2-2c3d-4b7e-9f44-0000000000a1"
    user_object_id: str = "0b1f3a77-4f3e-4a53-8a55-0000000000d1"
    user_email: str = "ada.byrne@example.test"
    first_name: str = "Ada"
    last_name: str = "Byrne"
    person_id: str = "a2e4b6d8-3c5e-4f70-8192-0000000000a2"
    """A second user, as whom a person edits in the pages."""
    app_user_id: str = "a3f5c7e9-4d6f-4081-92a3-0000000000a3"
    """The application user that `client_credentials` acts as."""
    currency_id: str = "d4a6c8ea-5e70-4192-a3b4-0000000000d4"
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class App:
    """One app registration. Without redirect addresses, any `http` one on this machine will do."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    name: str = "Leadbridge (sandbox)"
    redirect_uris: tuple[str, ...] = ()

    def accepts_redirect(self, uri: str) -> bool:
        """Return whether a person may be sent back to this address after the consent."""
        if self.redirect_uris:
            return uri in self.redirect_uris
        parts = urlsplit(uri)
        return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")


class Dynamics:
    """The whole sandboxed vendor: its world, its limiter, its organisations and apps."""

    def __init__(self, world: World[Settings], address: str) -> None:
        self.world = world
        self.address = address
        self.limiter = Limiter()
        self.organizations: dict[str, Organization] = {}
        self.apps: dict[str, App] = {}
        self._catalogues: dict[str, Catalogue] = {}
        world.db.script(schema.TABLES)
        self.version = 0
        self._load()

    def _load(self) -> None:
        db = self.world.db
        self.organizations = {
            row[0]: Organization(**orjson.loads(row[1]))
            for row in db.all("SELECT id, doc FROM dynamics_organizations ORDER BY place")
        }
        self.apps = {}
        for client_id, doc in db.all("SELECT client_id, doc FROM dynamics_apps"):
            kept: dict[str, Any] = orjson.loads(doc)
            self.apps[client_id] = App(**{**kept, "redirect_uris": tuple(kept["redirect_uris"])})
        newest = db.one(
            "SELECT max(coalesce((SELECT max(version) FROM dynamics_records), 0), "
            "coalesce((SELECT max(version) FROM dynamics_deleted), 0), 4000000)"
        )
        self.version = int(newest[0])
        if not self.organizations:
            with db.transaction():
                self.add_organization(Organization())
                self.add_app(App())

    def next_version(self) -> int:
        """Return a row version: each write's is higher than every one before."""
        self.version += 1
        return self.version

    def add_organization(self, organization: Organization) -> None:
        """Make or replace an organisation, with the rows it is born with."""
        known = self.organizations.get(organization.organization_id)
        self.world.db.run(
            "INSERT OR REPLACE INTO dynamics_organizations VALUES (?, "
            "(SELECT count(*) FROM dynamics_organizations), ?)",
            organization.organization_id,
            orjson.dumps(asdict(organization)),
        )
        self.organizations[organization.organization_id] = organization
        if known is None:
            from .beginnings import furnish

            furnish(self, organization)

    def add_app(self, app: App) -> None:
        """Make or replace an app."""
        self.world.db.run(
            "INSERT OR REPLACE INTO dynamics_apps VALUES (?, ?)", app.client_id, orjson.dumps(asdict(app))
        )
        self.apps[app.client_id] = app

    def reset(self) -> None:
        """Empty the vendor: everything is as on the first start."""
        db = self.world.db
        with db.transaction():
            for name in schema.NAMES:
                db.run(f"DELETE FROM dynamics_{name}")  # noqa: S608 - names are constants
        self.limiter.reset()
        self._catalogues.clear()
        self._load()

    def catalogue(self, org: str) -> Catalogue:
        """Return the definitions of an organisation."""
        if org not in self._catalogues:
            self._catalogues[org] = Catalogue(self.world, org)
        return self._catalogues[org]

    def url_of(self, organization: Organization) -> str:
        """Return an organisation's address, without a slash at its end."""
        return (organization.url or self.address).rstrip("/")

    def at_url(self, url: str) -> list[Organization]:
        """Return the organisations at an address."""
        wanted = url.rstrip("/").lower()
        return [one for one in self.organizations.values() if self.url_of(one).lower() == wanted]

    def default_organization(self) -> Organization:
        """Return the organisation meant when none is named: the first."""
        return next(iter(self.organizations.values()))


def described(kind: type[Organization] | type[App], given: dict[str, Any]) -> Any:
    """Return an Organization or App from the control API's camelCase JSON. Raises BadDescription."""
    defaults = asdict(kind())
    named: dict[str, Any] = {}
    for name, value in given.items():
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        if snake not in defaults:
            raise BadDescription(f"{kind.__name__.lower()} has no {name!r}")
        if isinstance(defaults[snake], tuple):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise BadDescription(f"{name} is a list of texts")
            named[snake] = tuple(value)
        elif not isinstance(value, str):
            raise BadDescription(f"{name} is a text")
        else:
            named[snake] = value
    return kind(**named)
