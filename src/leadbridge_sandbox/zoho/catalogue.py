"""What fields and modules are, and the modules that every organisation has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import unconfirmed

Json = dict[str, Any]

JSON_TYPES = {
    "multiselectpicklist": "jsonarray",
    "integer": "integer",
    "double": "double",
    "currency": "double",
    "percent": "double",
    "boolean": "boolean",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
}
LENGTHS = {
    "text": 255,
    "textarea": 2000,
    "email": 100,
    "phone": 30,
    "website": 255,
    "picklist": 120,
    "multiselectpicklist": 2000,
    "integer": 9,
    "bigint": 18,
    "double": 16,
    "currency": 16,
    "percent": 5,
    "boolean": 5,
    "date": 20,
    "datetime": 120,
    "lookup": 120,
    "ownerlookup": 120,
    "userlookup": 120,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a module. `required` is the system's, `layout_required` only the standard layout's."""

    api_name: str
    label: str
    type: str
    length: int = 0
    required: bool = False
    layout_required: bool = False
    read_only: bool = False
    custom: bool = False
    unique: bool = False
    external: bool = False
    lookup: str = ""
    choices: tuple[str, ...] = ()
    decimals: int | None = None
    id: int = 0

    @property
    def max_length(self) -> int:
        """Return how many characters or digits it holds."""
        return self.length or LENGTHS[self.type]

    def as_json(self) -> Json:
        """Return the field as the metadata API shows it."""
        api = not self.read_only
        shown: Json = {
            "id": str(self.id),
            "api_name": self.api_name,
            "field_label": self.label,
            "display_label": self.label,
            "data_type": self.type,
            "json_type": JSON_TYPES.get(self.type, "string"),
            "length": self.max_length,
            "decimal_place": self.decimals,
            "system_mandatory": self.required,
            "read_only": self.read_only,
            "field_read_only": self.read_only,
            "custom_field": self.custom,
            "visible": True,
            "display_type": -1,
            "view_type": {"view": True, "edit": api, "create": api, "quick_create": False},
            "operation_type": {"api_create": api, "api_update": api, "web_create": api, "web_update": api},
            "pick_list_values": [_choice(self.id, place, text) for place, text in enumerate(self.choices, 1)],
            "unique": dict(unconfirmed.UNIQUE_AS_SHOWN) if self.unique else {},
            "lookup": {},
            "external": {"type": "user", "show": True} if self.external else None,
            "formula": {},
            "auto_number": {},
            "virtual_field": False,
            "history_tracking": None,
            "crypt": None,
            "default_value": None,
        }
        if self.lookup:
            target = {"id": str(module_id(self.lookup)), "api_name": self.lookup}
            shown["lookup"] = {"display_label": self.label, "api_name": self.api_name, "module": target}
        return shown


def _choice(field_id: int, place: int, text: str) -> Json:
    return {
        "id": str(field_id * 100 % 10**18 + place),
        "display_value": text,
        "actual_value": text,
        "reference_value": text,
        "sequence_number": place,
        "type": "used",
    }


@dataclass(frozen=True, slots=True)
class Module:
    """One module; `name_field` holds the text that stands for a record in lookups."""

    api_name: str
    singular: str
    plural: str
    name_field: str
    number: int
    duplicate_check: tuple[str, ...] = ()
    custom: bool = False

    def as_json(self) -> Json:
        """Return the module as the metadata API shows it."""
        return {
            "id": str(module_id(self.api_name) if not self.custom else _MODULE_IDS + self.number),
            "api_name": self.api_name,
            "module_name": self.api_name,
            "singular_label": self.singular,
            "plural_label": self.plural,
            "api_supported": True,
            "viewable": True,
            "creatable": True,
            "editable": True,
            "deletable": True,
            "convertable": self.api_name == "Leads",
            "visible": True,
            "show_as_tab": True,
            "generated_type": "custom" if self.custom else "default",
            "sequence_number": self.number,
            "status": "visible",
        }


_MODULE_IDS = 5_547_000_000_000_002_100
MODULES: Mapping[str, Module] = {
    one.api_name: one
    for one in (
        Module("Leads", "Lead", "Leads", "Full_Name", 75, ("Email",)),
        Module("Accounts", "Account", "Accounts", "Account_Name", 77, ("Account_Name",)),
        Module("Contacts", "Contact", "Contacts", "Full_Name", 79, ("Email",)),
        Module("Deals", "Deal", "Deals", "Deal_Name", 81, ("Deal_Name",)),
    )
}


def module_id(name: str) -> int:
    """Return the id of a standard module, or a stable one for another name."""
    module = MODULES.get(name)
    return _MODULE_IDS + (module.number if module else 900 + sum(name.encode()) % 90)
