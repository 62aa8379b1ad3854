"""Replacing keys while the hub runs: a company's data key, and the master key that wraps all of them.

Everything a rotation needs to know is in the store, so that any process goes on with it and two at once do no harm:

    new key stored as ``new``  ->  it becomes ``current``, the old one ``retiring``  ->  60 s later every document of
    the old key is sealed again, under its ``rev``  ->  no document is left  ->  the old key is ``retired``

Every process reads a company's keys again after 30 seconds, so that after 60 none seals with the old key any more.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from leadbridge.kit.clock import Clock
from leadbridge.security.errors import SealBroken
from leadbridge.security.keys import KeyProvider
from leadbridge.security.keywalk import KeyCount, KeyWalk
from leadbridge.security.model import (
    CURRENT,
    DATA_KEYS,
    ROTATIONS,
    SEALED_INDEX,
    DataKey,
    KeyState,
    Rotation,
    RotationState,
)
from leadbridge.security.sealedbody import sealed_values, top_level
from leadbridge.security.vault import Vault, key_context
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.store import Store

ALL = "all"
RESEAL_AFTER = timedelta(seconds=60)
"""From a key becoming current to the first document being sealed again: twice the age a process's keys may have."""
KEPT_RETIRED = timedelta(days=30)
"""How long a retired key stays wrapped, for backups in which it is still needed."""

log = structlog.get_logger("leadbridge.security")


@dataclass(slots=True)
class Progress:
    """What a rotation has done in this process; ``broken`` names documents that do not open, which are left alone."""

    companies: int = 0
    resealed: int = 0
    retired: int = 0
    broken: list[str] = field(default_factory=list)


Told = Callable[[str], None]
"""Is given a line of progress now and then."""


def _silent(_: str) -> None:
    return None


class KeyRotation:
    """Replaces data keys and master keys. ``kinds`` are all kinds of the hub; those with sealed values are walked."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        clock: Clock,
        kinds: Sequence[Kind[Any]],
        *,
        reseal_after: timedelta = RESEAL_AFTER,
        told: Told = _silent,
    ) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._kinds = tuple(kind for kind in kinds if SEALED_INDEX in kind.indexes)
        self._walk = KeyWalk(store, self._kinds)
        self._reseal_after = reseal_after
        self._told = told

    def telling(self, told: Told) -> KeyRotation:
        """Return the same rotation with its progress told to ``told``."""
        return KeyRotation(
            self._store, self._vault, self._clock, self._kinds, reseal_after=self._reseal_after, told=told
        )

    async def order(self, scope: str) -> Rotation:
        """Begin a rotation of a company (its id) or of ``all``; one that is not done yet is returned instead."""

        async def build() -> tuple[WriteBatch | None, Rotation]:
            found = await self._store[ROTATIONS].across_companies().get(scope)
            if found is not None and found.state is RotationState.RUNNING:
                return None, found
            begun = {"state": RotationState.RUNNING, "started_at": self._clock.now(), "ended_at": None}
            if found is None:
                fresh = Rotation.model_validate({"_id": scope, **begun})
                return WriteBatch().insert(ROTATIONS, fresh), fresh
            again = found.model_copy(update=begun)
            return WriteBatch().replace(ROTATIONS, again), again

        return await self._store.attempt(build)

    async def switch(self, rotation: Rotation) -> int:
        """Give every company of the order its new key and return how many were given one. Nothing is sealed again."""
        switched = 0
        async for company in self._companies(rotation):
            switched += await self._switch_company(company, rotation)
        return switched

    async def run(self, rotation: Rotation, *, wait: bool = True) -> Progress:
        """Carry the order out: new keys, then everything sealed again, then the old keys retired.

        Without ``wait`` a key that became current less than a minute ago is left to the next call.
        """
        switched = await self.switch(rotation)
        self._told(f"new keys: {switched}")
        progress = Progress()
        unfinished = 0
        async for company in self._companies(rotation):
            progress.companies += 1
            if not await self._finish_company(company, progress, wait=wait):
                unfinished += 1
        self._told(f"sealed again: {progress.resealed} documents; retired keys: {progress.retired}")
        if not unfinished and not progress.broken:
            await self._end(rotation)
        return progress

    async def resume(self) -> int:
        """Go on with every order that is not done, without waiting; return how many documents were sealed again."""
        running = (await self._store[ROTATIONS].across_companies().find(eq={"state": RotationState.RUNNING})).items
        return sum([(await self.run(rotation, wait=False)).resealed for rotation in running])

    async def status(self) -> list[KeyCount]:
        """Return every key of every company with the number of documents sealed by it."""
        return await self._walk.counts()

    async def running(self) -> list[Rotation]:
        """Return the orders that are not done."""
        return (await self._store[ROTATIONS].across_companies().find(eq={"state": RotationState.RUNNING})).items

    async def forget_retired(self) -> int:
        """Take the bytes out of keys that were retired 30 days ago and return how many; for good.

        One that seals a document after all (written by a process that stood still for a minute) is retiring again.
        """
        forgotten = 0
        for key in await self._walk.in_state(KeyState.RETIRED):
            if key.wrapped is None or key.retired_at is None or key.retired_at > self._clock.now() - KEPT_RETIRED:
                continue
            if await self._walk.needed(key):
                changed = key.model_copy(update={"state": KeyState.RETIRING, "retired_at": None})
                await self._store.write(WriteBatch().replace(DATA_KEYS, changed))
                await self._finish_company(key.company_id, Progress(), wait=False)
                continue
            bare = key.model_copy(update={"wrapped": None})
            forgotten += isinstance(await self._store.write(WriteBatch().replace(DATA_KEYS, bare)), Applied)
            self._vault.forget(key.company_id)
        return forgotten

    async def rewrap(self, new: KeyProvider) -> int:
        """Wrap every data key that another master key wraps by that of ``new``, and return how many.

        The vault's provider opens them. Companies' secrets are not touched: only the wrapping of their keys changes.
        """
        done = 0
        async for key in self._walk.keys():
            if key.master_key_id != new.key_id and key.wrapped is not None:
                done += await self._rewrap_one(key, new)
        return done

    async def _rewrap_one(self, key: DataKey, new: KeyProvider) -> int:
        context = key_context(key.company_id, key.id)

        async def build() -> tuple[WriteBatch | None, int]:
            here = await self._store[DATA_KEYS].of(key.company_id).get(key.id)
            if here is None or here.wrapped is None or here.master_key_id == new.key_id:
                return None, 0
            plain = await self._vault.provider.unwrap(base64.b64decode(here.wrapped), here.master_key_id, context)
            wrapped = base64.b64encode(await new.wrap(plain, context)).decode()
            changed = here.model_copy(update={"wrapped": wrapped, "master_key_id": new.key_id})
            return WriteBatch().replace(DATA_KEYS, changed), 1

        done = await self._store.attempt(build)
        self._vault.forget(key.company_id)
        return done

    # one company

    async def _switch_company(self, company: str, rotation: Rotation) -> bool:
        async def build() -> tuple[WriteBatch | None, bool]:
            keys = await self._walk.of(company)
            current = next((key for key in keys if key.state is KeyState.CURRENT), None)
            if current is None or current.created_at >= rotation.started_at:
                return None, False
            fresh = next((key for key in keys if key.state is KeyState.NEW), None)
            if fresh is None:
                await self._store.write(
                    WriteBatch().insert(DATA_KEYS, await self._vault.new_key(company, KeyState.NEW))
                )
                keys = await self._walk.of(company)
                fresh = next((key for key in keys if key.state is KeyState.NEW), None)
                if fresh is None:
                    return None, False  # another process has made it and is past this step
            batch = WriteBatch()
            batch.replace(DATA_KEYS, current.model_copy(update={"state": KeyState.RETIRING, "current_key": None}))
            became = {
                "state": KeyState.CURRENT,
                "current_key": CURRENT,
                "next_key": None,
                "current_since": self._clock.now(),
                # the order asks for a key made after it: one left behind by an older order serves as well
                "created_at": max(fresh.created_at, rotation.started_at),
            }
            return batch.replace(DATA_KEYS, fresh.model_copy(update=became)), True

        switched = await self._store.attempt(build)
        self._vault.forget(company)
        return switched

    async def _finish_company(self, company: str, progress: Progress, *, wait: bool) -> bool:
        """Seal again what the company's retiring keys have sealed; return whether none of them is left."""
        keys = await self._walk.of(company)
        retiring = [key for key in keys if key.state is KeyState.RETIRING]
        current = next((key for key in keys if key.state is KeyState.CURRENT), None)
        if not retiring or current is None:
            return True
        since = current.current_since or current.created_at
        left = (since + self._reseal_after - self._clock.now()).total_seconds()
        if left > 0:
            if not wait:
                return False
            self._told(f"waiting {left:.0f} s until every process knows the new keys")
            await self._clock.sleep(left)
        self._vault.forget(company)
        for key in retiring:
            await self._reseal_all(key, progress)
            if await self._walk.needed(key):
                return False
            done = key.model_copy(update={"state": KeyState.RETIRED, "retired_at": self._clock.now()})
            progress.retired += isinstance(await self._store.write(WriteBatch().replace(DATA_KEYS, done)), Applied)
        self._vault.forget(company)
        return True

    async def _reseal_all(self, key: DataKey, progress: Progress) -> None:
        for kind in self._kinds:
            broken: set[str] = set()
            changed = True
            while changed:  # what was changed while we passed is met by the next pass
                changed = False
                async for document in self._walk.sealed_with(kind, key):
                    if document.id in broken:
                        continue
                    changed = True
                    try:
                        progress.resealed += await self._reseal(kind, document)
                    except SealBroken as error:
                        broken.add(document.id)
                        progress.broken.append(f"{kind.name} {document.id}")
                        log.warning("document_does_not_open", kind=kind.name, id=document.id, code=error.code)

    async def _reseal(self, kind: Kind[Any], document: Any) -> bool:
        """Seal one document again; False where it has changed since it was read, so that the next pass looks again."""
        body = kind.encode(document)
        plain = {
            path: await self._vault.open_bytes(document.company_id, kind.name, document.id, path, sealed)
            for path, sealed in sealed_values(body).items()
        }
        if not plain:
            raise SealBroken(f"The document {document.id} of {kind.name} names a data key and holds nothing sealed.")
        sealed = await self._vault.seal_all(document.company_id, kind.name, document.id, plain)
        values = top_level(body, sealed)
        batch = WriteBatch().patch(kind, document.company_id, document.id, values=values, rev=document.rev)
        return isinstance(await self._store.write(batch), Applied)

    async def _end(self, rotation: Rotation) -> None:
        async def build() -> tuple[WriteBatch | None, None]:
            here = await self._store[ROTATIONS].across_companies().get(rotation.id)
            if here is None or here.state is RotationState.DONE or here.started_at != rotation.started_at:
                return None, None
            ended = {"state": RotationState.DONE, "ended_at": self._clock.now()}
            return WriteBatch().replace(ROTATIONS, here.model_copy(update=ended)), None

        await self._store.attempt(build)

    # walks

    async def _companies(self, rotation: Rotation) -> AsyncIterator[str]:
        if rotation.id != ALL:
            yield rotation.id
            return
        seen: set[str] = set()
        async for key in self._walk.keys():
            if key.company_id not in seen:
                seen.add(key.company_id)
                yield key.company_id
