"""Signing in with an address and a password."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from leadbridge.kit.clock import Clock
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.addresses import address_id, email_key
from leadbridge.tenancy.audit import AuditTrail, Author
from leadbridge.tenancy.errors import ChooseCompany, TooManyAttempts, WrongSignIn
from leadbridge.tenancy.model import ADDRESSES, ATTEMPTS, COMPANIES, PASSWORDS, USERS, Attempts, Password, User
from leadbridge.tenancy.passwords import Passwords
from leadbridge.tenancy.sessions import NewSession, Sessions

FREE_FAILURES = 5
"""Wrong passwords in a row before one has to wait."""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
"""Failures so old no longer count."""
COMPANIES_TRIED = 10
"""Companies of one address whose passwords are compared where none was named."""


def after_failure(before: Attempts | None, id: str, now: datetime) -> Attempts:
    """Return the count after one more failure: from the fifth on, each doubles the time to wait."""
    if before is None or now - before.last_at >= FORGOTTEN_AFTER:
        before = Attempts(id=id, rev=before.rev if before else 0, failures=0, last_at=now, blocked_until=now)
    failures = before.failures + 1
    wait = timedelta(0)
    if failures >= FREE_FAILURES:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - FREE_FAILURES, 16))
    return before.model_copy(update={"failures": failures, "last_at": now, "blocked_until": now + wait})


class SignIn:
    """The way from an address and a password to a session."""

    def __init__(self, store: Store, clock: Clock, passwords: Passwords, sessions: Sessions, trail: AuditTrail) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._sessions = sessions
        self._trail = trail

    async def sign_in(self, email: str, password: str, author: Author, company_id: str | None = None) -> NewSession:
        """Return a new session.

        Raises ``WrongSignIn``, ``TooManyAttempts``, or ``ChooseCompany`` where both are right in several companies and
        none was named. An address nobody has takes as long as a wrong password, and is counted alike.
        """
        id = address_id(email_key(email))
        await self._count(id)
        right = await self._right(id, password, company_id)
        if not right:
            raise WrongSignIn("The e-mail address or the password is wrong.")
        if len(right) > 1:
            await self._forget(id)
            raise ChooseCompany(
                "The address is known in several companies.", details={"companies": await self._names(right)}
            )
        user, stored = right[0]
        if self._passwords.is_dated(stored.hash):
            stored = await self._renewed(stored, password)

        async def build() -> tuple[WriteBatch, NewSession]:
            here = await self._store[PASSWORDS].of(user.company_id).get(user.id)
            if here is None or here.hash != stored.hash:  # a new password was set meanwhile
                raise WrongSignIn("The e-mail address or the password is wrong.")
            batch = WriteBatch().require(PASSWORDS, user.company_id, user.id, rev=here.rev)
            made = await self._sessions.begin(batch, user, author)
            batch.delete(ATTEMPTS, None, id)
            by = Author(user.id, "session", None, author.address, author.user_agent, author.request_id)
            self._trail.add(batch, user.company_id, by, "session.begun", f"session:{made.session.id}")
            return batch, made

        return await self._store.attempt(build)

    async def _count(self, id: str) -> None:
        """Count this attempt as failed before it is known to be: many at once are counted one by one."""

        async def build() -> tuple[WriteBatch, None]:
            now = self._clock.now()
            before = await self._store[ATTEMPTS].across_companies().get(id)
            if before is not None and before.blocked_until > now:
                seconds = math.ceil((before.blocked_until - now).total_seconds())
                raise TooManyAttempts(
                    "Too many sign-ins with this address have failed.",
                    details={"retryAfterSeconds": seconds},
                    headers={"retry-after": str(seconds)},
                )
            after = after_failure(before, id, now)
            batch = WriteBatch()
            return (batch.insert(ATTEMPTS, after) if before is None else batch.replace(ATTEMPTS, after)), None

        await self._store.attempt(build)

    async def _forget(self, id: str) -> None:
        await self._store.write(WriteBatch().delete(ATTEMPTS, None, id))

    async def _right(self, id: str, password: str, company_id: str | None) -> list[tuple[User, Password]]:
        """Return the users of an address for whom the password is right."""
        address = await self._store[ADDRESSES].across_companies().get(id)
        members = [one.split(":") for one in (address.members if address else ())]
        if company_id is not None:
            members = [one for one in members if one[0] == company_id]
        right: list[tuple[User, Password]] = []
        compared = 0
        for company, user_id in members[:COMPANIES_TRIED]:
            user = await self._store[USERS].of(company).get(user_id)
            stored = await self._store[PASSWORDS].of(company).get(user_id)
            if user is None or stored is None or user.disabled_at is not None:
                continue
            compared += 1
            if await self._passwords.matches(stored.hash, password):
                right.append((user, stored))
        if not compared:
            await self._passwords.matches(None, password)
        return right

    async def _names(self, right: list[tuple[User, Password]]) -> list[dict[str, str]]:
        named = []
        for user, _ in right:
            company = await self._store[COMPANIES].of(user.company_id).get(user.company_id)
            named.append({"_id": user.company_id, "name": company.name if company else ""})
        return named

    async def _renewed(self, stored: Password, password: str) -> Password:
        """Hash a right password again where the parameters have been raised since."""
        renewed = stored.model_copy(update={"hash": await self._passwords.hash(password)})
        written = await self._store.write(WriteBatch().replace(PASSWORDS, renewed))
        return renewed if isinstance(written, Applied) else stored  # a new password was set: the old one is over
