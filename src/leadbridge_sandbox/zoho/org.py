"""Organisations, their users, apps, and the data centres they live in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from ..world import World
from . import schema
from .fields import Definitions
from .limits import Credits, InFlight, Windows
from .settings import Settings
from .watch import Watch

ZGID = "20088101"
CLIENT_ID = "1000.SANDBOX00000000000000000000001"
CLIENT_SECRET = "sandbox-zoho-client-secret"
FIRST_USER = 5_547_000_000_000_068_001
LOCATIONS = ("us", "eu")


class BadDescription(Exception):
    """An organisation, a user or an app cannot be made from what was given; the text says why."""


@dataclass(frozen=True, slots=True)
class Org:
    """One organisation, in one data centre; its first user is the person who consents."""

    zgid: str = ZGID
    name: str = "Example Ltd"
    location: str = "us"
    time_zone: str = "Europe/Madrid"
    currency: str = "EUR"
    edition: str = "enterprise"
    type: str = "production"
    users: int = 10


@dataclass(frozen=True, slots=True)
class User:
    """One person of an organisation."""

    id: int = FIRST_USER
    first_name: str = "Ana"
    last_name: str = "Admin"
    email: str = "ana.admin@example.test"
    status: str = "active"
    role: str = "CEO"
    profile: str = "Administrator"

    @property
    def full_name(self) -> str:
        """Return the name that lookups show."""
        return f"{self.first_name} {self.last_name}".strip()

    def short(self) -> dict[str, str]:
        """Return the user as a lookup shows one."""
        return {"name": self.full_name, "id": str(self.id), "email": self.email}


@dataclass(frozen=True, slots=True)
class App:
    """One server-based app. Without redirect addresses, any `http` one on this machine will do.

    It works in the data centres of `locations`; `secrets` are those that differ from the usual one, by location.
    """

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    name: str = "Leadbridge (sandbox)"
    redirect_uris: tuple[str, ...] = ()
    locations: tuple[str, ...] = LOCATIONS
    secrets: dict[str, str] = field(default_factory=dict)

    def accepts_redirect(self, uri: str) -> bool:
        """Return whether a person may be sent back to this address after the consent."""
        if self.redirect_uris:
            return uri in self.redirect_uris
        parts = urlsplit(uri)
        return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")


class Zoho:
    """The whole sandboxed vendor: its world, its limits, and the organisations and apps it knows.

    The data centres are two names of this machine: `us` is the address the sandbox prints, `eu` the same port under
    `localhost`. Each has its accounts server and its API under its own name.
    """

    def __init__(self, world: World[Settings], address: str) -> None:
        self.world = world
        self.address = address
        self.orgs: dict[str, Org] = {}
        self.apps: dict[str, App] = {}
        self._users: dict[str, dict[int, User]] = {}
        self._definitions: dict[str, Definitions] = {}
        self.windows = Windows()
        self.credits = Credits()
        self.in_flight = InFlight()
        self.triggers: list[dict[str, Any]] = []
        """The last writes with the automations each let run."""
        world.db.script(schema.TABLES)
        self.watch = Watch(world)
        self._load()

    def _load(self) -> None:
        db = self.world.db
        self.orgs = {row[0]: Org(**orjson.loads(row[1])) for row in db.all("SELECT zgid, doc FROM zoho_orgs")}
        self.apps = {row[0]: _app(orjson.loads(row[1])) for row in db.all("SELECT client_id, doc FROM zoho_apps")}
        if not self.orgs:
            with db.transaction():
                for table, first in (("records", schema.FIRST_RECORD_ID), ("fields", schema.FIRST_FIELD_ID)):
                    db.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", f"zoho_{table}", first - 1)
                self.add_org(Org())
                self.add_app(App())

    def add_org(self, org: Org) -> None:
        """Make or replace an organisation; a new one has one user."""
        self.world.db.run("INSERT OR REPLACE INTO zoho_orgs VALUES (?, ?)", org.zgid, orjson.dumps(asdict(org)))
        self.orgs[org.zgid] = org
        if not self.users(org.zgid):
            number = FIRST_USER + 1000 * (len(self.orgs) - 1)
            email = User().email if org.zgid == ZGID else f"admin@{org.zgid}.example.test"
            self.put_user(org.zgid, User(id=number, email=email))

    def add_app(self, app: App) -> None:
        """Make or replace an app."""
        self.world.db.run("INSERT OR REPLACE INTO zoho_apps VALUES (?, ?)", app.client_id, orjson.dumps(asdict(app)))
        self.apps[app.client_id] = app

    def put_user(self, zgid: str, user: User) -> None:
        """Make or replace a user."""
        doc = orjson.dumps(asdict(user))
        self.world.db.run("INSERT OR REPLACE INTO zoho_users VALUES (?, ?, ?)", zgid, user.id, doc)
        self._users.setdefault(zgid, {})[user.id] = user

    def users(self, zgid: str) -> dict[int, User]:
        """Return an organisation's users by id; the first is who consents."""
        if zgid not in self._users:
            rows = self.world.db.all("SELECT id, doc FROM zoho_users WHERE zgid = ? ORDER BY id", zgid)
            self._users[zgid] = {row[0]: User(**orjson.loads(row[1])) for row in rows}
        return self._users[zgid]

    def person(self, zgid: str) -> User:
        """Return an organisation's first user."""
        return next(iter(self.users(zgid).values()))

    def definitions(self, zgid: str) -> Definitions:
        """Return an organisation's modules and fields."""
        if zgid not in self._definitions:
            self._definitions[zgid] = Definitions(self.world.db, zgid)
        return self._definitions[zgid]

    def default_org(self) -> Org:
        """Return the organisation meant when none is named."""
        return self.orgs.get(ZGID) or next(iter(self.orgs.values()))

    def server(self, location: str) -> str:
        """Return the base address of a data centre: its accounts server's and its API's."""
        if location == "us":
            return self.address
        parts = urlsplit(self.address)
        return urlunsplit((parts.scheme, f"localhost:{parts.port}", "", "", ""))

    def location(self, host: str) -> str:
        """Return the data centre that a request's Host names."""
        return "eu" if host.partition(":")[0].lower() == "localhost" else "us"

    def now(self) -> int:
        """Return the time in whole seconds."""
        return self.world.clock.now_ms() // 1000

    def reset(self) -> None:
        """Empty the vendor: everything is as on the first start."""
        db = self.world.db
        with db.transaction():
            for name in schema.NAMES:
                db.run(f"DELETE FROM zoho_{name}")  # noqa: S608 - names are constants
            # deliveries keep their numbers: one that is under way must not be taken for a later one
            db.run("DELETE FROM sqlite_sequence WHERE name LIKE 'zoho_%' AND name != 'zoho_events'")
        self._users.clear()
        self._definitions.clear()
        self.windows.reset()
        self.credits.reset()
        self.in_flight.most.clear()
        self.triggers.clear()
        self.watch.reset()
        self._load()


def _app(kept: dict[str, Any]) -> App:
    named: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in kept.items()}
    return App(**named)


def described(kind: type[Org] | type[App] | type[User], given: dict[str, Any]) -> Any:
    """Return what the control API's camelCase JSON describes. Raises BadDescription."""
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
            value = tuple(value)
        elif type(value) is not type(wanted):
            raise BadDescription(f"{name} is a {'number' if isinstance(wanted, int) else type(wanted).__name__}")
        named[snake] = value
    if named.get("location", "us") not in LOCATIONS:
        raise BadDescription(f"location is one of {', '.join(LOCATIONS)}")
    return kind(**named)
