"""What the control API can do to the vendor's data: see it, and change it as a person would."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..control import ControlProblem
from .associations import Associations
from .errors import VendorError
from .grants import Grants
from .object_types import object_type
from .operation import associations, desk
from .portal import App, BadDescription, HubSpot, Portal, described
from .records import Record
from .views import record_json
from .writes import Desk, Source


class HubSpotControl:
    """The vendor's side of the control API. Methods take and return JSON; they raise ControlProblem."""

    def __init__(self, hub: HubSpot) -> None:
        self.hub = hub

    def _portal(self, account: object) -> Portal:
        if account is None:
            return self.hub.default_portal()
        portal = self.hub.portals.get(int(str(account))) if str(account).isdecimal() else None
        if portal is None:
            raise ControlProblem(f"there is no portal {account}")
        return portal

    def desk(self, account: str | None, object_name: str) -> Desk:
        """Return the place where a portal's person works on one object type. Raises ControlProblem."""
        portal = self._portal(account)
        try:
            return desk(self.hub, portal.portal_id, object_type(object_name), _person(portal))
        except VendorError as error:
            raise ControlProblem(error.message) from error

    def links(self, portal_id: int) -> Associations:
        """Return a portal's associations, changed by its person."""
        return associations(self.hub, portal_id, _person(self.hub.portals[portal_id]))

    def _shown(self, at: Desk, record: Record) -> dict[str, Any]:
        return record_json(at.kind, at.records.portal, record, dict(sorted(record.properties.items())))

    def records(self, account: str | None, object_name: str) -> dict[str, Any]:
        """Return every record with all its properties, archived ones too."""
        at = self.desk(account, object_name)
        rows = [self._shown(at, record) for record in at.records.scan(archived_too=True)]
        live, archived = at.records.counts()
        return {"counts": {"live": live, "archived": archived}, "records": rows}

    def edit(self, account: str | None, object_name: str, record_id: str | None, properties: Any) -> dict[str, Any]:
        """Change a record, or add one when no id is given, as a person."""
        at = self.desk(account, object_name)
        try:
            with self.hub.world.db.transaction():
                if record_id is None:
                    record = at.create(properties)
                else:
                    record = at.update(at.must_find(record_id, None), properties)
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.hub.hooks.wake()
        return self._shown(at, record)

    def archive(self, account: str | None, object_name: str, record_id: str) -> dict[str, Any]:
        """Archive a record as a person."""
        at = self.desk(account, object_name)
        try:
            with self.hub.world.db.transaction():
                record = at.must_find(record_id, None)
                at.archive(record)
                self.links(at.records.portal).forget(at.kind, record.id)
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.hub.hooks.wake()
        return self._shown(at, record)

    def apps(self) -> list[dict[str, Any]]:
        """Return the apps, secrets included: they are made up."""
        return [_camel(asdict(app)) for app in self.hub.apps.values()]

    def accounts(self) -> list[dict[str, Any]]:
        """Return the portals."""
        return [_camel(asdict(portal)) for portal in self.hub.portals.values()]

    def put_app(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace an app; what is left out is as the default app has it."""
        try:
            app: App = described(App, given)
        except BadDescription as bad:
            raise ControlProblem(str(bad)) from bad
        self.hub.add_app(app)
        return _camel(asdict(app))

    def put_account(self, given: dict[str, Any]) -> dict[str, Any]:
        """Make or replace a portal; what is left out is as the default portal has it."""
        try:
            portal: Portal = described(Portal, given)
        except BadDescription as bad:
            raise ControlProblem(str(bad)) from bad
        self.hub.add_portal(portal)
        return _camel(asdict(portal))

    def issue_tokens(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return tokens of a new grant without a consent, for tests that are about something else."""
        portal = self._portal(given.get("portalId"))
        app = self.hub.apps.get(given.get("clientId") or next(iter(self.hub.apps)))
        if app is None:
            raise ControlProblem("there is no app with this clientId")
        scopes = given.get("scopes") or [*app.required_scopes, *app.optional_scopes]
        if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
            raise ControlProblem("scopes is a list of texts")
        return Grants(self.hub).grant(app, portal, scopes)

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return how often each refresh token was presented, by its short hash."""
        return Grants(self.hub).presentations()

    def reset(self) -> None:
        """Forget everything but the settings."""
        self.hub.reset()


def _person(portal: Portal) -> Source:
    return Source("CRM_UI", f"userId:{portal.user_id}", "CRM_UI", portal.user_id)


def _camel(named: dict[str, Any]) -> dict[str, Any]:
    def camel(name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(part.title() for part in rest)

    return {camel(name): value for name, value in named.items()}
