"""What the control API can do to the vendor's data: see it, and change it as a person would."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..control import ControlProblem
from . import values
from .columns import LOOKUPS, Table
from .errors import VendorError
from .grants import Grants
from .hooks import Hooks
from .organization import App, BadDescription, Dynamics, Organization, described
from .records import Record
from .writes import Desk, RowKey

SCOPES = "user_impersonation offline_access openid profile email"


class DynamicsControl:
    """The vendor's side of the control API. Methods take and return JSON; they raise ControlProblem."""

    def __init__(self, vendor: Dynamics, grants: Grants, hooks: Hooks) -> None:
        self.vendor = vendor
        self.grants = grants
        self.hooks = hooks

    def organization(self, account: object) -> Organization:
        """Return the organisation with this id or unique name; the first when none is named."""
        if account is None:
            return self.vendor.default_organization()
        for one in self.vendor.organizations.values():
            if account in (one.organization_id, one.unique_name):
                return one
        raise ControlProblem(f"there is no organisation {account}")

    def desk(self, account: object) -> Desk:
        """Return the place where an organisation's other person works in its pages."""
        organization = self.organization(account)
        tell = self.hooks.teller(organization)
        return Desk(self.vendor, organization, organization.person_id, tell, as_person=True)

    def table(self, at: Desk, name: str) -> Table:
        """Return a table by its set's name or its own."""
        for table in at.catalogue.tables():
            if name in (table.set_name, table.name):
                return table
        raise ControlProblem(f"there is no table {name!r}")

    def found(self, at: Desk, table: Table, record_id: Any) -> Record:
        """Return a record by id."""
        record = at.find(table, RowKey(str(record_id).lower()))
        if record is None:
            raise ControlProblem(f"there is no {table.name} {record_id}")
        return record

    @staticmethod
    def shown(record: Record, archived_at: int | None = None) -> dict[str, Any]:
        """Return a record as the control API shows it; a lookup is `table:id`."""
        properties = {
            name: f"{value[0]}:{value[1]}" if isinstance(value, list) else value
            for name, value in sorted(record.doc.items())
        }
        return {
            "id": record.id,
            "etag": record.etag,
            "properties": properties,
            "createdAt": values.iso(record.created),
            "updatedAt": values.iso(record.modified if archived_at is None else archived_at),
            "archived": archived_at is not None,
        }

    def records(self, account: str | None, object_name: str) -> dict[str, Any]:
        """Return every record with all its values, deleted ones too."""
        at = self.desk(account)
        table = self.table(at, object_name)
        rows = [self.shown(record) for record in at.records.scan(table.name)]
        gone = [
            self.shown(Record(record_id, doc["version"], doc["created"], when, doc["doc"]), when)
            for record_id, _, when, doc in at.records.deleted_since(table.name, 0)
        ]
        return {"counts": {"live": len(rows), "archived": len(gone)}, "records": [*rows, *gone]}

    def payload(self, table: Table, properties: Any) -> dict[str, Any]:
        """Return what a person typed as a write's body: texts are read as their columns need."""
        if not isinstance(properties, dict):
            raise ControlProblem("properties is an object of column names and values")
        body: dict[str, Any] = {}
        for name, value in properties.items():
            column = table.columns.get(name)
            if column is None or not isinstance(value, str):
                body[name] = value
            elif column.type in LOOKUPS:
                target, _, record_id = value.partition(":")
                relation = table.lookup_to(name, target)
                other = self.vendor.catalogue(self.vendor.default_organization().organization_id).table(target)
                if relation is None or other is None:
                    raise ControlProblem(f"{name} is written as table:id")
                body[f"{relation.nav}@odata.bind"] = f"/{other.set_name}({record_id})"
            else:
                body[name] = _typed(column.type, value)
        return body

    def edit(self, account: str | None, object_name: str, record_id: str | None, properties: Any) -> dict[str, Any]:
        """Change a record, or add one when no id is given, as a person."""
        at = self.desk(account)
        table = self.table(at, object_name)
        try:
            with self.vendor.world.db.transaction():
                body = self.payload(table, properties)
                if record_id is None:
                    record = at.create(table, body)
                else:
                    record = at.update(table, self.found(at, table, record_id), body)
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.hooks.wake()
        return self.shown(record)

    def archive(self, account: str | None, object_name: str, record_id: str) -> dict[str, Any]:
        """Delete a record as a person."""
        at = self.desk(account)
        table = self.table(at, object_name)
        record = self.found(at, table, record_id)
        with self.vendor.world.db.transaction():
            at.delete(table, record)
        self.hooks.wake()
        return self.shown(record, at.now)

    def apps(self) -> list[dict[str, Any]]:
        """Return the apps, secrets included: they are made up."""
        return [_camel(asdict(app)) for app in self.vendor.apps.values()]

    def accounts(self) -> list[dict[str, Any]]:
        """Return the organisations."""
        return [_camel(asdict(one)) for one in self.vendor.organizations.values()]

    def put_app(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an app; what is left out is as the default app has it."""
        try:
            app: App = described(App, given)
        except BadDescription as bad:
            raise ControlProblem(str(bad)) from bad
        self.vendor.add_app(app)
        return _camel(asdict(app))

    def put_account(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an organisation; what is left out is as the default organisation has it."""
        try:
            organization: Organization = described(Organization, given)
        except BadDescription as bad:
            raise ControlProblem(str(bad)) from bad
        with self.vendor.world.db.transaction():
            self.vendor.add_organization(organization)
        self.grants.forget()
        return _camel(asdict(organization))

    def issue_tokens(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: organization, clientId, resource, person (user, app)."""
        organization = self.organization(given.get("organization"))
        app = self.vendor.apps.get(given.get("clientId") or next(iter(self.vendor.apps)))
        if app is None:
            raise ControlProblem("there is no app with this clientId")
        person = given.get("person", "user")
        if person not in ("user", "app"):
            raise ControlProblem("person is user or app")
        return self.grants.grant(app, organization, SCOPES, person=person, resource=given.get("resource"))

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return how often each refresh token was presented, by its short hash."""
        return self.grants.presentations()

    def reset(self) -> None:
        """Forget everything but the settings."""
        self.vendor.reset()
        self.grants.forget()
        self.hooks.reset()


def _typed(kind: str, text: str) -> Any:
    if text == "":
        return None
    try:
        if kind in ("Integer", "BigInt", "Picklist", "State", "Status"):
            return int(text)
        if kind in ("Money", "Decimal", "Double"):
            return float(text)
    except ValueError as error:
        raise ControlProblem(f"{text!r} is no number") from error
    return text == "true" if kind == "Boolean" else text


def _camel(named: dict[str, Any]) -> dict[str, Any]:
    def camel(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(part.title() for part in rest)

    return {camel(name): value for name, value in named.items()}
