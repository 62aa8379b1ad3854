"""Backup and restore of a whole hub: what a restored store must be told before anybody uses it.

A backup is older than the world: people were erased since, and refresh tokens in it were used since. So a restore reads
the erasure journal again, raises the store's restore epoch, and marks every grant whose vendor takes a refresh token
only once as one whose fate is unknown.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadbridge.integrations.model import CONNECTIONS, TOKENS, StoredAttempt
from leadbridge.integrations.tokens import AttemptState
from leadbridge.kit.clock import Clock, to_text
from leadbridge.kit.ids import IdSource
from leadbridge.privacy.errors import RestoreRefused
from leadbridge.privacy.journal import ErasureJournal
from leadbridge.privacy.replay import Replay, Replayed
from leadbridge.security.errors import MasterKeyMissing
from leadbridge.security.keys import KeyProvider
from leadbridge.storage.backup import Summary, check_backup, delete_all, insert_all, is_empty, write_backup
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.state import STATE_ID, STORE_STATE, StoreState, store_state
from leadbridge.storage.store import Store
from leadbridge.usage.service import Failure, UsageService

_SEAL = b"leadbridge backup"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    backup: Summary
    epoch: int
    replayed: Replayed
    uncertain: int
    """Grants whose refresh token may have been used since the backup."""


class Backups:
    """Writes and restores backups of a started store."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        provider: KeyProvider,
        journal: ErasureJournal,
        replay: Replay,
        usage: UsageService,
        kinds: Sequence[Kind[Any]],
        *,
        rotates: Callable[[str], bool],
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._provider, self._journal, self._replay, self._usage = provider, journal, replay, usage
        self._kinds = tuple(kinds)
        self._documents = tuple(kind for kind in kinds if kind is not STORE_STATE)
        self._rotates = rotates

    async def write(self, path: Path, made_by: str) -> Summary:
        """Write everything to a new file; raises ``BadBackup``. The hub may run meanwhile."""
        created_at = to_text(self._clock.now())
        return await write_backup(
            self._store.engine, self._kinds, path, created_at=created_at, sign=self._sign, made_by=made_by
        )

    async def restore(self, path: Path, *, replace: bool) -> Restored:
        """Fill the store from a backup; raises ``BadBackup`` or ``RestoreRefused`` before anything is changed.

        With ``replace`` what is in the store is deleted first. No other process may use the store. Cut off in the
        middle, the store refuses to be used until the restore is repeated.
        """
        backup = await check_backup(path, self._kinds, self._verify)
        self._journal.read()  # one that cannot be read is known before anything is changed
        state = await store_state(self._store)
        if not await is_empty(self._store.engine, self._documents):
            if not replace:
                raise RestoreRefused(
                    "The store is not empty.", hint="Restore into an empty one, or replace what is there: --replace."
                )
            await self._mark(restoring=True, epoch=state.restore_epoch)
            await delete_all(self._store.engine, self._documents, self._ids)
        await self._mark(restoring=True, epoch=state.restore_epoch)
        await insert_all(self._store.engine, self._kinds, path, self._ids)
        replayed = await self._replay.run()
        uncertain = await self._mark_tokens()
        epoch = max(state.restore_epoch, backup.restore_epoch) + 1
        await self._mark(restoring=False, epoch=epoch)
        return Restored(backup, epoch, replayed, uncertain)

    async def _mark(self, *, restoring: bool, epoch: int) -> None:
        async def build() -> tuple[WriteBatch, None]:
            found = await self._store[STORE_STATE].across_companies().get(STATE_ID)
            values = {"restoring": restoring, "restore_epoch": epoch, "restored_at": self._clock.now()}
            if found is None:
                return WriteBatch().insert(STORE_STATE, StoreState.model_validate({"_id": STATE_ID, **values})), None
            return WriteBatch().replace(STORE_STATE, found.model_copy(update=values)), None

        await self._store.attempt(build)

    async def _mark_tokens(self) -> int:
        """Mark grants that may be used up, and tell each company; return how many."""
        marked, after, now = 0, None, self._clock.now()
        while True:
            page = await self._store[TOKENS].across_companies().find(limit=200, after=after)
            for tokens in page.items:
                connection = await self._store[CONNECTIONS].of(tokens.company_id).get(tokens.id)
                if connection is None or tokens.refresh is None or not self._rotates(connection.provider):
                    continue
                attempt = StoredAttempt(state=AttemptState.UNKNOWN, gen=tokens.gen, sent_at=now, until=now)
                await self._store.write(WriteBatch().replace(TOKENS, tokens.model_copy(update={"attempt": attempt})))
                await self._usage.record_failures(tokens.company_id, [_told(connection.provider, tokens.id)])
                marked += 1
            if page.next is None:
                return marked
            after = page.next

    async def _sign(self, hashed: bytes) -> str:
        """Return the seal of a backup: its hash, wrapped by the master key, and that key's name."""
        wrapped = await self._provider.wrap(hashlib.sha256(hashed).digest(), _SEAL)
        return f"{self._provider.key_id} {base64.b64encode(wrapped).decode()}"

    async def _verify(self, hashed: bytes, seal: str) -> bool:
        key_id, _, text = seal.partition(" ")
        try:
            opened = await self._provider.unwrap(base64.b64decode(text), key_id, _SEAL)
        except (MasterKeyMissing, ValueError):
            return False
        return opened == hashlib.sha256(hashed).digest()


def _told(provider: str, connection_id: str) -> Failure:
    return Failure(
        operation="restore",
        code="refresh_outcome_unknown",
        message=f"A backup was restored; the refresh token of {provider} in it may have been used since.",
        cause=f"{provider} takes each refresh token only once.",
        hint="Nothing needs to be done while the present access token works. If it asks for it, connect again.",
        retryable=False,
        provider=provider,
        connection_id=connection_id,
    )
