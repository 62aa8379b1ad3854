"""What the control API can do to the vendor's data: see it, and change it as a person would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ..clock import iso_ms
from ..control import ControlProblem
from . import ids
from .errors import Refused
from .grants import Grants
from .org import App, BadDescription, Org, Salesforce, described
from .records import Record
from .values import moment_text
from .writes import Desk

BASE = "/services/data/v67.0"


def shown(record: Record) -> dict[str, Any]:
    """Return a record as the control API shows it: what has a value, and the system's own fields."""
    system = {
        "Id": record.id,
        "CreatedDate": moment_text(record.created),
        "LastModifiedDate": moment_text(record.modified),
        "SystemModstamp": moment_text(record.stamp),
        "IsDeleted": record.deleted is not None,
        "MasterRecordId": record.master,
    }
    return {
        "id": record.id,
        "object": record.object,
        "properties": {**record.doc, **system},
        "createdAt": iso_ms(record.created),
        "updatedAt": iso_ms(record.stamp),
        "archived": record.deleted is not None,
    }


class SalesforceControl:
    """The vendor's side of the control API. Methods take and return JSON; they raise ControlProblem."""

    def __init__(self, vendor: Salesforce, settle: Callable[[], None]) -> None:
        self.vendor = vendor
        self.settle = settle

    def org(self, account: object) -> Org:
        """Return the org of this id, or the first one where none is named."""
        if account is None:
            return self.vendor.default_org()
        org = self.vendor.orgs.get(ids.full(account) or "")
        if org is None:
            raise ControlProblem(f"there is no org {account}")
        return org

    def desk(self, account: object) -> Desk:
        """Return the place where an org's person works."""
        org, late = self.org(account), self.vendor.settings.lateCommitSeconds
        at = self.vendor.now - round(late * 1000)
        return Desk(self.vendor, org.org_id, org.person_id, at, BASE, checked=False)

    def records(self, account: str | None, object_name: str) -> dict[str, Any]:
        """Return every record with all its values, deleted ones too."""
        self.settle()
        desk = self.desk(account)
        try:
            kind = desk.kind(object_name)
        except Refused as error:
            raise ControlProblem(error.message) from error
        live, gone = self.vendor.records.counts(desk.org, kind.name)
        rows = [shown(record) for record in self.vendor.records.of_object(desk.org, kind.name)]
        return {"counts": {"live": live, "archived": gone}, "records": rows}

    def edit(self, account: str | None, object_name: str, record_id: str | None, properties: Any) -> dict[str, Any]:
        """Change a record, or add one when no id is given, as a person."""
        desk = self.desk(account)
        if not isinstance(properties, dict):
            raise ControlProblem("properties is an object: fields and their values")
        try:
            with self.vendor.db.transaction():
                kind = desk.kind(object_name)
                if record_id is None:
                    return shown(desk.create(kind, properties))
                return shown(desk.update(kind, desk.find(kind, record_id), properties))
        except Refused as error:
            raise ControlProblem(f"{error.code}: {error.message}") from error

    def archive(self, account: str | None, object_name: str, record_id: str) -> dict[str, Any]:
        """Delete a record as a person: it goes to the recycle bin."""
        desk = self.desk(account)
        try:
            with self.vendor.db.transaction():
                kind = desk.kind(object_name)
                record = desk.find(kind, record_id)
                desk.delete(kind, record)
        except Refused as error:
            raise ControlProblem(f"{error.code}: {error.message}") from error
        return shown(record)

    def apps(self) -> list[dict[str, Any]]:
        """Return the apps, secrets included: they are made up."""
        return [_camel(asdict(app)) for app in self.vendor.apps.values()]

    def accounts(self) -> list[dict[str, Any]]:
        """Return the orgs."""
        return [_camel(asdict(org)) for org in self.vendor.orgs.values()]

    def put_app(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an app; what is left out is as it was, or as the default app has it."""
        try:
            app: App = described(App, given, self.vendor.apps.get(str(given.get("clientId"))))
        except BadDescription as bad:
            raise ControlProblem(str(bad)) from bad
        self.vendor.add_app(app)
        return _camel(asdict(app))

    def put_account(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an org. With `number` (2, 3 ...) instead of ids, a new one gets ids of its own."""
        given = dict(given)
        number = given.pop("number", None)
        if number is not None:
            if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 1_000_000:
                raise ControlProblem("number is a whole number from 1 on")
            given["orgId"] = ids.make("00D", number)
            if given["orgId"] not in self.vendor.orgs and number != 1:
                given.setdefault("userId", ids.make("005", 10_000_000 + 2 * number))
                given.setdefault("personId", ids.make("005", 10_000_001 + 2 * number))
        known = self.vendor.orgs.get(str(given.get("orgId") or self.vendor.default_org().org_id))
        try:
            org: Org = described(Org, given, known)
        except BadDescription as bad:
            raise ControlProblem(str(bad)) from bad
        if any(org.user_id == other.user_id and org.org_id != other.org_id for other in self.vendor.orgs.values()):
            raise ControlProblem("another org has these users; give a number, or userId and personId")
        self.vendor.add_org(org)
        return _camel(asdict(org))

    def issue_tokens(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: account, clientId, scopes, all of them optional."""
        org = self.org(given.get("account"))
        app = self.vendor.apps.get(given.get("clientId") or next(iter(self.vendor.apps)))
        if app is None:
            raise ControlProblem("there is no app with this clientId")
        scopes = given.get("scopes") or ["api", "refresh_token", "id"]
        if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
            raise ControlProblem("scopes is a list of texts")
        return Grants(self.vendor).grant(app, org, scopes, self.vendor.url)

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return how often each refresh token was presented, by its short hash."""
        return Grants(self.vendor).presentations()

    def reset(self) -> None:
        """Forget everything but the settings."""
        self.vendor.reset()


def _camel(named: dict[str, Any]) -> dict[str, Any]:
    def camel(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(part.title() for part in rest)

    return {camel(name): value for name, value in named.items()}
