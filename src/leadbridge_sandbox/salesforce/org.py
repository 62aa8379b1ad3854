"""Orgs, apps, and the two people in each org: the one who consents, and the one who works in its pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from ..store import Database
from ..world import World
from . import ids, tables, values
from .bulk_jobs import Jobs
from .catalogue import CONVERTED_STATUS, LEAD_STATUSES, STAGES
from .limits import Usage
from .records import Record, Records
from .rules import Rules
from .schema import Schema
from .settings import Settings

CLIENT_ID = "3MVG9sandbox.consumer.key.0001"
CLIENT_SECRET = "SANDBOX0SALESFORCE0CONSUMER0SECRET"
SCOPES = ("api", "refresh_token", "offline_access", "id", "openid", "profile", "email", "web", "full")
ORG_NUMBER = 1
APP_USER_NUMBER = 1
PERSON_NUMBER = 2


class BadDescription(Exception):
    """An org or an app cannot be made from what was given; the text says why."""


@dataclass(frozen=True, slots=True)
class Org:
    """One customer's org. `user_id` is the user who consents, `person_id` who works in the pages."""

    org_id: str = ids.make("00D", ORG_NUMBER)
    name: str = "Example Ltd"
    my_domain: str = "example"
    is_sandbox: bool = False
    instance_url: str = ""
    edition: str = "Enterprise Edition"
    user_id: str = ids.make("005", APP_USER_NUMBER)
    username: str = "integration@example.test"
    email: str = "ana.admin@example.test"
    first_name: str = "Ana"
    last_name: str = "Admin"
    person_id: str = ids.make("005", PERSON_NUMBER)
    time_zone: str = "America/New_York"
    locale: str = "en_US"


@dataclass(frozen=True, slots=True)
class App:
    """One external client app. Without callback addresses, any `http` one on this machine will do."""

    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    name: str = "Leadbridge (sandbox)"
    redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = SCOPES

    def accepts_redirect(self, uri: str) -> bool:
        """Return whether a person may be sent back to this address after the consent."""
        if self.redirect_uris:
            return uri in self.redirect_uris
        parts = urlsplit(uri)
        return parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")


class Salesforce:
    """The whole sandboxed vendor: its world, its orgs and apps, their records and what fields those have."""

    def __init__(self, world: World[Settings], url: str) -> None:
        self.world = world
        self.url = url
        self.orgs: dict[str, Org] = {}
        self.apps: dict[str, App] = {}
        self.usage = Usage()
        self.records = Records(world.db)
        self.schema = Schema(world.db)
        self.rules = Rules(world.db)
        self.jobs = Jobs(world.db)
        self.hosts: dict[str, str] = {}
        world.db.script(tables.TABLES)
        self._load()

    @property
    def db(self) -> Database:
        """Return the database."""
        return self.world.db

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self.world.settings

    @property
    def now(self) -> int:
        """Return the vendor's time in milliseconds."""
        return self.world.clock.now_ms()

    def _load(self) -> None:
        db = self.db
        self.records.forget()
        self.schema.forget()
        self.rules.forget()
        self.jobs.forget()
        self.hosts = db.load("salesforce.hosts") or {}
        self.orgs = {}
        for org_id, doc in db.all("SELECT id, doc FROM salesforce_orgs ORDER BY id"):
            self.orgs[org_id] = Org(**orjson.loads(doc))
        self.apps = {}
        for client_id, doc in db.all("SELECT client_id, doc FROM salesforce_apps"):
            kept: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in orjson.loads(doc).items()
            }
            self.apps[client_id] = App(**kept)
        if not self.orgs:
            with db.transaction():
                self.add_org(Org())
                self.add_app(App())

    def add_org(self, org: Org) -> None:
        """Make or replace an org; a new one gets its users, stages and permissions."""
        fresh = self.db.one("SELECT 1 FROM salesforce_orgs WHERE id = ?", org.org_id) is None
        with self.db.transaction():
            self.db.run("INSERT OR REPLACE INTO salesforce_orgs VALUES (?, ?)", org.org_id, orjson.dumps(asdict(org)))
            self.orgs[org.org_id] = org
            if fresh:
                self._furnish(org)
            else:
                self._rename(org)

    def _rename(self, org: Org) -> None:
        """Let the org's own record say what was changed about the org."""
        record = self.records.by_id(org.org_id, org.org_id)
        if record is not None:
            record.doc |= {"Name": org.name, "OrganizationType": org.edition, "IsSandbox": org.is_sandbox}
            record.doc |= {"TimeZoneSidKey": org.time_zone, "DefaultLocaleSidKey": org.locale}
            record.modified = record.stamp = values.whole(self.now)
            self.records.save(org.org_id, record, None)

    def _furnish(self, org: Org) -> None:
        now, records = values.whole(self.now), self.records

        def fixed(object_name: str, record_id: str, doc: dict[str, Any]) -> None:
            record = records.add(org.org_id, object_name, record_id[:3], now, doc)
            self.db.run("UPDATE salesforce_records SET id = ? WHERE seq = ?", record_id, record.seq)

        fixed(
            "Organization",
            org.org_id,
            {
                "Name": org.name,
                "OrganizationType": org.edition,
                "IsSandbox": org.is_sandbox,
                "InstanceName": "USA1",
                "TimeZoneSidKey": org.time_zone,
                "DefaultLocaleSidKey": org.locale,
                "LanguageLocaleKey": org.locale,
            },
        )
        profile = records.add(org.org_id, "Profile", "00e", now, {"Name": "System Administrator"})
        for user_id, first, last, username, email in (
            (org.user_id, org.first_name, org.last_name, org.username, org.email),
            (org.person_id, "Pat", "Person", f"pat.{org.username}", "pat.person@example.test"),
        ):
            doc = {
                "Username": username,
                "FirstName": first,
                "LastName": last,
                "Name": f"{first} {last}",
                "Email": email,
                "Alias": first.lower()[:8],
                "IsActive": True,
                "UserType": "Standard",
                "TimeZoneSidKey": org.time_zone,
                "LocaleSidKey": org.locale,
                "LanguageLocaleKey": org.locale,
                "ProfileId": profile.id,
            }
            fixed("User", user_id, doc)
        for place, status in enumerate(LEAD_STATUSES, 1):
            doc = {"MasterLabel": status, "ApiName": status, "SortOrder": place}
            doc |= {"IsDefault": place == 1, "IsConverted": status == CONVERTED_STATUS}
            records.add(org.org_id, "LeadStatus", "01J", now, doc)
        for place, (stage, (chance, closed, won, forecast)) in enumerate(STAGES.items(), 1):
            doc = {"MasterLabel": stage, "ApiName": stage, "IsActive": True, "SortOrder": place}
            doc |= {"IsClosed": closed, "IsWon": won, "ForecastCategoryName": forecast, "DefaultProbability": chance}
            records.add(org.org_id, "OpportunityStage", "01J", now, doc)
        doc = {"Name": "X00ex00000018ozT", "Label": "System Administrator", "ProfileId": profile.id}
        own = {"IsOwnedByProfile": True, "IsCustom": False}
        permissions = records.add(org.org_id, "PermissionSet", "0PS", now, doc | own)
        assigned = {"PermissionSetId": permissions.id, "AssigneeId": org.user_id}
        records.add(org.org_id, "PermissionSetAssignment", "0Pa", now, assigned)

    def add_app(self, app: App) -> None:
        """Make or replace an app."""
        self.db.run("INSERT OR REPLACE INTO salesforce_apps VALUES (?, ?)", app.client_id, orjson.dumps(asdict(app)))
        self.apps[app.client_id] = app

    def reset(self) -> None:
        """Empty the vendor: records, grants, fields, apps and orgs are as on the first start."""
        with self.db.transaction():
            for name in tables.NAMES:
                self.db.run(f"DELETE FROM salesforce_{name}")  # noqa: S608 - names are constants
            self.db.save("salesforce.hosts", {})
        self.usage.reset()
        self.world.clock.set_offset(0)  # what every org has is made at the time after the reset
        self._load()

    def after_write(self, org: str, record: Record) -> None:
        """Let a field be seen once a permission to read it was added."""
        if record.object == "FieldPermissions" and record.doc.get("PermissionsRead"):
            object_name, _, field = str(record.doc["Field"]).partition(".")
            self.schema.hide(org, object_name, field, hidden=False, now=self.now)

    def default_org(self) -> Org:
        """Return the org meant when none is named: the first."""
        return next(iter(self.orgs.values()))

    def belongs(self, org: Org, host: str) -> bool:
        """Return whether an org's users log in at this host: production at `login`, sandboxes at `test`.

        An org's own domain is for its users alone; a host that says nothing is for everybody.
        """
        host = host.lower()
        role = self.hosts.get(host) or host.partition(":")[0]
        if role in ("login", "login.salesforce.com"):
            return not org.is_sandbox
        if role in ("test", "test.salesforce.com"):
            return org.is_sandbox
        if role.endswith(".my.salesforce.com"):
            return role.partition(".")[0].partition("--")[0] == org.my_domain
        return True


def described(kind: type[Org] | type[App], given: dict[str, Any], known: Org | App | None = None) -> Any:
    """Return an Org or App from the control API's camelCase JSON. Raises BadDescription."""
    defaults = asdict(known or kind())
    named: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in defaults.items()}
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
            raise BadDescription(f"{name} is {'true or false' if isinstance(wanted, bool) else 'a text'}")
        else:
            named[snake] = value
    return kind(**named)
