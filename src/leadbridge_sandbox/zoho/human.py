"""What the control API can do to the vendor's data: see it, and change it as a person would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from ..control import ControlProblem
from .desk import Desk, find, open_desk
from .errors import ItemError, VendorError
from .grants import Grants
from .news import Change
from .org import App, BadDescription, Org, Zoho, described
from .records import Record

ALL_SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.ALL",
    "ZohoCRM.org.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.notifications.ALL",
    "ZohoCRM.bulk.ALL",
    "ZohoSearch.securesearch.READ",
)


class ZohoControl:
    """The vendor's side of the control API. Methods take and return JSON; they raise ControlProblem."""

    def __init__(self, zoho: Zoho) -> None:
        self.zoho = zoho

    def org(self, account: object) -> Org:
        """Return the organisation of a zgid, or the usual one. Raises ControlProblem."""
        if account is None:
            return self.zoho.default_org()
        found = self.zoho.orgs.get(str(account))
        if found is None:
            raise ControlProblem(f"there is no organisation {account}")
        return found

    @contextmanager
    def at_work(self, account: object, module: object, *, by: object = None) -> Iterator[Desk]:
        """Give a person's place in a module; what the block does is one step, and is notified as such.

        The person is not the one who consented, where there is another, so that who changed a record tells.
        """
        org = self.org(account)
        found = self.zoho.definitions(org.zgid).module(str(module))
        if found is None:
            raise ControlProblem(f"there is no module {module}")
        people = self.zoho.users(org.zgid)
        user = people.get(int(str(by))) if str(by or "").isdecimal() else list(people.values())[-1]
        if user is None:
            raise ControlProblem(f"there is no user {by}")
        changes: list[Change] = []
        try:
            with self.zoho.world.db.transaction():
                yield open_desk(self.zoho, org, found, user, changes.append)
                self.zoho.watch.note(org.zgid, changes)
        except ItemError as error:
            raise ControlProblem(f"{error.message}: {error.details}") from error
        except VendorError as error:
            raise ControlProblem(f"{error.message}: {error.details}") from error
        self.zoho.watch.wake()

    def shown(self, desk: Desk, record: Record) -> dict[str, Any]:
        """Return a record as the control API shows it."""
        return {
            "id": str(record.id),
            "archived": record.deleted is not None,
            "gone": record.gone,
            "converted": record.converted,
            "properties": {name: value for name, value in desk.shown(record).items() if value is not None},
        }

    def records(self, account: str | None, object_name: str) -> dict[str, Any]:
        """Return every record with all its fields, deleted ones too."""
        with self.at_work(account, object_name) as desk:
            rows = [self.shown(desk, record) for record in desk.records.scan()]
        gone = sum(row["archived"] for row in rows)
        return {"counts": {"live": len(rows) - gone, "archived": gone}, "records": rows}

    def edit(self, account: str | None, object_name: str, record_id: str | None, properties: Any) -> dict[str, Any]:
        """Change a record, or add one when no id is given, as a person."""
        if not isinstance(properties, dict):
            raise ControlProblem("properties is an object")
        with self.at_work(account, object_name) as desk:
            if record_id is None:
                record = desk.create(properties, "$")
            else:
                record = desk.update(find(desk, record_id, "$.id"), properties, "$")
            return self.shown(desk, record)

    def archive(self, account: str | None, object_name: str, record_id: str) -> dict[str, Any]:
        """Put a record into the recycle bin as a person."""
        with self.at_work(account, object_name) as desk:
            return self.shown(desk, desk.delete(find(desk, record_id, "$.id")))

    def apps(self) -> list[dict[str, Any]]:
        """Return the apps, secrets included: they are made up."""
        return [_camel(asdict(app)) for app in self.zoho.apps.values()]

    def accounts(self) -> list[dict[str, Any]]:
        """Return the organisations, each with its data centre's address."""
        return [_camel(asdict(org)) | {"server": self.zoho.server(org.location)} for org in self.zoho.orgs.values()]

    def put_app(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an app; what is left out is as the default app has it."""
        app: App = self._described(App, given)
        self.zoho.add_app(app)
        return _camel(asdict(app))

    def put_account(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an organisation; what is left out is as the default one has it."""
        org: Org = self._described(Org, given)
        if not org.zgid.isdecimal():
            raise ControlProblem("zgid is a number, as a text")
        self.zoho.add_org(org)
        return _camel(asdict(org)) | {"server": self.zoho.server(org.location)}

    def _described(self, kind: type[Org] | type[App], given: dict[str, Any]) -> Any:
        try:
            return described(kind, given)
        except BadDescription as bad:
            raise ControlProblem(str(bad)) from bad

    def issue_tokens(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: zgid, clientId, scopes."""
        org = self.org(given.get("zgid"))
        app = self.zoho.apps.get(given.get("clientId") or next(iter(self.zoho.apps)))
        if app is None:
            raise ControlProblem("there is no app with this clientId")
        scopes = given.get("scopes") or list(ALL_SCOPES)
        if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
            raise ControlProblem("scopes is a list of texts")
        return Grants(self.zoho, org.location).grant(app, org, scopes)

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return how often each refresh token was presented, by its short hash."""
        return Grants(self.zoho, "us").presentations()

    def reset(self) -> None:
        """Forget everything but the settings."""
        self.zoho.reset()


def _camel(named: dict[str, Any]) -> dict[str, Any]:
    def camel(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(part.title() for part in rest)

    return {camel(name): value for name, value in named.items()}
