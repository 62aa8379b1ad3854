"""Fields by which one record names another: an account, or the person a deal is with."""

from __future__ import annotations

from leadbridge.leads.bodies import RecordBody
from leadbridge.leads.errors import UnknownReference
from leadbridge.leads.fields import Fields
from leadbridge.leads.finding import Found, resolve
from leadbridge.leads.types import ACCOUNT, CONTACT
from leadbridge.storage.store import Store

REFERENCES = {"accountId": ("account_id", ACCOUNT), "contactId": ("contact_id", CONTACT)}
"""Field to its attribute in a body, and to what it names."""


async def referring(store: Store, company: str, body: RecordBody) -> RecordBody:
    """Return ``body`` with what it refers to by our ids; raises ``UnknownReference``."""
    resolved: dict[str, str] = {}
    for attribute, type in REFERENCES.values():
        id = getattr(body, attribute, None)
        if id is None:
            continue
        found = (await resolve(store, type, company, [id]))[id]
        if not isinstance(found, Found):
            raise UnknownReference(f"There is no {type.name} with the id or external id '{id}'.")
        resolved[attribute] = found.lead.id
    return body.model_copy(update=resolved) if resolved else body


async def led_on(store: Store, company: str, fields: Fields) -> Fields:
    """Return ``fields`` with references to records that were merged meanwhile led to what is left of them."""
    for name, (_, type) in REFERENCES.items():
        id = fields.get(name)
        if isinstance(id, str):
            found = (await store[type.kind].of(company).get_many([id])).get(id)
            if found is not None and found.merged_into is not None:
                fields[name] = found.merged_into
    return fields
