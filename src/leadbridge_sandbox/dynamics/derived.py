"""What follows from the columns that were written: who, whose, full name, base amounts, status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import unconfirmed
from .columns import Column, Table
from .errors import VendorError
from .organization import Organization


def stamp(table: Table, doc: dict[str, Any], organization: Organization, user: str) -> None:
    """Note who made a new record, and whose it is."""
    by = ["systemuser", user]
    columns = table.columns
    if "createdby" in columns:
        doc["createdby"] = doc["modifiedby"] = by
    if "ownerid" in columns:
        owner = doc.setdefault("ownerid", by)
        doc["owningbusinessunit"] = ["businessunit", organization.business_unit_id]
        if owner[0] == "systemuser":
            doc["owninguser"] = owner


def derive(table: Table, doc: dict[str, Any], changes: Mapping[str, Any], organization: Organization) -> None:
    """Work out what follows from other columns: full name, composed address, base amounts, owning user."""
    columns = table.columns
    if "lastname" in columns and ("firstname" in changes or "lastname" in changes or "middlename" in changes):
        parts = [doc.get(part) for part in ("firstname", "middlename", "lastname")]
        doc["fullname"] = " ".join(part for part in parts if part)
    if "address1_composite" in columns and any(name.startswith("address1_") for name in changes):
        lines = [doc.get(f"address1_{part}") for part in ("line1", "line2", "line3")]
        town = [doc.get(f"address1_{part}") for part in ("city", "stateorprovince", "postalcode")]
        lines += [" ".join(part for part in town if part), doc.get("address1_country")]
        doc["address1_composite"] = "\r\n".join(line for line in lines if line)
    for name in changes:
        column: Column | None = columns.get(name)
        if column is not None and column.type == "Money":
            doc.setdefault("transactioncurrencyid", ["transactioncurrency", organization.currency_id])
            doc["exchangerate"] = 1.0
            if doc.get(name) is None:
                doc.pop(f"{name}_base", None)
            elif f"{name}_base" in columns:
                doc[f"{name}_base"] = doc[name]
    if "ownerid" in changes and (owner := doc.get("ownerid")):
        doc["owninguser" if owner[0] == "systemuser" else "owningteam"] = owner
        doc.pop("owningteam" if owner[0] == "systemuser" else "owninguser", None)


def state_of(table: Table, record_id: str, state: Any, status: Any) -> tuple[int, int]:
    """Return state and status together: the state's default status, or one that belongs to it.

    Raises VendorError 400.
    """
    states = table.columns["statecode"]
    if status is None:
        chosen = states.option(state)
        return state, int(chosen.extra or 0) if chosen is not None else 0
    option = table.columns["statuscode"].option(status)
    if option is None or option.extra != state:
        named = states.option(state)
        raise VendorError(
            400,
            unconfirmed.BAD_STATUS_CODE,
            f"{status} is not a valid status code for state code {table.schema_name}State."
            f"{named.label if named else state} on {table.name} with Id {record_id}.",
        )
    return state, status
