"""Sessions of browsers: begun by a sign-in, known by a cookie, ended by time, by a sign-out or by a new password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.security.hashing import hash_token, new_token
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.audit import ADDRESS_LENGTH, USER_AGENT_LENGTH, AuditTrail, Author
from leadbridge.tenancy.model import DIRECTORY, SESSIONS, USERS, DirectoryEntry, Session, User

SESSION = "session"
PREFIX = "lb_s_"
IDLE = timedelta(hours=12)
"""A session that nobody used for so long has ended."""
ABSOLUTE = timedelta(days=7)
"""A session ends after so long however much it was used."""
SEEN_EVERY = timedelta(minutes=1)
MAX_SESSIONS = 20
"""Sessions of one user; a further sign-in ends the oldest."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session just begun; ``token`` belongs into the cookie and is kept nowhere."""

    token: str
    session: Session
    user: User

    def __repr__(self) -> str:
        return f"NewSession({self.session.id!r})"


def session_entry(token_hash: str) -> str:
    """Return the directory's key for a session's token."""
    return f"{SESSION}:{token_hash}"


def csrf_token(token: str) -> str:
    """Return what a page must send beside the cookie; a foreign page can have the cookie sent but cannot read it."""
    return hash_token(token, "csrf")


class Sessions:
    """The sessions of users."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, trail: AuditTrail) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._trail = trail

    async def known(self, token: str) -> tuple[User, Session] | None:
        """Return whose session a cookie's ``token`` is, or None where it has ended or its user is disabled."""
        entry = await self._store[DIRECTORY].across_companies().get(session_entry(hash_token(token, SESSION)))
        if entry is None or entry.user_id is None:
            return None
        session = await self._store[SESSIONS].of(entry.company_id).get(entry.ref)
        user = await self._store[USERS].of(entry.company_id).get(entry.user_id)
        now = self._clock.now()
        if session is None or user is None or user.disabled_at is not None:
            return None
        if now >= session.expires_at or now - session.last_seen_at >= IDLE:
            return None
        if now - session.last_seen_at >= SEEN_EVERY:
            batch = WriteBatch().after(SESSIONS, session.company_id, session.id, most={"lastSeenAt": now})
            await self._store.write(batch)
        return user, session

    async def begin(self, batch: WriteBatch, user: User, author: Author) -> NewSession:
        """Put a new session of ``user`` into ``batch``."""
        now, id, token = self._clock.now(), self._ids(), new_token(PREFIX)
        session = Session(
            id=id,
            company_id=user.company_id,
            user_id=user.id,
            token_hash=hash_token(token, SESSION),
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            address=author.address[:ADDRESS_LENGTH],
            user_agent=author.user_agent[:USER_AGENT_LENGTH],
            subjects=(user.id,),
        )
        entry = DirectoryEntry(
            id=session_entry(session.token_hash),
            what=SESSION,
            company_id=user.company_id,
            ref=id,
            user_id=user.id,
            expires_at=session.expires_at,
        )
        others = sorted(await self.of_user(user.company_id, user.id), key=lambda one: (one.created_at, one.id))
        for old in others[: max(0, len(others) + 1 - MAX_SESSIONS)]:
            self.delete(batch, old)
        batch.insert(SESSIONS, session).insert(DIRECTORY, entry)
        return NewSession(token, session, user)

    async def of_user(self, company_id: str, user_id: str) -> list[Session]:
        """Return a user's sessions."""
        page = await self._store[SESSIONS].of(company_id).find(eq={"userId": user_id}, limit=200)
        return page.items

    @staticmethod
    def delete(batch: WriteBatch, session: Session) -> None:
        """Put the end of a session into ``batch``."""
        batch.delete(SESSIONS, session.company_id, session.id)
        batch.delete(DIRECTORY, None, session_entry(session.token_hash))

    async def end(self, session: Session, author: Author) -> None:
        """End a session."""
        batch = WriteBatch()
        self.delete(batch, session)
        self._trail.add(batch, session.company_id, author, "session.ended", f"session:{session.id}")
        await self._store.write(batch)

    async def end_all(self, batch: WriteBatch, company_id: str, user_id: str, *, but: str | None = None) -> None:
        """Put the end of all of a user's sessions into ``batch``, except the one with the id ``but``."""
        for session in await self.of_user(company_id, user_id):
            if session.id != but:
                self.delete(batch, session)
