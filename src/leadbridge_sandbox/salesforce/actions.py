"""What only this vendor's control can do: what administrators and people do in an org, and many records at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..clock import iso_ms
from ..control import ControlProblem
from . import endings, ids
from .errors import Refused
from .grants import Grants
from .human import SalesforceControl, shown
from .org import Salesforce
from .records import Record
from .rules import Lock
from .values import moment_ms, whole
from .writes import Desk

SEED_MAX = 200_000
ROLES = ("login", "test", "any")

Given = dict[str, Any]


class Actions:
    """Actions by name; each takes and returns JSON and raises ControlProblem. `account` names the org."""

    def __init__(self, vendor: Salesforce, human: SalesforceControl) -> None:
        self.vendor = vendor
        self.human = human
        self.grants = Grants(vendor)

    def by_name(self) -> dict[str, Callable[[Given], Any]]:
        """Return the actions there are."""
        return {
            "seed": self.seed,
            "merge": self.merge,
            "convert": self.convert,
            "undelete": self.undelete,
            "lock": self.lock,
            "validation": self.validation,
            "hide_field": self.hide_field,
            "record_type": self.record_type,
            "user": self.user,
            "revoke": self.revoke,
            "expire_sessions": self.expire_sessions,
            "drop_cursors": self.drop_cursors,
            "long_running": self.long_running,
            "used_calls": self.used_calls,
            "host": self.host,
        }

    def _record(self, desk: Desk, given: Given, name: str) -> Record:
        record = self.vendor.records.by_id(desk.org, ids.full(given.get(name)) or "")
        if record is None:
            raise ControlProblem(f"there is no record {given.get(name)}")
        return record

    def _written(self, work: Callable[[], Any]) -> Any:
        try:
            with self.vendor.db.transaction():
                return work()
        except Refused as error:
            raise ControlProblem(f"{error.code}: {error.message}") from error

    def seed(self, given: Given) -> Given:
        """Add `count` records as an import would, all at the same time: now or `at`.

        `{n}` in a value is the record's number, from `start` (0) on. Answers the first and the last id.
        """
        desk, count = self.human.desk(given.get("account")), given.get("count")
        if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= SEED_MAX:
            raise ControlProblem(f"count is between 1 and {SEED_MAX}")
        if "at" in given:
            desk.now = _moment(given["at"])
        name, start = str(given.get("object") or "Lead"), int(given.get("start", 0))
        template = given.get("properties") or {
            "LastName": "Seed {n}",
            "Company": "Seed {n} Ltd",
            "Email": "seed{n}@example.test",
        }

        def work() -> Given:
            kind = desk.kind(name)
            first = last = ""
            for number in range(start, start + count):
                values = {
                    key: value.replace("{n}", str(number)) if isinstance(value, str) else value
                    for key, value in template.items()
                }
                last = desk.create(kind, values).id
                first = first or last
            return {"first": first, "last": last, "at": iso_ms(desk.stamp)}

        answer: Given = self._written(work)
        return answer

    def merge(self, given: Given) -> Given:
        """Merge `other` into `primary` as a person, with the `properties` chosen; answers the survivor."""
        desk = self.human.desk(given.get("account"))
        winner, loser = self._record(desk, given, "primary"), self._record(desk, given, "other")
        self._written(lambda: endings.merge(desk, winner, loser, given.get("properties") or {}))
        return shown(winner)

    def convert(self, given: Given) -> Given:
        """Convert the lead `id` as a person: accountId, contactId, opportunityName, doNotCreateOpportunity."""
        desk = self.human.desk(given.get("account"))
        lead = self._record(desk, given, "id")
        made: Given = self._written(lambda: endings.convert(desk, lead, given))
        return made

    def undelete(self, given: Given) -> Given:
        """Take the record `id` out of the recycle bin as a person."""
        desk = self.human.desk(given.get("account"))
        record = self._record(desk, given, "id")
        self._written(lambda: desk.undelete(record))
        return shown(record)

    def lock(self, given: Given) -> Given:
        """Refuse the next `attempts` (1) writes to record `id`, or to what is below that account; code, message."""
        record = self._record(self.human.desk(given.get("account")), given, "id")
        lock = Lock(record.id, int(given.get("attempts", 1)))
        lock.code, lock.message = str(given.get("code") or lock.code), str(given.get("message") or "")
        self.vendor.rules.lock(lock)
        return {"locked": record.id, "attempts": lock.attempts}

    def validation(self, given: Given) -> Given:
        """Add a validation rule: object, field, contains (a text it may not contain), message."""
        rule = {name: str(given.get(name) or "") for name in ("field", "contains", "message")}
        if not all(rule.values()):
            raise ControlProblem("a validation rule needs field, contains and message")
        org = self.human.org(given.get("account"))
        self.vendor.rules.add_validation(org.org_id, str(given.get("object") or "Lead"), rule)
        return rule

    def hide_field(self, given: Given) -> Given:
        """Hide a field from the app's user by field-level security, or show it: object, field, hidden (true)."""
        org, hidden = self.human.org(given.get("account")), given.get("hidden", True) is True
        name, field = str(given.get("object") or "Lead"), str(given.get("field") or "")
        if self.vendor.schema.whole(org.org_id, name).field(field) is None:
            raise ControlProblem(f"{name} has no field {field!r}")
        self.vendor.schema.hide(org.org_id, name, field, hidden=hidden, now=self.vendor.now)
        return {"object": name, "field": field, "hidden": hidden}

    def record_type(self, given: Given) -> Given:
        """Add a record type: object, name, default (false), picklists {field: [values allowed]}."""
        org, now = self.human.org(given.get("account")), whole(self.vendor.now)
        kind = self.vendor.schema.whole(org.org_id, str(given.get("object") or "Lead"))
        picklists = given.get("picklists") or {}
        for field, values in picklists.items():
            known = kind.field(field)
            if known is None or not values or set(values) - set(known.values):
                raise ControlProblem(f"{field} is no picklist of {kind.name} with these values")
        name = str(given.get("name") or "Special")
        doc = {"Name": name, "DeveloperName": name.replace(" ", "_"), "SobjectType": kind.name, "IsActive": True}
        more = {"Default": given.get("default") is True, "Picklists": picklists}
        with self.vendor.db.transaction():
            made = self.vendor.records.add(org.org_id, "RecordType", "012", now, doc | more)
            self.vendor.schema.changed(org.org_id, self.vendor.now)
        return shown(made)

    def user(self, given: Given) -> Given:
        """Add a user (or, with `queue`, a queue of that name): firstName, lastName, email, active."""
        org, now = self.human.org(given.get("account")), whole(self.vendor.now)
        if given.get("queue"):
            doc = {"Name": str(given["queue"]), "DeveloperName": str(given["queue"]), "Type": "Queue"}
            return shown(self.vendor.records.add(org.org_id, "Group", "00G", now, doc))
        first, last = str(given.get("firstName") or ""), str(given.get("lastName") or "User")
        email = str(given.get("email") or f"{last.lower()}@example.test")
        doc = {"FirstName": first, "LastName": last, "Name": f"{first} {last}".strip(), "Email": email}
        more = {"Username": email, "Alias": last.lower()[:8], "IsActive": given.get("active", True) is True}
        return shown(self.vendor.records.add(org.org_id, "User", "005", now, doc | more | {"UserType": "Standard"}))

    def revoke(self, given: Given) -> Given:
        """End every grant in an org, as its administrator does."""
        return {"revoked": self.grants.revoke_all(self.human.org(given.get("account")))}

    def expire_sessions(self, given: Given) -> Given:
        """End every session in an org; its refresh tokens live on."""
        return {"expired": self.grants.expire_sessions(self.human.org(given.get("account")))}

    def drop_cursors(self, given: Given) -> Given:
        """End every open query cursor of an org."""
        org = self.human.org(given.get("account")).org_id
        return {"dropped": self.vendor.db.run("DELETE FROM salesforce_cursors WHERE org = ?", org)}

    def long_running(self, given: Given) -> Given:
        """Let `count` long requests of other programs run in an org."""
        count = int(given.get("count", 0))
        self.vendor.usage.long_running[self.human.org(given.get("account")).org_id] = count
        return {"running": count}

    def used_calls(self, given: Given) -> Given:
        """Add `count` calls of other programs to the last 24 hours; answers how many there were in all."""
        org, count = self.human.org(given.get("account")).org_id, given.get("count", 0)
        if not isinstance(count, int) or count < 0:
            raise ControlProblem("count is a number of calls")
        self.vendor.usage.add(org, self.vendor.now, count)
        return {"used": self.vendor.usage.used(org, self.vendor.now)}

    def host(self, given: Given) -> Given:
        """Say what a host (as clients name it, with its port) is for: `login`, `test` or `any` org's users."""
        host, role = str(given.get("host") or "").lower(), given.get("role")
        if not host or role not in ROLES:
            raise ControlProblem(f"a host needs a role: {', '.join(ROLES)}")
        self.vendor.hosts[host] = str(role)
        self.vendor.db.save("salesforce.hosts", self.vendor.hosts)
        return self.vendor.hosts


def _moment(text: Any) -> int:
    try:
        return moment_ms(str(text))
    except ValueError as error:
        raise ControlProblem("at is an ISO-8601 time with a zone") from error
