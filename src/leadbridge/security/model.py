"""What the vault stores: a company's data keys, and the sealed values inside other rooms' documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leadbridge.kit.document import Document, GlobalDocument, Time
from leadbridge.storage.kind import Index, Kind

CURRENT = "current"
NEXT = "next"


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
    next_key: str | None = None
    """``next`` on a new key, for the same reason: of several rotations at once one makes the next key."""
    current_since: Time | None = None
    """When it took another key's place; absent on a company's first key."""
    retired_at: Time | None = None


class RotationState(StrEnum):
    """How far a rotation is."""

    RUNNING = "running"
    DONE = "done"


class Rotation(GlobalDocument):
    """The last order to replace data keys: of one company (``_id`` is its id) or of all (``all``).

    A company whose current key is older than ``startedAt`` still needs a new one; whatever process goes on with the
    order, that is all it has to know.
    """

    state: RotationState
    started_at: Time
    ended_at: Time | None = None


BY_CURRENT = Index("current", ("companyId", "currentKey"), unique=True)
BY_NEXT = Index("next", ("companyId", "nextKey"), unique=True)
BY_STATE = Index("state", ("state",))
BY_MASTER = Index("master", ("masterKeyId",))

DATA_KEYS = Kind("data_keys", DataKey, indexes=(BY_CURRENT, BY_NEXT, BY_STATE, BY_MASTER))
ROTATIONS = Kind("key_rotations", Rotation, indexes=(Index("state", ("state",)),), tenant=False)

KINDS: tuple[Kind[Any], ...] = (DATA_KEYS, ROTATIONS)
