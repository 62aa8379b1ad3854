"""What an org's own set-up refuses: duplicate rules, validation rules, locked rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from ..store import Database
from .errors import Refused
from .fields import Kind
from .records import Record, Records

DUPLICATE_TEXT = "Use one of these records?"
MATCHED = ("Lead", "Contact", "Account")
_TRANSIENT = "UNABLE_TO_LOCK_ROW"


@dataclass(slots=True)
class Lock:
    """Refuses the next writes to a record, or to what refers to it; `attempts` counts down."""

    record_id: str
    attempts: int
    code: str = _TRANSIENT
    message: str = ""

    def refusal(self) -> Refused:
        """Return what a write is refused with."""
        text = self.message or f"unable to obtain exclusive access to this record or 1 records: {self.record_id}"
        return Refused(400, self.code, text, ())


@dataclass(slots=True)
class Rules:
    """The rules of every org. Locks are not kept over a restart, validation rules are."""

    db: Database
    locks: dict[str, Lock] = field(default_factory=dict)
    _validations: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def forget(self) -> None:
        """Drop all locks and read the validation rules anew."""
        self.locks.clear()
        self._validations.clear()

    def lock(self, lock: Lock) -> None:
        """Put a lock on a record."""
        self.locks[lock.record_id] = lock

    def check_locks(self, record_ids: tuple[str | None, ...]) -> None:
        """Let a write pass that touches these records, or refuse it and count the attempt. Raises Refused."""
        if not self.locks:
            return
        for record_id in record_ids:
            lock = self.locks.get(record_id or "")
            if lock is None:
                continue
            lock.attempts -= 1
            if lock.attempts <= 0:
                del self.locks[lock.record_id]
            raise lock.refusal()

    def add_validation(self, org: str, object_name: str, rule: dict[str, Any]) -> None:
        """Add a validation rule: a field, a text that it may not contain, and what the user is then told."""
        self.db.run(
            "INSERT INTO salesforce_rules (org, object, doc) VALUES (?, ?, ?)", org, object_name, orjson.dumps(rule)
        )
        self._validations.clear()

    def check_validations(self, org: str, object_name: str, doc: Mapping[str, Any]) -> None:
        """Raise Refused for a record that a validation rule does not allow."""
        key = (org, object_name)
        if key not in self._validations:
            rows = self.db.all("SELECT doc FROM salesforce_rules WHERE org = ? AND object = ? ORDER BY id", *key)
            self._validations[key] = [orjson.loads(row[0]) for row in rows]
        for rule in self._validations[key]:
            if str(rule["contains"]).lower() in str(doc.get(rule["field"], "")).lower():
                raise Refused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", str(rule["message"]), (rule["field"],))


def check_duplicates(
    records: Records, org: str, kind: Kind, doc: Mapping[str, Any], own_seq: int | None, base: str, *, may_save: bool
) -> None:
    """Raise Refused when a standard duplicate rule finds records that look like this one.

    The standard matching rules compare names, addresses and more, fuzzily. Here a lead or a contact matches one of
    its own type with the same e-mail address and last name, and an account is never matched.
    """
    if kind.name not in MATCHED or not doc.get("Email"):
        return
    name = str(doc.get("LastName", "")).lower()
    found = [
        one
        for one in records.by_key(org, kind.name, "Email", doc["Email"])
        if one.seq != own_seq and str(one.doc.get("LastName", "")).lower() == name
    ]
    if found:
        raise Refused(400, "DUPLICATES_DETECTED", DUPLICATE_TEXT, extra=_matches(kind, found, base, may_save=may_save))


def _matches(kind: Kind, found: list[Record], base: str, *, may_save: bool) -> dict[str, Any]:
    return {
        "duplicateResult": {
            "allowSave": may_save,
            "duplicateRule": f"Standard_{kind.name}_Duplicate_Rule",
            "duplicateRuleEntityType": kind.name,
            "errorMessage": DUPLICATE_TEXT,
            "matchResults": [
                {
                    "entityType": kind.name,
                    "errors": [],
                    "matchEngine": "FuzzyMatchEngine",
                    "matchRecords": [
                        {
                            "additionalInformation": [],
                            "fieldDiffs": [],
                            "matchConfidence": 100.0,
                            "record": {
                                "attributes": {"type": kind.name, "url": f"{base}/sobjects/{kind.name}/{one.id}"},
                                "Id": one.id,
                            },
                        }
                        for one in found
                    ],
                    "rule": f"Standard_{kind.name}_Match_Rule_v1_0",
                    "size": len(found),
                    "success": True,
                }
            ],
        }
    }
