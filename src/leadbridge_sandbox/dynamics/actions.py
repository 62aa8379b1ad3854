"""What only this vendor's control can do: many records at once, merge, qualify, revoke, webhooks' deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..control import ControlProblem
from . import merging, values
from .beginnings import filter_id, message_id
from .errors import VendorError
from .human import DynamicsControl
from .sales import qualify
from .writes import Desk

SEED_MAX = 200_000
GRANT_ENDS = ("revoked", "mfa", "unconsented")
_TEMPLATES = {
    "lead": {"subject": "Seed {n}", "firstname": "Seed", "lastname": "{n}", "emailaddress1": "seed{n}@example.test"},
    "contact": {"firstname": "Seed", "lastname": "{n}", "emailaddress1": "seed{n}@example.test"},
    "account": {"name": "Seed {n}"},
    "opportunity": {"name": "Seed {n}"},
}

Given = dict[str, Any]


class Actions:
    """Actions by name; each takes and returns JSON and raises ControlProblem."""

    def __init__(self, human: DynamicsControl) -> None:
        self.human = human
        self.vendor = human.vendor

    def by_name(self) -> dict[str, Callable[[Given], Any]]:
        """Return the actions there are."""
        return {
            "seed": self.seed,
            "merge": self.merge,
            "qualify": self.qualify,
            "revoke": self.revoke,
            "webhooks": self.webhooks,
            "deliveries": self.deliveries,
            "steps": self.steps,
        }

    def seed(self, given: Given) -> Given:
        """Add `count` records as an import would, all at the same time: now or `at` (whole seconds).

        `{n}` in a value is the record's number, from `start` (0) on. Answers the first and the last id.
        """
        at, count = self.human.desk(given.get("organization")), given.get("count")
        table = self.human.table(at, str(given.get("object") or "leads"))
        if not isinstance(count, int) or not 0 < count <= SEED_MAX:
            raise ControlProblem(f"count is between 1 and {SEED_MAX}")
        if "at" in given:
            try:
                at.now = values.seconds_of(str(given["at"]))
            except ValueError as error:
                raise ControlProblem("at is an ISO-8601 time") from error
        template = given.get("properties") or _TEMPLATES.get(table.name, {table.name_column: "Seed {n}"})
        first = last = ""
        start = int(given.get("start", 0))
        try:
            with self.vendor.world.db.transaction():
                for number in range(start, start + count):
                    typed = {
                        name: value.replace("{n}", str(number)) if isinstance(value, str) else value
                        for name, value in template.items()
                    }
                    last = at.create(table, self.human.payload(table, typed)).id
                    first = first or last
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.human.hooks.wake()
        return {"first": first, "last": last, "at": values.iso(at.now)}

    def merge(self, given: Given) -> Given:
        """Merge `other` into `primary` as a person; answers the survivor's id."""
        at = self.human.desk(given.get("organization"))
        table = self.human.table(at, str(given.get("object") or "leads"))
        winner = self.human.found(at, table, given.get("primary"))
        loser = self.human.found(at, table, given.get("other"))
        try:
            with self.vendor.world.db.transaction():
                merging.merge(at, table, winner, loser, {})
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.human.hooks.wake()
        return {"id": winner.id}

    def qualify(self, given: Given) -> Given:
        """Qualify a lead as a person: id; createAccount, createContact, createOpportunity (true). Answers new ids."""
        at = self.human.desk(given.get("organization"))
        body = {
            "Status": 3,
            "CreateAccount": given.get("createAccount", True),
            "CreateContact": given.get("createContact", True),
            "CreateOpportunity": given.get("createOpportunity", True),
        }
        try:
            with self.vendor.world.db.transaction():
                made = qualify(at, str(given.get("id")).lower(), body)
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.human.hooks.wake()
        return {table.name: record.id for table, record in made}

    def revoke(self, given: Given) -> Given:
        """End every grant in an organisation as an administrator; `how` is revoked, mfa or unconsented."""
        how = given.get("how", "revoked")
        if how not in GRANT_ENDS:
            raise ControlProblem(f"how is one of {', '.join(GRANT_ENDS)}")
        return {"ended": self.human.grants.end(self.human.organization(given.get("organization")), how)}

    def webhooks(self, given: Given) -> Given:
        """Register an endpoint with steps as an administrator: url, secret, objects, messages. Answers its id."""
        at = self.human.desk(given.get("organization"))
        url, secret = given.get("url"), given.get("secret", "")
        if not isinstance(url, str) or not isinstance(secret, str):
            raise ControlProblem("url and secret are texts")
        endpoint = {"name": "Administrator's", "contract": 8, "authtype": 4, "authvalue": secret or None, "url": url}
        try:
            with self.vendor.world.db.transaction():
                made = at.create(self.human.table(at, "serviceendpoint"), {**endpoint, "messageformat": 2})
                for name in given.get("objects") or ["leads"]:
                    table = self.human.table(at, name)
                    for message in given.get("messages") or ["Create", "Update", "Delete", "Merge"]:
                        self._step(at, made.id, table.name, message)
        except VendorError as error:
            raise ControlProblem(error.message) from error
        self.human.hooks.wake()
        return {"id": made.id}

    def _step(self, at: Desk, endpoint: str, table: str, message: str) -> None:
        step = {
            "name": f"Administrator's: {message} of {table}",
            "stage": 40,
            "mode": 1,
            "rank": 1,
            "eventhandler_serviceendpoint@odata.bind": f"/serviceendpoints({endpoint})",
            "sdkmessageid@odata.bind": f"/sdkmessages({message_id(message)})",
            "sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({filter_id(message, table)})",
        }
        at.create(self.human.table(at, "sdkmessageprocessingstep"), step)

    def deliveries(self, _: Given) -> Given:
        """Answer the last deliveries with their answers' status, and how many events wait."""
        return {"deliveries": self.human.hooks.sent, "events": self.human.hooks.counts()}

    def steps(self, given: Given) -> list[Given]:
        """Answer the enabled webhook steps: message, table, filtering columns, address."""
        organization = self.human.organization(given.get("organization"))
        return [
            {
                "id": step.id,
                "message": step.message,
                "table": step.table,
                "filtering": sorted(step.filtering),
                "url": step.endpoint.get("url"),
            }
            for step in self.human.hooks.steps(organization.organization_id)
        ]
