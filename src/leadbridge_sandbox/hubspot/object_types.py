"""The CRM object types this portal has, and in what their rules differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from . import unconfirmed
from .errors import VendorError, validation


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One object type. `always` and `default` are the properties a read returns unasked."""

    name: str
    type_id: str
    noun: str
    url_code: str
    modified: str
    always: tuple[str, ...]
    default: tuple[str, ...]
    one_of_at_create: tuple[str, ...]
    searched_by_query: tuple[str, ...]
    group: str
    required_at_create: tuple[str, ...] = ()
    automatic: Mapping[str, str] = field(default_factory=dict)
    """Values every new record has without being asked."""

    @property
    def singular(self) -> str:
        """Return the name in association types and webhook events: `contact`."""
        return self.noun.lower()

    @property
    def read_scope(self) -> str:
        """Return the scope that lets an app read records."""
        return f"crm.objects.{self.name}.read"

    @property
    def write_scope(self) -> str:
        """Return the scope that lets an app write records."""
        return f"crm.objects.{self.name}.write"

    @property
    def schema_read_scopes(self) -> tuple[str, ...]:
        """Return the scopes of which one lets an app read property definitions."""
        return (
            f"crm.schemas.{self.name}.read",
            f"crm.schemas.{self.name}.write",
            self.read_scope,
            self.write_scope,
        )

    @property
    def schema_write_scope(self) -> str:
        """Return the scope that lets an app make property definitions."""
        return f"crm.schemas.{self.name}.write"


CONTACTS = ObjectType(
    name="contacts",
    type_id="0-1",
    noun="Contact",
    url_code="0-1",
    modified="lastmodifieddate",
    always=("createdate", "hs_object_id", "lastmodifieddate"),
    default=("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    one_of_at_create=("email", "firstname", "lastname"),
    searched_by_query=(
        "firstname",
        "lastname",
        "email",
        "phone",
        "company",
        "website",
        "hs_additional_emails",
    ),
    group="contactinformation",
    automatic={"hs_is_contact": "true", "hs_is_unworked": "true", "hs_pipeline": "contacts-lifecycle-pipeline"},
)
COMPANIES = ObjectType(
    name="companies",
    type_id="0-2",
    noun="Company",
    url_code="0-2",
    modified="hs_lastmodifieddate",
    always=("createdate", "hs_lastmodifieddate", "hs_object_id"),
    default=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    one_of_at_create=("name", "domain"),
    searched_by_query=("website", "phone", "name", "domain"),
    group="companyinformation",
)
DEALS = ObjectType(
    name="deals",
    type_id="0-3",
    noun="Deal",
    url_code="0-3",
    modified="hs_lastmodifieddate",
    always=("createdate", "hs_lastmodifieddate", "hs_object_id"),
    default=(
        "amount",
        "closedate",
        "createdate",
        "dealname",
        "dealstage",
        "hs_lastmodifieddate",
        "hs_object_id",
        "pipeline",
    ),
    one_of_at_create=(),
    searched_by_query=("dealname", "pipeline", "dealstage", "description", "dealtype"),
    group="dealinformation",
    required_at_create=("dealname", "dealstage"),
)

OBJECT_TYPES = (CONTACTS, COMPANIES, DEALS)
_BY_NAME = {key: kind for kind in OBJECT_TYPES for key in (kind.name, kind.type_id, kind.noun.lower())}


def object_type(name: str) -> ObjectType:
    """Return the type a path names, by name or by id such as `0-1`. Raises VendorError 400."""
    kind = _BY_NAME.get(name.lower())
    if kind is None:
        raise unknown_type(name)
    return kind


def unknown_type(name: str) -> VendorError:
    """Return the 400 for a type that does not exist here."""
    return validation(unconfirmed.UNKNOWN_TYPE_TEXT.format(name=name))
