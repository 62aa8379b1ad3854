"""API keys: made, shown once, known by their hash, restricted, used, revoked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import Forbidden, InvalidInput
from leadbridge.kit.ids import IdSource
from leadbridge.security.hashing import hash_token, new_token
from leadbridge.storage.batch import UNSET, WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.audit import AuditTrail, Author
from leadbridge.tenancy.errors import KeyNotFound, TooManyKeys
from leadbridge.tenancy.model import DIRECTORY, TOKENS, USERS, ApiKey, DirectoryEntry, User

TOKEN = "token"  # noqa: S105  # the name of a directory, not a secret
PREFIX_LENGTH = 11
"""Characters of a key that may be shown: ``lb_`` and eight more, by which its owner tells it from others."""
USE_SECONDS = 60
"""A key's last use is written at most this often."""
MAX_KEYS = 100
"""Keys of one user that are not revoked."""
KEPT_ENDED = 50
"""Revoked and expired keys of one user that stay listed."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made; ``token`` is shown once and kept nowhere."""

    token: str
    key: ApiKey

    def __repr__(self) -> str:
        return f"NewKey({self.key.id!r})"


def token_entry(token_hash: str) -> str:
    """Return the directory's key for a bearer token's hash."""
    return f"{TOKEN}:{token_hash}"


def is_live(key: ApiKey, now: datetime) -> bool:
    """Tell whether a key is neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


class Keys:
    """The API keys of companies."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, trail: AuditTrail) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._trail = trail

    async def known(self, token: str) -> tuple[User, ApiKey] | None:
        """Return whose key ``token`` is, or None where it is unknown, revoked, expired, or its user disabled."""
        entry = await self._store[DIRECTORY].across_companies().get(token_entry(hash_token(token)))
        if entry is None or entry.user_id is None:
            return None
        key = await self._store[TOKENS].of(entry.company_id).get(entry.ref)
        user = await self._store[USERS].of(entry.company_id).get(entry.user_id)
        now = self._clock.now()
        if key is None or user is None or user.disabled_at is not None or not is_live(key, now):
            return None
        if key.last_used_at is None or now - key.last_used_at >= timedelta(seconds=USE_SECONDS):
            batch = WriteBatch().after(TOKENS, key.company_id, key.id, most={"lastUsedAt": now})
            await self._store.write(batch)
        return user, key

    def make(
        self,
        batch: WriteBatch,
        user: User,
        name: str,
        *,
        created_by: str,
        rights: Collection[str] | None = None,
        expires_at: datetime | None = None,
    ) -> NewKey:
        """Put a new key of ``user`` into ``batch``."""
        token = new_token()
        id = self._ids()
        key = ApiKey(
            id=id,
            company_id=user.company_id,
            user_id=user.id,
            name=name,
            prefix=token[:PREFIX_LENGTH],
            token_hash=hash_token(token),
            rights=None if rights is None else tuple(sorted(rights)),
            created_by=created_by,
            created_at=self._clock.now(),
            expires_at=expires_at,
            subjects=(user.id,),
        )
        entry = DirectoryEntry(
            id=token_entry(key.token_hash), what=TOKEN, company_id=user.company_id, ref=id, user_id=user.id
        )
        batch.insert(TOKENS, key).insert(DIRECTORY, entry)
        return NewKey(token, key)

    async def create(
        self,
        user: User,
        author: Author,
        name: str,
        *,
        allowed: Collection[str],
        rights: Collection[str] | None = None,
        expires_at: datetime | None = None,
        new_user: bool = False,
    ) -> NewKey:
        """Make a key for ``user`` that may do ``rights`` (None: all of ``allowed``, what its maker may do).

        ``new_user`` stores the user along with it. Raises ``Forbidden`` for rights the maker has not, ``InvalidInput``
        for an end that has passed, ``TooManyKeys``.
        """
        if beyond := sorted(set(rights or ()) - set(allowed)):
            raise Forbidden(
                f"You do not have these rights yourself: {', '.join(beyond)}.",
                code="rights_beyond_yours",
                hint="A key can do at most what its maker can; GET /api/v1/auth/me lists your rights.",
                details={"rights": beyond},
            )
        if expires_at is not None and expires_at <= self._clock.now():
            raise InvalidInput("The key would have expired already.", hint="Send an 'expiresAt' in the future.")

        async def build() -> tuple[WriteBatch, NewKey]:
            batch = WriteBatch()
            if new_user:
                batch.insert(USERS, user)
            else:
                await self._make_room(batch, user)
            made = self.make(
                batch, user, name, created_by=author.user_id or user.id, rights=rights, expires_at=expires_at
            )
            shown = {"rights": list(made.key.rights) if made.key.rights is not None else None, "userId": user.id}
            self._trail.add(batch, user.company_id, author, "api_key.created", f"api_key:{made.key.id}", after=shown)
            return batch, made

        return await self._store.attempt(build)

    async def _make_room(self, batch: WriteBatch, user: User) -> None:
        now = self._clock.now()
        keys = await self.of_user(user.company_id, user.id)
        if sum(is_live(key, now) for key in keys) >= MAX_KEYS:
            raise TooManyKeys(f"There are {MAX_KEYS} API keys already.")
        ended = [key for key in keys if not is_live(key, now)]
        for key in ended[: max(0, len(ended) - KEPT_ENDED)]:
            self.delete(batch, key)

    @staticmethod
    def delete(batch: WriteBatch, key: ApiKey) -> None:
        """Put the end of a key, and of its record, into ``batch``."""
        batch.delete(TOKENS, key.company_id, key.id).delete(DIRECTORY, None, token_entry(key.token_hash))

    async def of_user(self, company_id: str, user_id: str) -> list[ApiKey]:
        """Return a user's keys, oldest first, ended ones too."""
        page = await self._store[TOKENS].of(company_id).find(eq={"userId": user_id}, limit=500)
        return page.items

    async def page(self, company_id: str, *, limit: int, after: Position | None) -> Page[ApiKey]:
        """Return a page of a company's keys, oldest first."""
        return await self._store[TOKENS].of(company_id).find(limit=limit, after=after)

    async def revoke(self, company_id: str, id: str, author: Author, *, user_id: str | None = None) -> ApiKey:
        """End a key, at once and for good; with ``user_id`` only one of that user. Raises ``KeyNotFound``."""

        async def build() -> tuple[WriteBatch | None, ApiKey]:
            key = await self._store[TOKENS].of(company_id).get(id)
            if key is None or (user_id is not None and key.user_id != user_id):
                raise KeyNotFound("There is no such API key.")
            if key.revoked_at is not None:
                return None, key
            now = self._clock.now()
            batch = WriteBatch().patch(TOKENS, company_id, id, values={"revokedAt": now}, where={"revokedAt": UNSET})
            batch.delete(DIRECTORY, None, token_entry(key.token_hash))
            self._trail.add(batch, company_id, author, "api_key.revoked", f"api_key:{id}")
            return batch, key.model_copy(update={"revoked_at": now})

        return await self._store.attempt(build)


def key_view(key: ApiKey) -> dict[str, Any]:
    """Return a key as the API shows it: never the key itself, nor its hash."""
    return {
        "_id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "userId": key.user_id,
        "rights": None if key.rights is None else list(key.rights),
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "lastUsedAt": key.last_used_at,
        "revokedAt": key.revoked_at,
    }
