"""The vault: seals secrets for one place in the store, and opens them only there.

Each company has data keys of its own, wrapped by the master key of a ``KeyProvider``. A value is sealed with
AES-256-GCM under the company's current data key; company, collection, document, field and format version are
associated data, so that a ciphertext copied anywhere else does not open.

Bound: random 96-bit nonces allow about 2**31 values per data key before two equal nonces become likely enough to
matter (2**-35 then; NIST SP 800-38D allows 2**32 at 2**-32). At one sealing a second that is 68 years.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import StartRefused, Unavailable
from leadbridge.kit.ids import IdSource
from leadbridge.security.errors import KeyGone, MasterKeyMissing, SealBroken
from leadbridge.security.hashing import RandomBytes
from leadbridge.security.keys import KEY_BYTES, NONCE_BYTES, KeyProvider
from leadbridge.security.model import CURRENT, DATA_KEYS, NEXT, DataKey, KeyState, Sealed
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store

FORMAT = 1
ALGORITHM = f"A256GCM.{FORMAT}"
RING_SECONDS = 30.0
"""A process re-reads a company's keys after this time: how long a rotated or deleted key may still be used by it."""
MAX_RINGS = 5000
_ATTEMPTS = 5


def associated_data(*parts: str) -> bytes:
    """Return ``parts`` as bytes that no other parts give: the format version, then each with its length before it."""
    encoded = [part.encode() for part in parts]
    return FORMAT.to_bytes(2, "big") + b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def key_context(company: str, id: str) -> bytes:
    """Return what the wrapping of a data key is bound to."""
    return associated_data("data key", company, id)


@dataclass(slots=True)
class _Ring:
    """What this process knows of one company's data keys."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    read_at: float | None = None
    keys: dict[str, DataKey] = field(default_factory=dict)
    ciphers: dict[str, AESGCM] = field(default_factory=dict, repr=False)

    @property
    def current(self) -> DataKey | None:
        return next((key for key in self.keys.values() if key.state is KeyState.CURRENT), None)


class Vault:
    """Seals and opens. One for a hub; it keeps unwrapped data keys in memory, and nothing else."""

    def __init__(
        self,
        store: Store,
        provider: KeyProvider,
        clock: Clock,
        ids: IdSource,
        random_bytes: RandomBytes = secrets.token_bytes,
        *,
        ring_seconds: float = RING_SECONDS,
    ) -> None:
        self._store = store
        self._provider = provider
        self._clock = clock
        self._ids = ids
        self._random_bytes = random_bytes
        self._ring_seconds = ring_seconds
        self._rings: OrderedDict[str, _Ring] = OrderedDict()

    @property
    def provider(self) -> KeyProvider:
        """Who holds the master key."""
        return self._provider

    async def check(self) -> None:
        """Get the master key at start and make sure it is the one of this store; raises ``StartRefused`` if not."""
        page = await self._store[DATA_KEYS].across_companies().find(limit=20)
        await self._provider.ready(new_store=not page.items)
        for key in page.items:
            if key.wrapped is None:
                continue  # a retired key without its bytes says nothing about the master key
            try:
                await self._unwrap(key)
                return
            except MasterKeyMissing as error:
                raise StartRefused(
                    f"The master key is not the one this store was made with. {error.message}",
                    hint="Put back the right file at LEADBRIDGE_MASTER_KEY_FILE; without it, stored secrets stay shut.",
                ) from error

    async def seal(self, company: str, collection: str, document_id: str, field: str, plaintext: str | bytes) -> Sealed:
        """Return ``plaintext`` sealed for this field of this document."""
        return (await self.seal_all(company, collection, document_id, {field: plaintext}))[field]

    async def seal_all(
        self, company: str, collection: str, document_id: str, fields: Mapping[str, str | bytes]
    ) -> dict[str, Sealed]:
        """Return all secret fields of a document sealed with one data key, whose id is the document's ``kid``."""
        key = await self._current(company)
        cipher = await self._cipher(company, key)
        sealed: dict[str, Sealed] = {}
        for name, plaintext in fields.items():
            data = plaintext.encode() if isinstance(plaintext, str) else plaintext
            nonce = self._random_bytes(NONCE_BYTES)
            text = cipher.encrypt(nonce, data, associated_data(company, collection, document_id, name))
            sealed[name] = Sealed(key.id, ALGORITHM, base64.b64encode(nonce).decode(), base64.b64encode(text).decode())
        return sealed

    async def open(self, company: str, collection: str, document_id: str, field: str, sealed: Sealed) -> str:
        """Return the text sealed for this field of this document; raises ``SealBroken``, ``KeyGone``."""
        data = await self.open_bytes(company, collection, document_id, field, sealed)
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise SealBroken(f"The sealed value {collection}.{field} is not a text.") from None

    async def open_bytes(self, company: str, collection: str, document_id: str, field: str, sealed: Sealed) -> bytes:
        """Return the bytes sealed for this field of this document; raises ``SealBroken``, ``KeyGone``."""
        broken = SealBroken(f"The sealed value {collection}.{field} of document {document_id} does not open.")
        if sealed.alg != ALGORITHM:
            raise broken
        cipher = await self._cipher(company, await self._key(company, sealed.kid))
        try:
            nonce = base64.b64decode(sealed.n, validate=True)
            text = base64.b64decode(sealed.c, validate=True)
            if len(nonce) != NONCE_BYTES:
                raise broken
            return cipher.decrypt(nonce, text, associated_data(company, collection, document_id, field))
        except (InvalidTag, binascii.Error, ValueError):
            raise broken from None

    async def new_key(self, company: str, state: KeyState) -> DataKey:
        """Return another data key of ``company``, wrapped and not yet stored; only ``new`` and ``current`` are made."""
        id = self._ids()
        wrapped = await self._provider.wrap(self._random_bytes(KEY_BYTES), key_context(company, id))
        return DataKey(
            id=id,
            company_id=company,
            state=state,
            wrapped=base64.b64encode(wrapped).decode(),
            master_key_id=self._provider.key_id,
            created_at=self._clock.now(),
            current_key=CURRENT if state is KeyState.CURRENT else None,
            next_key=NEXT if state is KeyState.NEW else None,
        )

    async def wrap(self, company: str, purpose: str, key: bytes) -> tuple[str, str]:
        """Return ``key`` wrapped by the master key for a place outside the store, in base64, and the master key's id.

        What stands outside the store must open where the store's own data keys are gone or from another time.
        """
        wrapped = await self._provider.wrap(key, associated_data("outside", company, purpose))
        return base64.b64encode(wrapped).decode(), self._provider.key_id

    async def unwrap(self, company: str, purpose: str, wrapped: str, master_key_id: str) -> bytes:
        """Return the key that ``wrap`` was given; raises ``MasterKeyMissing``."""
        context = associated_data("outside", company, purpose)
        return await self._provider.unwrap(base64.b64decode(wrapped), master_key_id, context)

    def forget(self, company: str) -> None:
        """Read the company's keys again at the next use: they were changed by this process."""
        self._rings.pop(company, None)

    async def shred(self, company: str) -> int:
        """Delete every data key of ``company`` and return how many: nothing sealed for it can ever be opened again.

        Other processes may still open for ``RING_SECONDS``.
        """
        count = 0
        keys = self._store[DATA_KEYS].of(company)
        while page := (await keys.find(limit=100)).items:
            batch = WriteBatch()
            for key in page:
                batch.delete(DATA_KEYS, company, key.id)
            await self._store.write(batch)
            count += len(page)
        self.forget(company)
        return count

    async def _current(self, company: str) -> DataKey:
        """Return the key that seals now, made on first use: whoever is first wins, by the store's unique index."""
        ring = await self._ring(company)
        for _ in range(_ATTEMPTS):
            if (current := ring.current) is not None:
                return current
            await self._make_first(company)
            ring = await self._ring(company, renew=True)
        raise Unavailable("A data key could not be made: the store keeps losing it.", hint="Try again in a moment.")

    async def _make_first(self, company: str) -> None:
        document = await self.new_key(company, KeyState.CURRENT)
        # refused as a duplicate where another process has made one meanwhile; the caller reads again either way
        await self._store.write(WriteBatch().insert(DATA_KEYS, document))

    async def _key(self, company: str, kid: str) -> DataKey:
        ring = await self._ring(company)
        if kid not in ring.keys:  # made by another process since we looked
            ring = await self._ring(company, renew=True)
        if kid not in ring.keys:
            raise KeyGone(f"The data key {kid} does not exist in this company.")
        return ring.keys[kid]

    async def _cipher(self, company: str, key: DataKey) -> AESGCM:
        ring = await self._ring(company)
        cipher = ring.ciphers.get(key.id)
        if cipher is None:
            try:
                cipher = AESGCM(await self._unwrap(key))
            except MasterKeyMissing:  # wrapped anew by another master key since we looked, perhaps
                ring = await self._ring(company, renew=True)
                again = ring.keys.get(key.id)
                if again is None or again.master_key_id == key.master_key_id:
                    raise
                key = again
                cipher = AESGCM(await self._unwrap(key))
            if key.id in ring.keys:
                ring.ciphers[key.id] = cipher
        return cipher

    async def _unwrap(self, key: DataKey) -> bytes:
        if key.wrapped is None:
            raise KeyGone(f"The data key {key.id} is retired and no longer kept.")
        context = key_context(key.company_id, key.id)
        return await self._provider.unwrap(base64.b64decode(key.wrapped), key.master_key_id, context)

    async def _ring(self, company: str, *, renew: bool = False) -> _Ring:
        """Return what is known of a company's keys, read again when it is older than ``ring_seconds``."""
        ring = self._rings.setdefault(company, _Ring())
        self._rings.move_to_end(company)
        if len(self._rings) > MAX_RINGS:
            self._rings.popitem(last=False)
        asked_at = self._clock.monotonic()
        if not renew and self._fresh(ring, asked_at):
            return ring
        async with ring.lock:
            if renew or not self._fresh(ring, asked_at):  # another caller may have read while we waited
                keys = await self._read(company)
                ring.ciphers = {id: cipher for id, cipher in ring.ciphers.items() if id in keys}
                ring.keys = keys
                ring.read_at = asked_at
        return ring

    async def _read(self, company: str) -> dict[str, DataKey]:
        keys: dict[str, DataKey] = {}
        page = await self._store[DATA_KEYS].of(company).find(limit=100)
        while True:
            keys |= {key.id: key for key in page.items}
            if page.next is None:
                return keys
            page = await self._store[DATA_KEYS].of(company).find(limit=100, after=page.next)

    def _fresh(self, ring: _Ring, now: float) -> bool:
        return ring.read_at is not None and now - ring.read_at < self._ring_seconds
