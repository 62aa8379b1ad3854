"""What only this vendor's control can do: many records at once, merge, convert, restore, users, modules, revoke."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..control import ControlProblem
from . import endings
from .desk import find
from .grants import Grants
from .human import ZohoControl
from .org import BadDescription, User, Zoho, described
from .times import iso, seconds_of

SEED_MAX = 200_000

Given = dict[str, Any]


class Actions:
    """Actions by name; each takes and returns JSON and raises ControlProblem."""

    def __init__(self, zoho: Zoho, human: ZohoControl) -> None:
        self.zoho = zoho
        self.human = human

    def by_name(self) -> dict[str, Callable[[Given], Any]]:
        """Return the actions there are."""
        return {
            "seed": self.seed,
            "merge": self.merge,
            "convert": self.convert,
            "lock": self.lock,
            "restore": self.restore,
            "revoke": self.revoke,
            "user": self.user,
            "module": self.module,
            "field": self.field,
            "deliveries": self.deliveries,
            "triggers": self.triggers,
            "usage": self.usage,
        }

    def seed(self, given: Given) -> Given:
        """Add `count` records as an import would, all at the same time: now or `at`.

        `{n}` in a text is the record's number, from `start` (0) on. Answers the first and the last id.
        """
        count, start = given.get("count"), int(given.get("start", 0))
        if not isinstance(count, int) or not 0 < count <= SEED_MAX:
            raise ControlProblem(f"count is between 1 and {SEED_MAX}")
        module = str(given.get("object") or "Leads")
        template = given.get("properties") or _TEMPLATES.get(module) or {"Name": "Seed {n}"}
        first = last = 0
        with self.human.at_work(given.get("zgid"), module) as desk:
            if "at" in given:
                desk.now = _moment(given["at"])
            for number in range(start, start + count):
                row = {
                    name: value.replace("{n}", str(number)) if isinstance(value, str) else value
                    for name, value in template.items()
                }
                last = desk.create(row, "$").id
                first = first or last
        return {"first": str(first), "last": str(last), "at": iso(desk.now, "UTC")}

    def merge(self, given: Given) -> Given:
        """Merge `other` into `primary` as a person: object, primary, other. Answers the survivor's id."""
        with self.human.at_work(given.get("zgid"), given.get("object") or "Leads") as desk:
            winner, loser = find(desk, given.get("primary"), "$.primary"), find(desk, given.get("other"), "$.other")
            return {"id": str(endings.merge(desk, winner, [loser], {}).id)}

    def convert(self, given: Given) -> Given:
        """Convert a lead as a person: id, and `deal` with the values of a deal to be made."""
        with self.human.at_work(given.get("zgid"), "Leads") as desk:
            deal = {"Deals": given["deal"]} if isinstance(given.get("deal"), dict) else {}
            return endings.convert(desk, find(desk, given.get("id"), "$.id"), deal, "$")

    def lock(self, given: Given) -> Given:
        """Lock a record as a person, or with `locked` false unlock it: object, id."""
        with self.human.at_work(given.get("zgid"), given.get("object") or "Leads") as desk:
            record = find(desk, given.get("id"), "$.id")
            return self.human.shown(desk, desk.store(record, {"Locked__s": given.get("locked") is not False}))

    def restore(self, given: Given) -> Given:
        """Take a record out of the recycle bin as a person: object, id."""
        with self.human.at_work(given.get("zgid"), given.get("object") or "Leads") as desk:
            text = str(given.get("id"))
            record = desk.records.get_any(int(text)) if text.isdecimal() else None
            if record is None or record.deleted is None or record.gone:
                raise ControlProblem(f"{text} is not in the recycle bin")
            return self.human.shown(desk, desk.restore(record))

    def revoke(self, given: Given) -> Given:
        """End every grant in an organisation, as its administrator does."""
        org = self.human.org(given.get("zgid"))
        return {"revoked": Grants(self.zoho, org.location).revoke_all(org.zgid)}

    def user(self, given: Given) -> Given:
        """Make or replace a user beside the one who consents: id, firstName, lastName, email, status."""
        org = self.human.org(given.pop("zgid", None))
        try:
            user: User = described(User, given | {"id": int(given.get("id") or 0)})
        except (BadDescription, ValueError) as bad:
            raise ControlProblem(str(bad)) from bad
        self.zoho.put_user(org.zgid, user)
        return user.short() | {"status": user.status}

    def module(self, given: Given) -> Given:
        """Make a module as an administrator: name (its API name), singular, plural."""
        org, name = self.human.org(given.get("zgid")), str(given.get("name") or "")
        if not name.isidentifier():
            raise ControlProblem("name is letters, digits and _")
        made = self.zoho.definitions(org.zgid).add_module(
            name, str(given.get("singular") or name), str(given.get("plural") or name)
        )
        return made.as_json()

    def field(self, given: Given) -> Given:
        """Make a field as an administrator: object, and the field as the metadata API takes it."""
        with self.human.at_work(given.get("zgid"), given.get("object") or "Leads") as desk:
            described_field = given.get("field")
            if not isinstance(described_field, dict):
                raise ControlProblem("field is an object with field_label and data_type")
            return desk.definitions.add_field(desk.module.api_name, described_field, "$").as_json()

    def deliveries(self, _: Given) -> Given:
        """Answer the last deliveries with their answers' status, how many wait, and the live channels."""
        channels = [
            {"zgid": zgid, "channel": channel, "module": module, "expires": iso(expires, "UTC"), "token": doc["token"]}
            for zgid in self.zoho.orgs
            for channel, module, expires, doc in self.zoho.watch.channels(zgid)
        ]
        return {"deliveries": self.zoho.watch.sent, "events": self.zoho.watch.counts(), "channels": channels}

    def triggers(self, _: Given) -> Given:
        """Answer the last writes, each with the automations that it let run: a list, or `all`."""
        return {"writes": self.zoho.triggers}

    def usage(self, _: Given) -> Given:
        """Answer the credits used by organisation, and the most calls there were at one time."""
        most = {":".join(key): number for key, number in self.zoho.in_flight.most.items()}
        return {"credits": {zgid: self.zoho.credits.used(zgid) for zgid in self.zoho.orgs}, "mostAtOnce": most}


_TEMPLATES: dict[str, Given] = {
    "Leads": {"Last_Name": "Seed {n}", "Company": "Seed Ltd {n}", "Email": "seed{n}@example.test"},
    "Contacts": {"Last_Name": "Seed {n}", "Email": "seed{n}@example.test"},
    "Accounts": {"Account_Name": "Seed {n}"},
    "Deals": {"Deal_Name": "Seed {n}", "Stage": "Qualification"},
}


def _moment(text: Any) -> int:
    at = seconds_of(str(text))
    if at is None:
        raise ControlProblem("at is an ISO-8601 time with a zone")
    return at
