"""The mapping of a connection whose company has saved none: what the provider declares, as a mapping like any other."""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.crm.model import ObjectDefaults
from leadbridge.leads.types import TYPES
from leadbridge.mapping import ours
from leadbridge.mapping.mapper import Mapper
from leadbridge.mapping.model import Context, Field, ObjectMapping, PairSpec, Schema, Type

_TYPES: Mapping[str, Type] = {
    "text": Type.TEXT, "email": Type.EMAIL, "phone": Type.PHONE, "url": Type.URL, "country": Type.COUNTRY,
    "number": Type.NUMBER, "date": Type.DATE,
}  # fmt: skip
_SINGULAR = {one.plural: name for name, one in TYPES.items()}


def default_mapping(defaults: ObjectDefaults) -> ObjectMapping:
    """Return the pairs that a provider declares, each with the default rule."""
    pairs = tuple(PairSpec(pair.ours, pair.theirs) for pair in defaults.fields)
    return ObjectMapping(_SINGULAR[defaults.kind], defaults.object, pairs)


def default_schema(defaults: ObjectDefaults) -> Schema:
    """Return the CRM's fields that these pairs name, of the types that the provider knows them for."""
    return {pair.theirs: Field(pair.theirs, pair.theirs, _TYPES[pair.same]) for pair in defaults.fields}


def default_mapper(defaults: ObjectDefaults) -> Mapper:
    """Return that mapping ready for use, with phone numbers read as they are stored: with their country code."""
    mapping = default_mapping(defaults)
    return Mapper(mapping, ours.schema(mapping.kind), default_schema(defaults), Context())
