"""What the vault stores: a company's data keys, and the sealed values inside other rooms' documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from leadbridge.kit.document import Document, Time
from leadbridge.storage.kind import Index, Kind

CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value as it stands in a document: data key, algorithm with format version, nonce, ciphertext (base64).

    A plain dataclass, because both document bases store one as it is.
    """

    kid: str
    alg: str
    n: str = field(repr=False)
    c: str = field(repr=False)


SEALED_INDEX = Index("kid", ("companyId", "kid"))
"""Declared by every kind that holds sealed values, which carries the ``kid`` of all of them as a top-level field.

Key rotation finds by it what is still sealed with an old key; so all sealed values of one document share one key
(``Vault.seal_all``).
"""


class KeyState(StrEnum):
    """Where a data key is in its life. Only ``current`` seals; every other one only opens."""

    NEW = "new"
    """Stored, and not yet known to every process."""
    CURRENT = "current"
    RETIRING = "retiring"
    """Replaced; values sealed with it are being sealed again."""
    RETIRED = "retired"
    """Nothing in the store needs it; kept a while for backups, then its ``wrapped`` is taken out."""


class DataKey(Document):
    """A company's data key, wrapped by a master key. Deleting it makes everything sealed with it unreadable."""

    state: KeyState
    wrapped: str | None = None
    """The wrapped key, base64; absent once a retired key is gone for good."""
    master_key_id: str
    created_at: Time
    current_key: str | None = None
    """``current`` on the current key and absent on any other: the unique index lets a company have only one."""


BY_CURRENT = Index("current", ("companyId", "currentKey"), unique=True)

DATA_KEYS = Kind("data_keys", DataKey, indexes=(BY_CURRENT,))

KINDS = (DATA_KEYS,)
