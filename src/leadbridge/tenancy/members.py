"""The users of a company: their names, roles, passwords, and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput, Refused
from leadbridge.kit.ids import IdSource
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.addresses import checked_email, email_key, join, leave
from leadbridge.tenancy.audit import AuditTrail, Author
from leadbridge.tenancy.errors import AboveYou, EmailTaken, LastSuperUser, UserNotFound, WrongSignIn
from leadbridge.tenancy.keys import Keys
from leadbridge.tenancy.model import PASSWORDS, USERS, Password, Role, User
from leadbridge.tenancy.passwords import Passwords, check_password
from leadbridge.tenancy.sessions import Sessions


@dataclass(frozen=True, slots=True)
class UserChange:
    """What to change of a user; None leaves it."""

    name: str | None = None
    role: Role | None = None
    disabled: bool | None = None


def user_view(user: User) -> dict[str, Any]:
    """Return a user as the API shows it."""
    return {
        "_id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "disabled": user.disabled_at is not None,
        "external": user.external_key is not None,
        "createdAt": user.created_at,
    }


class Members:
    """The users of companies."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        passwords: Passwords,
        sessions: Sessions,
        keys: Keys,
        trail: AuditTrail,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._passwords = passwords
        self._sessions = sessions
        self._keys = keys
        self._trail = trail

    async def one(self, company_id: str, id: str) -> User:
        """Return a user; raises ``UserNotFound``."""
        user = await self._store[USERS].of(company_id).get(id)
        if user is None:
            raise UserNotFound("There is no such user.")
        return user

    async def page(self, company_id: str, *, limit: int, after: Position | None) -> Page[User]:
        """Return a page of a company's users, oldest first."""
        return await self._store[USERS].of(company_id).find(limit=limit, after=after)

    async def by_email(self, company_id: str, email: str) -> User:
        """Return the user who signs in with an address; raises ``UserNotFound``."""
        found = await self._store[USERS].of(company_id).lookup("email", [email_key(email)])
        if not found:
            raise UserNotFound("Nobody in this company signs in with that address.")
        return found[0]

    async def create(
        self,
        company_id: str,
        author: Author,
        *,
        name: str,
        role: Role,
        email: str,
        password: str,
    ) -> User:
        """Make a user who signs in with an address; raises ``EmailTaken``, ``WeakPassword``, ``InvalidInput``."""
        email = checked_email(email)
        hashed = await self.hashed(password, name, email)

        async def build() -> tuple[WriteBatch, User]:
            batch = WriteBatch()
            user = await self.add(batch, company_id, name=name, role=role, email=email, hashed=hashed)
            shown = {"role": role.value, "email": email, "name": name}
            self._trail.add(batch, company_id, author, "user.created", f"user:{user.id}", after=shown)
            return batch, user

        return await self._store.attempt(build)

    async def add(self, batch: WriteBatch, company_id: str, *, name: str, role: Role, email: str, hashed: str) -> User:
        """Put a user with a password into ``batch``; raises ``EmailTaken``."""
        key = email_key(email)
        if await self._store[USERS].of(company_id).lookup("email", [key]):
            raise EmailTaken("Somebody in this company signs in with this address already.")
        id, now = self._ids(), self._clock.now()
        user = User(
            id=id,
            company_id=company_id,
            email=email,
            email_key=key,
            name=name,
            role=role,
            created_at=now,
            subjects=(id,),
        )
        batch.insert(USERS, user)
        batch.insert(PASSWORDS, Password(id=id, company_id=company_id, hash=hashed, changed_at=now, subjects=(id,)))
        await join(self._store, batch, key, company_id, id)
        return user

    async def hashed(self, password: str, *about: str) -> str:
        """Return the stored form of a new password; raises ``WeakPassword``."""
        check_password(password, about=about + tuple(text.partition("@")[0] for text in about if "@" in text))
        return await self._passwords.hash(password)

    async def update(self, company_id: str, id: str, author: Author, by: Role, change: UserChange) -> User:
        """Change a user; raises ``UserNotFound``, ``AboveYou``, ``LastSuperUser``."""

        async def build() -> tuple[WriteBatch | None, User]:
            user = await self.one(company_id, id)
            self._below(by, user.role)
            if change.role is not None:
                self._below(by, change.role)
            changed = changed_user(user, change, self._clock.now())
            if changed == user:
                return None, user
            batch = WriteBatch().replace(USERS, changed)
            if counts(user) and not counts(changed):
                await self._keep_one(batch, user)
            if changed.disabled_at is not None and user.disabled_at is None:
                await self._sessions.end_all(batch, company_id, id)
            before, after = difference(user, changed)
            self._trail.add(batch, company_id, author, "user.changed", f"user:{id}", before=before, after=after)
            return batch, changed

        return await self._store.attempt(build)

    async def remove(self, company_id: str, id: str, author: Author, by: Role) -> None:
        """Delete a user with password, sessions and keys; raises ``UserNotFound``, ``AboveYou``, ``LastSuperUser``."""

        async def build() -> tuple[WriteBatch, None]:
            user = await self.one(company_id, id)
            self._below(by, user.role)
            batch = WriteBatch().delete(USERS, company_id, id, rev=user.rev).delete(PASSWORDS, company_id, id)
            if counts(user):
                await self._keep_one(batch, user)
            await self._sessions.end_all(batch, company_id, id)
            for key in await self._keys.of_user(company_id, id):
                self._keys.delete(batch, key)
            if user.email_key is not None:
                await leave(self._store, batch, user.email_key, company_id, id)
            self._trail.add(batch, company_id, author, "user.removed", f"user:{id}", before={"role": user.role.value})
            return batch, None

        await self._store.attempt(build)

    async def change_password(
        self, user: User, author: Author, current: str, new: str, *, session_id: str | None
    ) -> None:
        """Set a user's own new password and end their other sessions; raises ``WrongSignIn``, ``WeakPassword``."""
        stored = await self._store[PASSWORDS].of(user.company_id).get(user.id)
        if stored is None:
            raise Refused(
                "This user has no password.",
                code="no_password",
                hint="Users of the host application sign in there; others are given one by whoever runs this hub.",
            )
        if not await self._passwords.matches(stored.hash, current):
            raise WrongSignIn("The current password is wrong.")
        if current == new:
            raise InvalidInput("The new password is the old one.", hint="Choose another.")
        await self._set_password(user, author, new, keep=session_id, expected=stored)

    async def set_password(self, user: User, author: Author, new: str) -> None:
        """Set a user's password and end all their sessions; raises ``WeakPassword``, ``InvalidInput``."""
        if user.email_key is None:
            raise InvalidInput("This user has no address to sign in with.", hint="Make a user with one instead.")
        stored = await self._store[PASSWORDS].of(user.company_id).get(user.id)
        await self._set_password(user, author, new, keep=None, expected=stored)

    async def _set_password(
        self, user: User, author: Author, new: str, *, keep: str | None, expected: Password | None
    ) -> None:
        hashed = await self.hashed(new, user.name, user.email or "")
        now = self._clock.now()

        async def build() -> tuple[WriteBatch, None]:
            here = await self._store[PASSWORDS].of(user.company_id).get(user.id)
            if keep is not None and (here is None or expected is None or here.hash != expected.hash):
                raise WrongSignIn("The current password was changed meanwhile.")
            batch = WriteBatch()
            if here is None:
                batch.insert(
                    PASSWORDS,
                    Password(id=user.id, company_id=user.company_id, hash=hashed, changed_at=now, subjects=(user.id,)),
                )
            else:
                batch.replace(PASSWORDS, here.model_copy(update={"hash": hashed, "changed_at": now}))
            if user.email_key is not None:
                await join(self._store, batch, user.email_key, user.company_id, user.id)
            await self._sessions.end_all(batch, user.company_id, user.id, but=keep)
            self._trail.add(batch, user.company_id, author, "user.password_set", f"user:{user.id}")
            return batch, None

        await self._store.attempt(build)

    async def _keep_one(self, batch: WriteBatch, leaving: User) -> None:
        """Make ``batch`` depend on another super user who stays one; raises ``LastSuperUser``.

        Two super users who remove each other at once both depend on the other's document, so one of them loses.
        """
        after = None
        while True:
            page = await self._store[USERS].of(leaving.company_id).find(eq={"role": Role.SUPER_USER}, after=after)
            for other in page.items:
                if other.id != leaving.id and counts(other):
                    batch.require(USERS, leaving.company_id, other.id, rev=other.rev)
                    return
            if page.next is None:
                raise LastSuperUser("This is the company's last super user.")
            after = page.next

    @staticmethod
    def _below(by: Role, role: Role) -> None:
        if role.rank < by.rank:
            raise AboveYou(f"The role {role.value} is above yours.")


def counts(user: User) -> bool:
    """Tell whether somebody is a super user who can act as one."""
    return user.role is Role.SUPER_USER and user.disabled_at is None


def changed_user(user: User, change: UserChange, now: datetime) -> User:
    """Return ``user`` with the change."""
    update: dict[str, Any] = {}
    if change.name is not None:
        update["name"] = change.name
    if change.role is not None:
        update["role"] = change.role
    if change.disabled is not None and change.disabled != (user.disabled_at is not None):
        update["disabled_at"] = now if change.disabled else None
    return user.model_copy(update=update)


def difference(before: User, after: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what differs between two states of a user, as the trail shows it."""
    one, other = user_view(before), user_view(after)
    names = [name for name in one if one[name] != other[name]]
    return {name: one[name] for name in names}, {name: other[name] for name in names}
