"""What can be done with companies, users and tokens."""

from __future__ import annotations

from dataclasses import dataclass

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import NotFound
from leadbridge.kit.ids import IdSource
from leadbridge.security.hashing import hash_token, new_token
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.model import (
    COMPANIES,
    DIRECTORY,
    TOKENS,
    USERS,
    AccessToken,
    Company,
    DirectoryEntry,
    Role,
    User,
)

FIRST = "hub:first-company"
"""The directory entry that exists once the first company was made, so that it is made once."""
TOKEN = "token"  # noqa: S105  # the name of a directory, not a secret


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; ``token`` is shown once and kept nowhere."""

    token: str
    company: Company
    user: User

    def __repr__(self) -> str:
        return f"NewToken(company={self.company.id!r}, user={self.user.id!r})"


class TenancyService:
    """Companies, users, tokens."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def user_of_token(self, token: str) -> User | None:
        """Return the user whom a bearer token belongs to, or None."""
        entry = await self._store[DIRECTORY].across_companies().get(f"{TOKEN}:{hash_token(token)}")
        if entry is None or entry.user_id is None:
            return None
        return await self._store[USERS].of(entry.company_id).get(entry.user_id)

    async def company(self, company_id: str) -> Company:
        """Return a company; raises ``NotFound``."""
        company = await self._store[COMPANIES].of(company_id).get(company_id)
        if company is None:
            raise NotFound("The company does not exist.")
        return company

    async def first_company(self) -> Company | None:
        """Return the company that was made when the store was empty, or None."""
        entry = await self._store[DIRECTORY].across_companies().get(FIRST)
        return None if entry is None else await self.company(entry.company_id)

    async def make_first_company(self) -> NewToken | None:
        """Make the first company with its first super user and a token; return None where that was done before.

        Several processes may start on an empty store at once: one of them makes it.
        """
        if await self.first_company() is not None:
            return None
        now, company_id = self._clock.now(), self._ids()
        company = Company(id=company_id, company_id=company_id, name="First company", created_at=now)
        user_id = self._ids()
        user = User(
            id=user_id,
            company_id=company_id,
            name="First administrator",
            role=Role.SUPER_USER,
            created_at=now,
            subjects=(user_id,),
        )
        batch = WriteBatch()
        batch.insert(COMPANIES, company).insert(USERS, user)
        batch.insert(DIRECTORY, DirectoryEntry(id=FIRST, what="hub", company_id=company_id, ref=company_id))
        token = self._token(batch, user, "first token")
        applied = isinstance(await self._store.write(batch), Applied)
        return NewToken(token, company, user) if applied else None

    async def create_token(self, company_id: str, *, name: str, user_id: str | None = None) -> NewToken:
        """Make another token for a user (default: the company's first super user); raises ``NotFound``."""
        company = await self.company(company_id)
        users = self._store[USERS].of(company_id)
        if user_id is not None:
            user = await users.get(user_id)
        else:
            everyone = (await users.find(limit=200)).items
            user = next((one for one in everyone if one.role is Role.SUPER_USER), None)
        if user is None:
            raise NotFound("The user does not exist.")
        batch = WriteBatch()
        token = self._token(batch, user, name)
        await self._store.write(batch)
        return NewToken(token, company, user)

    def _token(self, batch: WriteBatch, user: User, name: str) -> str:
        token = new_token("lb")
        id = self._ids()
        record = AccessToken(
            id=id,
            company_id=user.company_id,
            user_id=user.id,
            name=name,
            token_hash=hash_token(token),
            created_at=self._clock.now(),
        )
        entry = DirectoryEntry(
            id=f"{TOKEN}:{record.token_hash}", what=TOKEN, company_id=user.company_id, ref=id, user_id=user.id
        )
        batch.insert(TOKENS, record).insert(DIRECTORY, entry)
        return token
