"""The part of the Tooling API that makes custom fields."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from . import ids
from .catalogue import BUSINESS
from .errors import Refused, answer, not_found
from .fields import Field
from .operation import Call

KINDS = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Email": "email",
    "Phone": "phone",
    "Url": "url",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
}
"""Metadata types and what describe calls them."""
KEYS = ("Text", "Number", "Email")
_NAME = re.compile(r"(?P<object>[A-Za-z]+)\.(?P<field>[A-Za-z](?:_?[A-Za-z0-9])*__c)")


def _permitted(call: Call) -> None:
    if not call.vendor.settings.customizeApplication:
        text = "insufficient access rights on cross-reference id"
        raise Refused(403, "INSUFFICIENT_ACCESS", text)


def create(call: Call) -> Response:
    """Make a custom field; 201. Nobody sees it before a permission to read it is added, as for any field made so."""
    _permitted(call)
    body = call.json()
    found = _NAME.fullmatch(str(body.get("FullName") or ""))
    metadata = body.get("Metadata")
    if found is None or not isinstance(metadata, dict):
        raise Refused(400, "FIELD_INTEGRITY_EXCEPTION", "FullName and Metadata must be specified", ("FullName",))
    vendor, org = call.vendor, call.org.org_id
    kind = vendor.schema.whole(org, vendor.schema.kind(org, found["object"]).name)
    if kind.name not in [one.name for one in BUSINESS]:
        raise Refused(400, "INVALID_TYPE", f"no custom fields on {kind.name}")
    if kind.field(found["field"]) is not None:
        text = f"There is already a field named {found['field'].removesuffix('__c')} on {kind.label}."
        raise Refused(400, "DUPLICATE_DEVELOPER_NAME", text, ("DeveloperName",))
    field = _field(found["field"], metadata)
    number = int(vendor.db.load("salesforce.custom_fields") or 0) + 1
    field_id = ids.make("00N", number)
    with vendor.db.transaction():
        vendor.db.save("salesforce.custom_fields", number)
        hidden = vendor.settings.newFieldsHidden
        vendor.schema.put_field(org, kind.name, field, field_id, hidden=hidden, now=vendor.now)
    return answer(201, {"id": field_id, "success": True, "errors": [], "warnings": [], "infos": []})


def _field(name: str, metadata: dict[str, Any]) -> Field:
    """Return the field that metadata describe. Raises Refused."""
    type_name, label = metadata.get("type"), metadata.get("label")
    if type_name not in KINDS:
        raise Refused(400, "INVALID_FIELD", f"{type_name} is not a type of a custom field", ("Metadata",))
    if not isinstance(label, str) or not label:
        raise Refused(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [MasterLabel]", ("MasterLabel",))
    kind, length = KINDS[type_name], int(metadata.get("length") or 0)
    if kind == "string" and not 1 <= length <= 255:
        text = "Text length must be between 1 and 255"
        raise Refused(400, "FIELD_INTEGRITY_EXCEPTION", text, ("Metadata",))
    external, unique = metadata.get("externalId") is True, metadata.get("unique") is True
    if (external or unique) and type_name not in KEYS:
        raise Refused(400, "FIELD_INTEGRITY_EXCEPTION", f"a {type_name} field cannot be an external id", ("Metadata",))
    values = metadata.get("valueSet") or {}
    listed = (values.get("valueSetDefinition") or {}).get("value") or []
    fixed = {"email": 80, "phone": 40, "url": 255, "picklist": 255, "multipicklist": 4099}
    return Field(
        name,
        label,
        kind,
        length=length or fixed.get(kind, 255 if kind == "textarea" else 0),
        required=metadata.get("required") is True,
        defaulted=kind == "boolean",
        unique=unique,
        external_id=external,
        restricted=values.get("restricted") is True,
        values=tuple(str(one.get("fullName") or one.get("label")) for one in listed),
        precision=int(metadata.get("precision") or 0),
        scale=int(metadata.get("scale") or 0),
        custom=True,
        help_text=metadata.get("inlineHelpText"),
    )


def delete(call: Call) -> Response:
    """Remove a custom field by its id; 204."""
    _permitted(call)
    org, field_id = call.org.org_id, ids.full(call.params["record"])
    row = call.vendor.db.one("SELECT object, name FROM salesforce_fields WHERE org = ? AND id = ?", org, field_id)
    if row is None:
        raise not_found()
    call.vendor.schema.remove_field(org, row[0], row[1], call.vendor.now)
    return answer(204, None)


def query(call: Call) -> Response:
    """Answer the custom fields of an object.

    Of SOQL only conditions by equality on TableEnumOrId (also EntityDefinition's name) and DeveloperName are seen.
    """
    text = unquote(call.args.get("q", ""))
    if not re.search(r"\bFROM\s+CustomField\b", text, re.IGNORECASE):
        raise Refused(400, "INVALID_TYPE", "only CustomField can be queried here")
    conditions = dict(re.findall(r"([\w.]+)\s*=\s*'([^']*)'", text))
    org, records = call.org.org_id, []
    for kind in BUSINESS:
        for field, field_id in call.vendor.schema.own_fields(org, kind.name):
            shown = {
                "Id": field_id,
                "DeveloperName": field.name.removesuffix("__c"),
                "TableEnumOrId": kind.name,
                "EntityDefinition.QualifiedApiName": kind.name,
                "FullName": f"{kind.name}.{field.name}",
            }
            if all(shown.get(name, value) == value for name, value in conditions.items()):
                url = f"{call.base}/tooling/sobjects/CustomField/{field_id}"
                shown.pop("EntityDefinition.QualifiedApiName")
                records.append({"attributes": {"type": "CustomField", "url": url}, **shown})
    return answer(200, {"size": len(records), "totalSize": len(records), "done": True, "records": records})
