"""Associations between records: both directions of a pair are kept, each under its own type.

Type ids are HubSpot's own. A labelled association, the primary one too, stands beside the unlabelled one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..store import Database
from . import unconfirmed
from .errors import VendorError, validation
from .news import Change, Tell, unheard
from .object_types import ObjectType

DEFINED = "HUBSPOT_DEFINED"
OWN = "USER_DEFINED"


@dataclass(frozen=True, slots=True)
class LinkType:
    """One direction of an association: its type id, that of the other direction, and the label people see."""

    source: str
    target: str
    id: int
    inverse: int
    category: str = DEFINED
    label: str | None = None
    name: str = ""

    def spec(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {"category": self.category, "typeId": self.id, "label": self.label}


_PAIRS = (
    LinkType("contacts", "companies", 279, 280),
    LinkType("contacts", "companies", 1, 2, label="Primary"),
    LinkType("contacts", "deals", 4, 3),
    LinkType("deals", "companies", 341, 342),
    LinkType("deals", "companies", 5, 6, label="Primary"),
    LinkType("contacts", "contacts", 449, 449),
    LinkType("companies", "companies", 450, 450),
    LinkType("deals", "deals", 451, 451),
)
BUILT_IN = {
    (one.source, one.target, one.id): one
    for pair in _PAIRS
    for one in (pair, LinkType(pair.target, pair.source, pair.inverse, pair.id, label=pair.label))
}
PRIMARY = frozenset({1, 2, 5, 6})
FIRST_OWN_TYPE = 36


@dataclass(slots=True)
class Associations:
    """The associations of one portal."""

    db: Database
    portal: int
    now: int
    source: str = "CRM_UI"
    source_id: str = ""
    tell: Tell = unheard

    def types(self, source: ObjectType, target: ObjectType) -> list[LinkType]:
        """Return every type between two object types, the unlabelled one first."""
        own = [
            LinkType(source.name, target.name, row[0], row[1], OWN, row[2], row[3])
            for row in self.db.all(
                "SELECT type, inverse, label, name FROM hubspot_labels WHERE portal = ? AND source = ? AND target = ? "
                "ORDER BY type",
                self.portal,
                source.name,
                target.name,
            )
        ]
        built_in = [one for key, one in BUILT_IN.items() if key[:2] == (source.name, target.name)]
        return sorted(built_in, key=lambda one: one.label is not None) + own

    def default(self, source: ObjectType, target: ObjectType) -> LinkType:
        """Return the unlabelled type between two object types."""
        return self.types(source, target)[0]

    def wanted(self, source: ObjectType, target: ObjectType, given: Any) -> list[LinkType]:
        """Return the types a request names. Raises VendorError 400."""
        if not isinstance(given, list) or not given:
            raise validation("Invalid input JSON: Some required fields were not set: [types]")
        known = {(one.category, one.id): one for one in self.types(source, target)}
        named: list[LinkType] = []
        for item in given:
            key = (item.get("associationCategory"), item.get("associationTypeId")) if isinstance(item, dict) else None
            found = known.get(key) if key is not None else None  # type: ignore[arg-type]  # whatever was sent
            if found is None:
                raise validation(f"{key and key[1]} is not an association type from {source.name} to {target.name}")
            named.append(found)
        return named

    def target_of(self, source: ObjectType, kinds: Iterable[ObjectType], given: Any) -> ObjectType:
        """Return the object type that a create's inline association types lead to. Raises VendorError 400."""
        ids = {item.get("associationTypeId") for item in given if isinstance(item, dict)} if given else set()
        for kind in kinds:
            if ids and ids <= {one.id for one in self.types(source, kind)}:
                return kind
        raise validation(f"{sorted(map(str, ids))} are not association types from {source.name}")

    def put(
        self, source: ObjectType, source_id: int, target: ObjectType, target_id: int, types: Sequence[LinkType]
    ) -> None:
        """Associate two records. A primary one takes the place of the primary one before."""
        plain = self.default(source, target)
        chosen = {one.id: one for one in (plain, *types)}
        if unconfirmed.FIRST_COMPANY_BECOMES_PRIMARY and not self.ids(source, source_id, target):
            chosen |= {one.id: one for one in self.types(source, target) if one.id in (1, 5)}
        fresh = target_id not in self.ids(source, source_id, target)
        for one in chosen.values():
            if one.id in (1, 5):
                self._clear(source, source_id, target, one)
            elif one.id in (2, 6):
                back = BUILT_IN[(target.name, source.name, one.inverse)]
                self._clear(target, target_id, source, back)
            self._write(source.name, source_id, target.name, target_id, one.id)
            self._write(target.name, target_id, source.name, source_id, one.inverse)
        if fresh:
            self._tell(source, source_id, target, target_id, removed=False)

    def _clear(self, source: ObjectType, source_id: int, target: ObjectType, one: LinkType) -> None:
        for place in self.ids(source, source_id, target):
            self._delete(source.name, source_id, target.name, place, one)

    def _write(self, source: str, source_id: int, target: str, target_id: int, type_id: int) -> None:
        self.db.run(
            "INSERT OR IGNORE INTO hubspot_associations VALUES (?, ?, ?, ?, ?, ?)",
            self.portal,
            source,
            source_id,
            target,
            target_id,
            type_id,
        )

    def _delete(self, source: str, source_id: int, target: str, target_id: int, one: LinkType) -> None:
        for row in (
            (source, source_id, target, target_id, one.id),
            (target, target_id, source, source_id, one.inverse),
        ):
            self.db.run(
                "DELETE FROM hubspot_associations WHERE portal = ? AND source = ? AND source_id = ? AND target = ? "
                "AND target_id = ? AND type = ?",
                self.portal,
                *row,
            )

    def ids(self, source: ObjectType, source_id: int, target: ObjectType) -> list[int]:
        """Return the records of one type that a record is associated with, by ascending id."""
        return [
            row[0]
            for row in self.db.all(
                "SELECT DISTINCT target_id FROM hubspot_associations WHERE portal = ? AND source = ? AND source_id = ? "
                "AND target = ? ORDER BY target_id",
                self.portal,
                source.name,
                source_id,
                target.name,
            )
        ]

    def between(self, source: ObjectType, source_id: int, target: ObjectType, target_id: int) -> list[LinkType]:
        """Return the types two records are associated by."""
        held = {
            row[0]
            for row in self.db.all(
                "SELECT type FROM hubspot_associations WHERE portal = ? AND source = ? AND source_id = ? "
                "AND target = ? AND target_id = ?",
                self.portal,
                source.name,
                source_id,
                target.name,
                target_id,
            )
        }
        return [one for one in self.types(source, target) if one.id in held]

    def primary(self, source: ObjectType, source_id: int, target: ObjectType) -> int | None:
        """Return the primary record of a type, such as a contact's company."""
        for place in self.ids(source, source_id, target):
            if any(one.id in (1, 5) for one in self.between(source, source_id, target, place)):
                return place
        return None

    def remove(
        self,
        source: ObjectType,
        source_id: int,
        target: ObjectType,
        target_id: int,
        types: Sequence[LinkType] | None = None,
    ) -> None:
        """Remove an association, or only some of its labels."""
        held = self.between(source, source_id, target, target_id)
        for one in held if types is None else types:
            self._delete(source.name, source_id, target.name, target_id, one)
        if held and types is None:
            self._tell(source, source_id, target, target_id, removed=True)

    def forget(self, kind: ObjectType, record_id: int) -> None:
        """Remove everything a record is associated by."""
        self.db.run(
            "DELETE FROM hubspot_associations WHERE portal = ? AND ((source = ? AND source_id = ?) "
            "OR (target = ? AND target_id = ?))",
            self.portal,
            kind.name,
            record_id,
            kind.name,
            record_id,
        )

    def move(self, kind: ObjectType, old: int, new: int) -> None:
        """Give a merged record's associations to the survivor; its own primary company stays."""
        mine = {1, 5} & {row[0] for row in self._rows(kind, new)}
        for type_id, target, target_id in self._rows(kind, old):
            if type_id in mine:
                continue
            inverse = next((one.inverse for one in self._known(kind.name, target) if one.id == type_id), None)
            if inverse is not None and (target, target_id) != (kind.name, new):
                self._write(kind.name, new, target, target_id, type_id)
                self._write(target, target_id, kind.name, new, inverse)
        self.forget(kind, old)

    def _rows(self, kind: ObjectType, record_id: int) -> list[Any]:
        return self.db.all(
            "SELECT type, target, target_id FROM hubspot_associations "
            "WHERE portal = ? AND source = ? AND source_id = ?",
            self.portal,
            kind.name,
            record_id,
        )

    def _known(self, source: str, target: str) -> list[LinkType]:
        own = self.db.all(
            "SELECT type, inverse, label, name FROM hubspot_labels WHERE portal = ? AND source = ? AND target = ?",
            self.portal,
            source,
            target,
        )
        built_in = [one for key, one in BUILT_IN.items() if key[:2] == (source, target)]
        return [*built_in, *(LinkType(source, target, row[0], row[1], OWN, row[2], row[3]) for row in own)]

    def define(
        self, source: ObjectType, target: ObjectType, label: str, name: str, inverse_label: str
    ) -> list[LinkType]:
        """Add a label of the portal's own and return its two directions. Raises VendorError 400."""
        if any(one.name == name for one in self.types(source, target)):
            raise VendorError(400, f"An association label named {name} exists already", "VALIDATION_ERROR")
        highest = self.db.one("SELECT max(type) FROM hubspot_labels WHERE portal = ?", self.portal)[0]
        first = max(FIRST_OWN_TYPE, highest or 0) + 1
        second = first if source.name == target.name and not inverse_label else first + 1
        made = [
            LinkType(source.name, target.name, first, second, OWN, label, name),
            LinkType(target.name, source.name, second, first, OWN, inverse_label or label, name),
        ]
        for one in {one.id: one for one in made}.values():
            self.db.run(
                "INSERT INTO hubspot_labels VALUES (?, ?, ?, ?, ?, ?, ?)",
                self.portal,
                one.source,
                one.target,
                one.id,
                one.name,
                one.label,
                one.inverse,
            )
        return made

    def relabel(self, source: ObjectType, target: ObjectType, type_id: int, label: str) -> None:
        """Change the text of a label of the portal's own. Raises VendorError 400."""
        if not self.db.run(
            "UPDATE hubspot_labels SET label = ? WHERE portal = ? AND source = ? AND target = ? AND type = ?",
            label,
            self.portal,
            source.name,
            target.name,
            type_id,
        ):
            raise validation(f"{type_id} is not a label of this account")

    def undefine(self, source: ObjectType, target: ObjectType, type_id: int) -> None:
        """Remove a label of the portal's own, from every record too. Raises VendorError 400."""
        found = next((one for one in self.types(source, target) if one.id == type_id and one.category == OWN), None)
        if found is None:
            raise validation(f"{type_id} is not a label of this account")
        for gone in {found.id, found.inverse}:
            self.db.run("DELETE FROM hubspot_labels WHERE portal = ? AND type = ?", self.portal, gone)
            self.db.run("DELETE FROM hubspot_associations WHERE portal = ? AND type = ?", self.portal, gone)

    def shown(self, source: ObjectType, source_id: int, target: ObjectType) -> dict[str, Any] | None:
        """Return what a record read with `associations` shows, or None without any."""
        name = unconfirmed.ASSOCIATION_TYPE_TEXT.format(source=source.singular, target=target.singular)
        results = [
            {"id": str(place), "type": name if one.label == "Primary" or not labelled else f"{name}_unlabeled"}
            for place in self.ids(source, source_id, target)
            for held in (self.between(source, source_id, target, place),)
            for labelled in (any(one.label for one in held),)
            for one in held
            if one.category == DEFINED
        ]
        return {"results": results} if results else None

    def _tell(self, source: ObjectType, source_id: int, target: ObjectType, target_id: int, *, removed: bool) -> None:
        for one, own, other, theirs in ((source, source_id, target, target_id), (target, target_id, source, source_id)):
            extra = {
                "associationType": f"{one.singular}_TO_{other.singular}".upper(),
                "fromObjectId": own,
                "toObjectId": theirs,
                "associationRemoved": removed,
                "isPrimaryAssociation": any(link.id in PRIMARY for link in self.between(one, own, other, theirs)),
            }
            self.tell(Change("associationChange", one, own, self.source, self.source_id, self.now, extra=extra))
