"""Portals, apps and the one person in each portal: who consents, and who edits in the user interface."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson

from ..world import World
from . import schema
from .catalogue import CREATED
from .definitions import Definitions
from .hooks import Hooks
from .limits import Limiter
from .pipelines import Pipelines
from .search_index import SearchIndex
from .settings import Settings

PORTAL_ID = 4242001
CLIENT_ID = "5a4db0c8-1ead-4b71-8d6e-000000000001"
CLIENT_SECRET = "sandbox-hubspot-client-secret"
APP_ID = 9001337

REQUIRED_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
)
OPTIONAL_SCOPES = (
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.objects.leads.read",
    "crm.objects.leads.write",
    "crm.objects.owners.read",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "crm.schemas.companies.read",
    "crm.schemas.companies.write",
    "crm.schemas.deals.read",
    "crm.schemas.deals.write",
    "sales-email-read",
    "timeline",
    "crm.import",
)
DEVELOPER_KEY = "sandbox-developer-api-key"
"""Lets a developer's tools set up webhooks (`?hapikey=`)."""


class BadDescription(Exception):
    """A portal or an app cannot be made from what was given; the text says why."""


@dataclass(frozen=True, slots=True)
class Portal:
    """One customer account with its one user, who is also its one owner."""

    portal_id: int = PORTAL_ID
    name: str = "Example Ltd"
    domain: str = "example.test"
    user_id: int = 77
    user_email: str = "ana.admin@example.test"
    first_name: str = "Ana"
    last_name: str = "Admin"
    owner_id: str = "411001"
    time_zone: str = "US/Eastern"
    currency: str = "USD"

    def day(self, at_ms: int) -> str:
        """Return the date at this time in the portal's own zone."""
        return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(self.time_zone)).date().isoformat()


@dataclass(frozen=True, slots=True)
class App:
    """One public app. Without redirect addresses, any `http` one on this machine will do."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    app_id: int = APP_ID
    name: str = "Leadbridge (sandbox)"
    redirect_uris: tuple[str, ...] = ()
    required_scopes: tuple[str, ...] = REQUIRED_SCOPES
    optional_scopes: tuple[str, ...] = OPTIONAL_SCOPES

    def accepts_redirect(self, uri: str) -> bool:
        """Return whether a person may be sent back to this address after the consent."""
        if self.redirect_uris:
            return uri in self.redirect_uris
        parts = urlsplit(uri)
        return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")


class HubSpot:
    """The whole sandboxed vendor: its world, its limiter, and the portals and apps it knows."""

    def __init__(self, world: World[Settings]) -> None:
        self.world = world
        self.limiter = Limiter()
        self.portals: dict[int, Portal] = {}
        self.apps: dict[str, App] = {}
        self._definitions: dict[tuple[int, str], Definitions] = {}
        self._pipelines: dict[int, Pipelines] = {}
        self.index = SearchIndex(world.db)
        world.db.script(schema.TABLES)
        self.hooks = Hooks(world)
        self._load()

    def _load(self) -> None:
        db = self.world.db
        self.portals = {
            row[0]: Portal(**orjson.loads(row[1])) for row in db.all("SELECT id, doc FROM hubspot_portals ORDER BY id")
        }
        self.apps = {}
        for client_id, doc in db.all("SELECT client_id, doc FROM hubspot_apps"):
            kept: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in orjson.loads(doc).items()
            }
            self.apps[client_id] = App(**kept)
            self.hooks.secrets[self.apps[client_id].app_id] = self.apps[client_id].client_secret
        if not self.portals:
            with db.transaction():
                db.run(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ('hubspot_records', ?)",
                    schema.FIRST_RECORD_ID - 1,
                )
                self.add_portal(Portal())
                self.add_app(App())

    def add_portal(self, portal: Portal) -> None:
        """Make or replace a portal."""
        self.world.db.run(
            "INSERT OR REPLACE INTO hubspot_portals VALUES (?, ?)",
            portal.portal_id,
            orjson.dumps(asdict(portal)),
        )
        self.portals[portal.portal_id] = portal

    def add_app(self, app: App) -> None:
        """Make or replace an app."""
        self.world.db.run("INSERT OR REPLACE INTO hubspot_apps VALUES (?, ?)", app.client_id, orjson.dumps(asdict(app)))
        self.apps[app.client_id] = app
        self.hooks.secrets[app.app_id] = app.client_secret

    def reset(self) -> None:
        """Empty the vendor: records, grants, properties, apps and portals are as on the first start."""
        db = self.world.db
        with db.transaction():
            for name in schema.NAMES:
                db.run(f"DELETE FROM hubspot_{name}")  # noqa: S608 - names are constants
            db.run("DELETE FROM sqlite_sequence WHERE name LIKE 'hubspot_%'")
        self.limiter.reset()
        self._definitions.clear()
        self._pipelines.clear()
        self.hooks.reset()
        self._load()

    def definitions(self, portal_id: int, object_name: str) -> Definitions:
        """Return the property definitions of an object type in a portal."""
        key = (portal_id, object_name)
        if key not in self._definitions:
            user_id = self.portals[portal_id].user_id
            self._definitions[key] = Definitions(self.world, portal_id, object_name, user_id)
        return self._definitions[key]

    def pipelines(self, portal_id: int) -> Pipelines:
        """Return the deal pipelines of a portal."""
        if portal_id not in self._pipelines:
            self._pipelines[portal_id] = Pipelines(self.world, portal_id, self.definitions(portal_id, "deals"))
        return self._pipelines[portal_id]

    def owners(self, portal_id: int) -> list[dict[str, Any]]:
        """Return a portal's owners as the owners API shows them; the first is its user."""
        portal = self.portals[portal_id]
        rows = self.world.db.all("SELECT doc FROM hubspot_owners WHERE portal = ? ORDER BY id", portal_id)
        own = owner_json(
            portal.owner_id, portal.user_email, portal.first_name, portal.last_name, portal.user_id, archived=False
        )
        return [own, *(orjson.loads(row[0]) for row in rows)]

    def owner_ids(self, portal_id: int) -> frozenset[str]:
        """Return the ids of a portal's owners."""
        return frozenset(str(one["id"]) for one in self.owners(portal_id))

    def put_owner(self, portal_id: int, owner: dict[str, Any]) -> None:
        """Make or replace an owner beside the portal's user."""
        self.world.db.run(
            "INSERT OR REPLACE INTO hubspot_owners VALUES (?, ?, ?)", portal_id, owner["id"], orjson.dumps(owner)
        )

    def default_portal(self) -> Portal:
        """Return the portal meant when none is named: the first."""
        return next(iter(self.portals.values()))


def owner_json(
    owner_id: str, email: str, first_name: str, last_name: str, user_id: int, *, archived: bool
) -> dict[str, Any]:
    """Return an owner as the owners API shows one."""
    return {
        "id": owner_id,
        "email": email,
        "type": "PERSON",
        "firstName": first_name,
        "lastName": last_name,
        "userId": user_id,
        "userIdIncludingInactive": user_id,
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "archived": archived,
        "teams": [],
    }


def described(kind: type[Portal] | type[App], given: dict[str, Any]) -> Any:
    """Return a Portal or App from the control API's camelCase JSON. Raises BadDescription."""
    defaults = asdict(kind())
    named: dict[str, Any] = {}
    for name, value in given.items():
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
        if snake not in defaults:
            raise BadDescription(f"{kind.__name__.lower()} has no {name!r}")
        wanted = defaults[snake]
        if isinstance(wanted, tuple):
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                raise BadDescription(f"{name} is a list of texts")
            named[snake] = tuple(value)
        elif type(value) is not type(wanted):
            raise BadDescription(f"{name} is a {'number' if isinstance(wanted, int) else 'text'}")
        else:
            named[snake] = value
    return kind(**named)
