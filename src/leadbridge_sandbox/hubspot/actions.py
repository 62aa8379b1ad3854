"""What only this vendor's control can do: merge and associate as a person, owners, webhooks, many records at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..clock import iso_ms
from ..control import ControlProblem
from . import endings, hook_routes
from .errors import VendorError
from .human import HubSpotControl
from .object_types import OBJECT_TYPES
from .portal import HubSpot, owner_json
from .records import Record
from .writes import Desk

SEED_MAX = 200_000

Given = dict[str, Any]


class Actions:
    """Actions by name; each takes and returns JSON and raises ControlProblem."""

    def __init__(self, hub: HubSpot, human: HubSpotControl) -> None:
        self.hub = hub
        self.human = human

    def by_name(self) -> dict[str, Callable[[Given], Any]]:
        """Return the actions there are."""
        return {
            "merge": self.merge,
            "erase": self.erase,
            "associate": self.associate,
            "associations": self.associations,
            "owner": self.owner,
            "seed": self.seed,
            "webhooks": self.webhooks,
            "deliveries": self.deliveries,
            "pipelines": lambda given: self.hub.pipelines(self._portal(given)).listed(),
        }

    def _portal(self, given: Given) -> int:
        portal_id = given.get("portalId", self.hub.default_portal().portal_id)
        if portal_id not in self.hub.portals:
            raise ControlProblem(f"there is no portal {portal_id}")
        return int(portal_id)

    def _desk(self, given: Given, object_name: Any = None) -> Desk:
        return self.human.desk(str(self._portal(given)), str(object_name or given.get("object") or "contacts"))

    def _found(self, at: Desk, text: Any) -> Record:
        try:
            return at.must_find(str(text), None)
        except VendorError as error:
            raise ControlProblem(f"there is no {at.kind.singular} {text}") from error

    def merge(self, given: Given) -> Given:
        """Merge `other` into `primary` as a person; answers the survivor's id."""
        at = self._desk(given)
        winner, loser = self._found(at, given.get("primary")), self._found(at, given.get("other"))
        new = bool(given.get("newRecord", self.hub.world.settings.mergeMakesNewRecord))
        with self.hub.world.db.transaction():
            survivor = endings.merge(at, self.human.links(at.records.portal), winner, loser, new_record=new)
        self.hub.hooks.wake()
        return {"id": str(survivor.id)}

    def erase(self, given: Given) -> Given:
        """Delete a record for good, as HubSpot's privacy deletion does."""
        at = self._desk(given)
        record = self._found(at, given.get("id"))
        with self.hub.world.db.transaction():
            endings.erase(at, self.human.links(at.records.portal), record, None)
        self.hub.hooks.wake()
        return {"erased": str(record.id)}

    def associate(self, given: Given) -> Given:
        """Associate two records as a person: object, id, toObject, toId, typeId (the unlabelled one if left out)."""
        source, target = self._desk(given), self._desk(given, given.get("toObject") or "companies")
        links = self.human.links(source.records.portal)
        types = links.types(source.kind, target.kind)
        chosen = [one for one in types if one.id == given.get("typeId", types[0].id)]
        if not chosen:
            raise ControlProblem(f"{given.get('typeId')} is no association type between these")
        one, other = self._found(source, given.get("id")), self._found(target, given.get("toId"))
        with self.hub.world.db.transaction():
            links.put(source.kind, one.id, target.kind, other.id, chosen)
        self.hub.hooks.wake()
        return {"associated": True}

    def associations(self, given: Given) -> Given:
        """Answer what a record is associated with, by object type."""
        at = self._desk(given)
        record = self._found(at, given.get("id"))
        links = self.human.links(at.records.portal)
        return {
            kind.name: [
                {
                    "id": str(place),
                    "types": [one.id for one in links.between(at.kind, record.id, kind, place)],
                }
                for place in links.ids(at.kind, record.id, kind)
            ]
            for kind in OBJECT_TYPES
        }

    def owner(self, given: Given) -> Given:
        """Make or replace an owner beside the portal's user: id, email, firstName, lastName, userId, archived."""
        email, owner_id = given.get("email"), str(given.get("id") or "")
        if not isinstance(email, str) or not owner_id.isdecimal():
            raise ControlProblem("an owner needs an id of digits and an email")
        owner = owner_json(
            owner_id,
            email,
            str(given.get("firstName") or ""),
            str(given.get("lastName") or ""),
            int(given.get("userId") or owner_id),
            archived=given.get("archived") is True,
        )
        self.hub.put_owner(self._portal(given), owner)
        return owner

    def seed(self, given: Given) -> Given:
        """Add `count` records as an import would, all at the same time: now or `at`.

        `{n}` in a value is the record's number, from `start` (0) on. Answers the first and the last id.
        """
        at, count = self._desk(given), given.get("count")
        if not isinstance(count, int) or not 0 < count <= SEED_MAX:
            raise ControlProblem(f"count is between 1 and {SEED_MAX}")
        if "at" in given:
            at.now = _moment(given["at"])
        template = given.get("properties") or {"email": "seed{n}@example.test", "firstname": "Seed {n}"}
        first, last, start = 0, 0, int(given.get("start", 0))
        try:
            with self.hub.world.db.transaction():
                for number in range(start, start + count):
                    values = {name: str(text).replace("{n}", str(number)) for name, text in template.items()}
                    last = at.create(values).id
                    first = first or last
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.hub.hooks.wake()
        return {"first": str(first), "last": str(last), "at": iso_ms(at.now)}

    def webhooks(self, given: Given) -> Given:
        """Set an app's target address and subscriptions: targetUrl, subscriptions [{eventType, propertyName?, ...}]."""
        app_id = given.get("appId", next(iter(self.hub.apps.values())).app_id)
        now = iso_ms(self.hub.world.clock.now_ms())
        try:
            settings = hook_routes.settings_of(given, None, now)
            doc: Given = {"settings": settings, "subscriptions": [], "next": 1}
            for subscription in given.get("subscriptions") or []:
                doc, _ = hook_routes.added(doc, {"active": True, **subscription}, now)
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.hub.hooks.keep(app_id, doc)
        return doc

    def deliveries(self, _: Given) -> Given:
        """Answer the last deliveries with their answers' status, and how many events wait."""
        return {"deliveries": self.hub.hooks.sent, "events": self.hub.hooks.counts()}


def _moment(text: Any) -> int:
    try:
        return round(datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError as error:
        raise ControlProblem("at is an ISO-8601 time with a zone") from error
