"""The modules and fields of one organisation: the standard ones, and those that it made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from ..store import Database
from . import unconfirmed
from .catalogue import LENGTHS, MODULES, Field, Module
from .errors import ItemError, Json, invalid_value, mandatory
from .standard import STANDARD, custom_module

CREATABLE = frozenset(LENGTHS) - {"ownerlookup", "lookup", "userlookup"}


class Definitions:
    """What one organisation's modules look like, read from the database once."""

    def __init__(self, db: Database, zgid: str) -> None:
        self.db = db
        self.zgid = zgid
        self._modules: dict[str, Module] = dict(MODULES)
        for (doc,) in db.all("SELECT doc FROM zoho_modules WHERE zgid = ? ORDER BY name", zgid):
            self._keep(Module(**{**(kept := orjson.loads(doc)), "duplicate_check": tuple(kept["duplicate_check"])}))
        self._fields: dict[str, dict[str, Field]] = {}
        self._unique: dict[str, tuple[str, ...]] = {}

    def _keep(self, module: Module) -> None:
        self._modules[module.api_name] = module

    @property
    def modules(self) -> Mapping[str, Module]:
        """Return the modules by API name."""
        return self._modules

    def module(self, name: str) -> Module | None:
        """Return a module by its API name."""
        found = self._modules.get(name)
        if found is not None or unconfirmed.MODULE_CASE_MATTERS:
            return found
        return next((one for one in self._modules.values() if one.api_name.lower() == name.lower()), None)

    def fields(self, module: str) -> Mapping[str, Field]:
        """Return a module's fields by API name, the customer's after the standard ones."""
        if module not in self._fields:
            named = {one.api_name: one for one in STANDARD.get(module) or custom_module()}
            for field_id, doc in self.db.all(
                "SELECT id, doc FROM zoho_fields WHERE zgid = ? AND module = ? ORDER BY id", self.zgid, module
            ):
                kept = orjson.loads(doc)
                field = Field(**{**kept, "choices": tuple(kept["choices"]), "id": field_id})
                named[field.api_name] = field
            self._fields[module] = named
        return self._fields[module]

    def unique(self, module: str) -> tuple[str, ...]:
        """Return the names of the fields whose values may not occur twice."""
        if module not in self._unique:
            self._unique[module] = tuple(name for name, one in self.fields(module).items() if one.unique)
        return self._unique[module]

    def keyed(self, module: str) -> tuple[str, ...]:
        """Return the names of the fields that records are looked up by: duplicate checks, e-mails, phones."""
        return tuple(
            name
            for name, one in self.fields(module).items()
            if one.unique or one.type in ("email", "phone") or name in self._modules[module].duplicate_check
        )

    def add_field(self, module: str, given: Json, path: str) -> Field:
        """Make a field of what the metadata API is given. Raises ItemError."""
        label, kind = given.get("field_label"), given.get("data_type")
        if not isinstance(label, str) or not label.strip():
            raise mandatory("field_label", f"{path}.field_label")
        if kind not in CREATABLE:
            if kind is None:
                raise mandatory("data_type", f"{path}.data_type")
            raise invalid_value("data_type", f"{path}.data_type")
        name = re.sub(r"\W+", "_", label.strip()).strip("_")
        if not name or not name[0].isalpha():
            raise invalid_value("field_label", f"{path}.field_label")
        if name.lower() in {known.lower() for known in self.fields(module)} or label.lower() in {
            known.label.lower() for known in self.fields(module).values()
        }:
            details = {"api_name": "field_label", "json_path": f"{path}.field_label"}
            raise ItemError("DUPLICATE_DATA", "duplicate data", details)
        length = given.get("length") or 0
        if not isinstance(length, int) or isinstance(length, bool) or length > max(LENGTHS[kind], 32_000):
            raise invalid_value("length", f"{path}.length")
        picks = given.get("pick_list_values") or []
        choices = tuple(str(one.get("actual_value") or one.get("display_value")) for one in picks)
        external = isinstance(given.get("external"), dict)
        field = Field(
            name,
            label,
            kind,
            length,
            custom=True,
            unique=bool(given.get("unique")) or external,
            external=external,
            choices=choices,
        )
        self.db.run(
            "INSERT INTO zoho_fields (zgid, module, name, doc) VALUES (?, ?, ?, ?)",
            self.zgid,
            module,
            name,
            orjson.dumps(asdict(field)),
        )
        del self._fields[module]
        self._unique.pop(module, None)
        return self.fields(module)[name]

    def add_module(self, name: str, singular: str, plural: str) -> Module:
        """Make a module as an administrator would."""
        module = Module(name, singular, plural, "Name", 100 + len(self._modules), ("Email",), custom=True)
        self.db.run("INSERT OR REPLACE INTO zoho_modules VALUES (?, ?, ?)", self.zgid, name, orjson.dumps(module))
        self._keep(module)
        self._fields.pop(name, None)
        return module


def layout_json(module: Module, fields: Mapping[str, Field]) -> Json:
    """Return the one layout of a module, with what it requires beside what the system requires."""
    shown: list[Any] = [
        {
            "id": str(one.id),
            "api_name": name,
            "field_label": one.label,
            "data_type": one.type,
            "required": one.required or one.layout_required,
            "length": one.max_length,
            "sequence_number": place,
            "read_only": one.read_only,
        }
        for place, (name, one) in enumerate(fields.items(), 1)
    ]
    section = {
        "display_label": f"{module.singular} Information",
        "name": f"{module.singular} Information",
        "api_name": f"{module.singular}_Information",
        "sequence_number": 1,
        "fields": shown,
    }
    return {
        "id": str(5_547_000_000_000_091_000 + module.number),
        "name": "Standard",
        "display_label": "Standard",
        "api_name": "Standard",
        "status": "active",
        "visible": True,
        "sections": [section],
    }
