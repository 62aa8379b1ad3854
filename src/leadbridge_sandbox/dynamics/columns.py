"""Tables and their columns, as `tables/` describes them: read once, the same for every organisation."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "tables"
SALES_TABLES = frozenset({"lead", "opportunity", "leadtoopportunitysalesprocess", "opportunityclose"})
LOOKUPS = frozenset({"Lookup", "Customer", "Owner"})
OPTION_TYPES = frozenset({"Picklist", "State", "Status", "MultiSelectPicklist"})
_REQUIRED = {"": "None", "system": "SystemRequired", "application": "ApplicationRequired", "recommended": "Recommended"}
_SPACE = uuid.UUID("6f2f5a0e-52b7-4c8e-9f5d-7c1c8f0a4d11")


@cache
def stable_id(*parts: str) -> str:
    """Return a GUID that is the same for the same parts on every start."""
    return str(uuid.uuid5(_SPACE, "/".join(parts)))


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `extra` is a state's default status, or the state a status belongs to."""

    value: int
    label: str
    extra: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column (attribute) of a table."""

    name: str
    schema_name: str
    type: str
    label: str = ""
    required: str = "None"
    creatable: bool = True
    updatable: bool = True
    readable: bool = True
    logical: bool = False
    max_length: int | None = None
    format: str = ""
    attribute_of: str = ""
    targets: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    precision: int | None = None
    behavior: str = ""
    options: tuple[Option, ...] = ()
    custom: bool = False

    @property
    def date_only(self) -> bool:
        """Return whether values are days without a time."""
        return self.behavior == "DateOnly" or self.format == "DateOnly"

    def option(self, value: int) -> Option | None:
        """Return the option with this value."""
        return next((one for one in self.options if one.value == value), None)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A many-to-one relationship: the column that points, at which table, and its navigation property."""

    column: str
    target: str
    nav: str
    schema_name: str


@dataclass(frozen=True, slots=True)
class Key:
    """An alternate key."""

    name: str
    schema_name: str
    columns: tuple[str, ...]
    label: str
    active_from_ms: int
    id: str


@dataclass(slots=True, weakref_slot=True)
class Table:
    """One table of an organisation."""

    name: str
    set_name: str
    id_column: str
    name_column: str
    code: int = 10_000
    ownership: str = "UserOwned"
    tracked: bool = False
    process: bool = False
    custom: bool = False
    schema_name: str = ""
    columns: dict[str, Column] = field(default_factory=dict)
    lookups: list[Lookup] = field(default_factory=list)
    keys: dict[str, Key] = field(default_factory=dict)

    @property
    def metadata_id(self) -> str:
        """Return the id of the table's own definition."""
        return stable_id("table", self.name)

    def nav(self, name: str) -> Lookup | None:
        """Return the relationship with this navigation property; the case counts."""
        return next((one for one in self.lookups if one.nav == name), None)

    def lookup_to(self, column: str, target: str) -> Lookup | None:
        """Return the relationship of a column to a table; an owner's is the same for users and teams."""
        return next((one for one in self.lookups if one.column == column and one.target in (target, "owner")), None)

    def copy(self) -> Table:
        """Return a table that an organisation may change for itself."""
        return replace(self, columns=dict(self.columns), lookups=list(self.lookups), keys=dict(self.keys))


def _column(parts: list[str]) -> Column:
    name, schema_name, kind, label, required, flags, limits, options = parts + [""] * (8 - len(parts))
    named = dict(limit.split("=", 1) for limit in limits.split())
    return Column(
        name=name,
        schema_name=schema_name,
        type=kind,
        label=label,
        required=_REQUIRED[required],
        creatable="c" in flags,
        updatable="u" in flags,
        readable="r" in flags,
        logical="l" in flags,
        max_length=int(named["max"]) if "max" in named else None,
        format=named.get("format", ""),
        attribute_of=named.get("of", ""),
        targets=tuple(named["targets"].split(",")) if "targets" in named else (),
        least=float(named["least"]) if "least" in named else None,
        most=float(named["most"]) if "most" in named else None,
        precision=int(named["precision"]) if "precision" in named else None,
        behavior=named.get("behavior", ""),
        options=tuple(_options(options)),
    )


def _options(text: str) -> Iterator[Option]:
    for part in text.split("|") if text else ():
        value, label, *extra = part.split("=")
        yield Option(int(value), label, int(extra[0]) if extra else None)


class _Reader:
    """Reads table files; a `@like` line takes columns, with their relationships, from another table."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}

    def read(self, file: str) -> None:
        table = Table(file, "", "", "")
        for line in (FOLDER / f"{file}.tsv").read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            word, *rest = parts = line.split("\t")
            if word == "@table":
                name, set_name, id_column, name_column, code, ownership = rest
                table = Table(name, set_name, id_column, name_column, int(code), ownership)
            elif word == "@like":
                self._like(table, self.tables[rest[0]], rest[1].split())
            elif word.startswith("@"):
                self._about(table, word, rest)
            else:
                table.columns[word] = _column(parts)
            if table.set_name:
                self.tables[table.name] = table

    @staticmethod
    def _about(table: Table, word: str, rest: list[str]) -> None:
        if word == "@lookup":
            table.lookups.append(Lookup(*rest))
            return
        name = {"@set": "set_name", "@id": "id_column", "@name": "name_column", "@code": "code"}.get(word, word[1:])
        value: Any = rest[0]
        if name in ("tracked", "process"):
            value = value == "true"
        setattr(table, name, int(value) if name == "code" else value)

    @staticmethod
    def _like(table: Table, other: Table, names: list[str]) -> None:
        for name in names:
            table.columns[name] = other.columns[name]
            for one in other.lookups:
                if one.column == name and table.lookup_to(name, one.target) is None:
                    table.lookups.append(replace(one, schema_name=f"{one.schema_name}_{table.name}"))


@cache
def base_tables() -> dict[str, Table]:
    """Return the tables that every organisation has, and those of the Sales app, by logical name."""
    reader = _Reader()
    for file in (
        "contact",
        "account",
        "lead",
        "opportunity",
        "processstage",
        "leadtoopportunitysalesprocess",
        "system",
    ):
        reader.read(file)
    for table in reader.tables.values():
        table.schema_name = _SCHEMA_NAMES.get(table.name, table.name.capitalize())
    return reader.tables


_SCHEMA_NAMES = {
    "systemuser": "SystemUser",
    "businessunit": "BusinessUnit",
    "transactioncurrency": "TransactionCurrency",
    "serviceendpoint": "ServiceEndpoint",
    "sdkmessage": "SdkMessage",
    "sdkmessagefilter": "SdkMessageFilter",
    "sdkmessageprocessingstep": "SdkMessageProcessingStep",
    "sdkmessageprocessingstepimage": "SdkMessageProcessingStepImage",
    "asyncoperation": "AsyncOperation",
    "processstage": "ProcessStage",
    "leadtoopportunitysalesprocess": "LeadToOpportunitySalesProcess",
    "opportunityclose": "OpportunityClose",
    "callbackregistration": "CallbackRegistration",
}


class Facts:
    """What is worked out once for a table's columns; made anew when a column is added."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @cached_property
    def shown(self) -> tuple[Column, ...]:
        """Return the columns a read without `$select` shows."""
        return tuple(
            column
            for column in self.table.columns.values()
            if column.readable and not column.attribute_of and column.type not in ("Virtual", "ImageType")
        )

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """Return what a new record has where nothing is said."""
        found: dict[str, Any] = {}
        for column in self.table.columns.values():
            if column.type == "Boolean" and (column.name.startswith("donot") or column.name == "merged"):
                found[column.name] = False
            elif column.type == "State":
                found["statecode"] = column.options[0].value
                found["statuscode"] = column.options[0].extra
            elif column.name == "preferredcontactmethodcode":
                found[column.name] = 1
        return found
