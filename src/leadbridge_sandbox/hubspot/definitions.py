"""Property definitions: HubSpot's own and those an app adds, and the rules for adding them."""

from __future__ import annotations

import re
from typing import Any

import orjson

from ..clock import iso_ms
from ..world import World
from .catalogue import GROUPS, options_json, properties_of
from .errors import VendorError, not_found, validation
from .settings import Settings

UNIQUE_PROPERTIES_MAX = 10
FIELD_TYPES = {
    "string": ("text", "textarea", "phonenumber", "html", "file", "calculation_equation"),
    "phone_number": ("phonenumber",),
    "number": ("number", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "bool": ("booleancheckbox", "calculation_equation"),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox", "calculation_equation"),
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


class Definitions:
    """The properties of one object type in one portal, by name."""

    def __init__(self, world: World[Settings], portal: int, object_name: str, user_id: int) -> None:
        self.world = world
        self.portal = portal
        self.object = object_name
        self.user_id = user_id
        self.by_name = properties_of(object_name)
        for name, doc in world.db.all(
            "SELECT name, doc FROM hubspot_properties WHERE portal = ? AND object = ?", portal, object_name
        ):
            self.by_name[name] = orjson.loads(doc)

    @property
    def groups(self) -> dict[str, str]:
        """Return the groups properties are shown in, name to label."""
        return GROUPS[self.object]

    def offer(self, name: str, options: tuple[tuple[str, str], ...]) -> None:
        """Let a property of HubSpot's own have these (value, label) options, as pipelines do for deals."""
        self.by_name[name] = {**self.by_name[name], "options": options_json(options)}

    def live(self, name: str) -> dict[str, Any] | None:
        """Return a definition that is not archived, or None."""
        definition = self.by_name.get(name)
        return None if definition is None or definition["archived"] else definition

    def get(self, name: str, *, archived: bool = False) -> dict[str, Any]:
        """Return a definition. Raises VendorError 404."""
        definition = self.by_name.get(name)
        if definition is None or definition["archived"] is not archived:
            raise not_found(f"No property named {name!r} exists for this object type")
        return definition

    def listed(self, *, archived: bool) -> list[dict[str, Any]]:
        """Return the definitions, archived or live ones."""
        return [item for item in self.by_name.values() if item["archived"] is archived]

    def unique_names(self) -> list[str]:
        """Return the names of the properties whose values two records cannot share, e-mail aside."""
        return [name for name, item in self.by_name.items() if item["hasUniqueValue"] and name != "email"]

    def create(self, given: dict[str, Any]) -> dict[str, Any]:
        """Add a property, or restore the archived one of this name. Raises VendorError 400 or 409."""
        for field in ("name", "label", "type", "fieldType", "groupName"):
            if not isinstance(given.get(field), str) or not given[field]:
                raise validation(f"Invalid input JSON: Some required fields were not set: [{field}]")
        name = given["name"]
        if not _NAME.fullmatch(name):
            raise validation(f"Property name {name!r} must be lower case letters, digits and underscores")
        if given["fieldType"] not in FIELD_TYPES.get(given["type"], ()):
            raise validation(f"fieldType {given['fieldType']} is not valid for type {given['type']}")
        if given["groupName"] not in self.groups:
            raise validation(f"The property group {given['groupName']!r} does not exist")
        options = _options(given.get("options"), wanted=given["type"] == "enumeration")
        before = self.by_name.get(name)
        if before is not None and not before["archived"]:
            raise VendorError(
                409,
                f"A property named '{name}' already exists.",
                "OBJECT_ALREADY_EXISTS",
                sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
            )
        unique = given.get("hasUniqueValue") is True
        if unique and name not in self.unique_names() and len(self.unique_names()) >= UNIQUE_PROPERTIES_MAX:
            raise validation(f"An object type can have at most {UNIQUE_PROPERTIES_MAX} unique properties")
        now = iso_ms(self.world.clock.now_ms())
        definition = _custom(given, name, options, unique=unique, now=now, user=str(self.user_id))
        if before is not None:
            definition["createdAt"] = before["createdAt"]
            definition["hasUniqueValue"] = before["hasUniqueValue"]
        return self._keep(definition)

    def change(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        """Change a property; `options` replaces the whole list. Raises VendorError 400 or 404."""
        definition = dict(self.get(name))
        if definition["hubspotDefined"] and set(given) - {"options"}:
            raise validation(f"The definition of {name} is read only")
        for field in (
            "label",
            "description",
            "groupName",
            "fieldType",
            "displayOrder",
            "hidden",
            "formField",
        ):
            if field in given:
                definition[field] = given[field]
        if definition["groupName"] not in self.groups:
            raise validation(f"The property group {definition['groupName']!r} does not exist")
        if "options" in given:
            if definition["modificationMetadata"].get("readOnlyOptions"):
                raise validation(f"The options of {name} are read only")
            definition["options"] = _options(given["options"], wanted=definition["type"] == "enumeration")
        definition["updatedAt"] = iso_ms(self.world.clock.now_ms())
        return self._keep(definition)

    def archive(self, name: str) -> None:
        """Archive a property; HubSpot's own cannot be. Raises VendorError 400 or 404."""
        definition = dict(self.get(name))
        if not definition["modificationMetadata"]["archivable"]:
            raise validation(f"{name} is defined by HubSpot and cannot be archived")
        now = iso_ms(self.world.clock.now_ms())
        self._keep({**definition, "archived": True, "archivedAt": now, "updatedAt": now})

    def _keep(self, definition: dict[str, Any]) -> dict[str, Any]:
        name = definition["name"]
        with self.world.db.transaction():
            self.world.db.run(
                "INSERT OR REPLACE INTO hubspot_properties VALUES (?, ?, ?, ?)",
                self.portal,
                self.object,
                name,
                orjson.dumps(definition),
            )
        self.by_name[name] = definition
        return definition


def _custom(
    given: dict[str, Any], name: str, options: list[dict[str, Any]], *, unique: bool, now: str, user: str
) -> dict[str, Any]:
    return {
        "updatedAt": now,
        "createdAt": now,
        "name": name,
        "label": given["label"],
        "type": given["type"],
        "fieldType": given["fieldType"],
        "description": given.get("description") or "",
        "groupName": given["groupName"],
        "options": options,
        "createdUserId": user,
        "updatedUserId": user,
        "displayOrder": given.get("displayOrder", -1),
        "calculated": given["fieldType"] == "calculation_equation",
        "externalOptions": bool(given.get("externalOptions", False)),
        "archived": False,
        "hasUniqueValue": unique,
        "hidden": bool(given.get("hidden", False)),
        "hubspotDefined": False,
        "modificationMetadata": {
            "archivable": True,
            "readOnlyDefinition": False,
            "readOnlyOptions": False,
            "readOnlyValue": given["fieldType"] == "calculation_equation",
        },
        "formField": bool(given.get("formField", False)),
        "dataSensitivity": "non_sensitive",
    }


def _options(given: Any, *, wanted: bool) -> list[dict[str, Any]]:
    if not wanted:
        return []
    if not isinstance(given, list) or not given:
        raise validation("An enumeration property needs options")
    options: list[dict[str, Any]] = []
    for place, option in enumerate(given):
        if not isinstance(option, dict) or not option.get("label") or not option.get("value"):
            raise validation("Every option needs a label and a value")
        options.append(
            {
                "label": str(option["label"]),
                "value": str(option["value"]),
                "displayOrder": option.get("displayOrder", place),
                "hidden": bool(option.get("hidden", False)),
                "description": option.get("description") or "",
            }
        )
    if len({option["value"] for option in options}) != len(options):
        raise validation("Option values must be unique")
    return options
