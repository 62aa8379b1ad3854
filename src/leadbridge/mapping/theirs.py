"""A CRM's side of a mapping: what ``describe`` found, in the words that both schemas share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadbridge.crm.model import FieldInfo
from leadbridge.mapping.model import Choice, Field, Schema, Separator, Type
from leadbridge.mapping.standard import reference, standard_type

_TYPES = {
    "text": Type.TEXT, "number": Type.NUMBER, "date": Type.DATE, "datetime": Type.DATETIME, "boolean": Type.BOOLEAN,
    "choice": Type.CHOICE, "choices": Type.CHOICES, "phone": Type.PHONE,
}  # fmt: skip

_SEPARATORS: Mapping[str, Separator] = {"dynamics": ","}
"""Dynamics writes several choices as ``1,3``; HubSpot and Salesforce put ``;`` between them."""


def separator(provider: str) -> Separator:
    """Return what stands between several choices in a provider's text. A list as a JSON array is read everywhere."""
    return _SEPARATORS.get(provider, ";")


def schema(provider: str, object: str, found: Sequence[FieldInfo]) -> Schema:
    """Return the fields of a CRM's object by name.

    A standard field that ``describe`` calls a text keeps the finer type that it is known for: an e-mail address, a
    site, a country, a reference.
    """
    fields: dict[str, Field] = {}
    for info in found:
        type = _TYPES[info.type]
        if type in (Type.TEXT, Type.NUMBER, Type.PHONE):
            type = standard_type(provider, object, info.name) or type
        to = reference(provider, object, info.name)
        fields[info.name] = Field(
            info.name,
            info.label,
            Type.REFERENCE if to else type,
            writable=info.writable,
            required=info.required,
            unique=info.unique,
            choices=tuple(Choice(option.value, option.label) for option in info.options),
            to=to,
            length=info.length,
            scale=info.scale,
        )
    return fields
