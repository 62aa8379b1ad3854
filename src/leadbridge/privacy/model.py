"""Documents: erasures of people and of companies, and what is kept so that an erased person does not come back."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field

from leadbridge.kit.document import Document, GlobalDocument, Id, Time
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.storage.kind import Index, Kind


class ErasureState(StrEnum):
    """``settling``: everything found is gone; a last look follows for what others were about to write."""

    RUNNING = "running"
    SETTLING = "settling"
    DONE = "done"


class HashKey(Document):
    """The key under which a company's erased people are hashed. ``_id`` is the company's."""

    key: Sealed
    kid: str


class ErasedPerson(Document):
    """Keyed hashes of what an erased person was recognised by; nothing can be read out of them."""

    email: str | None = None
    phone: str | None = None
    ext: str | None = None
    first: str | None = None
    last: str | None = None
    hashes: tuple[str, ...] = ()
    """Those of e-mail, phone and external id: what a row or a new lead is looked up by."""
    record: str
    """The hash of the record's id."""
    at: Time


class Erasure(Document):
    """The erasure of a person: of one record, or of all records with one e-mail address."""

    state: ErasureState
    record_ids: tuple[Id, ...] = ()
    """The records being erased; empty once it is done."""
    hashes: tuple[str, ...] = ()
    """Keyed hashes by which rows of imports are recognised as the person's."""
    documents: dict[str, int] = Field(default_factory=dict)
    """Kind to how many documents were deleted, or had the person taken out."""
    by: str
    started_at: Time
    settles_at: Time
    done_at: Time | None = None


class CompanyErasure(GlobalDocument):
    """The erasure of a company, whose id it has. It outlives the company."""

    state: ErasureState
    documents: int = 0
    grants_revoked: int = 0
    """CRM grants that the vendors confirmed to be gone."""
    grants_kept: int = 0
    """CRM grants that a vendor did not confirm to be gone."""
    started_at: Time
    settles_at: Time
    done_at: Time | None = None


HASH_KEYS = Kind("erasure_keys", HashKey, (SEALED_INDEX,))
ERASED_PEOPLE = Kind("erased_people", ErasedPerson, (Index("hashes", ("companyId", "hashes"), multi=True),))
ERASURES = Kind("erasures", Erasure, (Index("started", ("companyId", "startedAt")), Index("state", ("state",))))
COMPANY_ERASURES = Kind("company_erasures", CompanyErasure, (Index("state", ("state",)),), tenant=False)

KINDS: tuple[Kind[Any], ...] = (HASH_KEYS, ERASED_PEOPLE, ERASURES, COMPANY_ERASURES)
