"""The tenancy room as others see it: companies, users, sign-in, keys, invitations, and the first of each."""

from __future__ import annotations

from dataclasses import dataclass

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import NotFound
from leadbridge.kit.ids import IdSource
from leadbridge.security.transport import Transport
from leadbridge.settings import JwtSettings
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.addresses import join
from leadbridge.tenancy.audit import COMMAND_LINE, AuditTrail
from leadbridge.tenancy.companies import Companies
from leadbridge.tenancy.hosts import HostTokens, add_company, external_key
from leadbridge.tenancy.invitations import INVITATION, Invitations
from leadbridge.tenancy.keys import Keys
from leadbridge.tenancy.members import Members, counts
from leadbridge.tenancy.model import (
    ATTEMPTS,
    DIRECTORY,
    PASSWORDS,
    SESSIONS,
    USERS,
    Company,
    DirectoryEntry,
    Password,
    Role,
    User,
)
from leadbridge.tenancy.passwords import Passwords, generated_password
from leadbridge.tenancy.sessions import SESSION, Sessions
from leadbridge.tenancy.signin import FORGOTTEN_AFTER, SignIn

FIRST = "hub:first-company"
"""The directory entry that exists once the first company was made, so that it is made once."""
FIRST_EMAIL = "admin@localhost"
"""The address with which the first administrator signs in."""
SWEPT_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; it, and the first administrator's ``password``, are shown once and kept nowhere."""

    token: str
    company: Company
    user: User
    password: str | None = None

    def __repr__(self) -> str:
        return f"NewToken(company={self.company.id!r}, user={self.user.id!r})"


class TenancyService:
    """Companies, users, and how they are known."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        *,
        jwt: JwtSettings | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._passwords = Passwords()
        self.trail = AuditTrail(store, clock, ids)
        self.sessions = Sessions(store, clock, ids, self.trail)
        self.keys = Keys(store, clock, ids, self.trail)
        self.members = Members(store, clock, ids, self._passwords, self.sessions, self.keys, self.trail)
        self.invitations = Invitations(store, clock, ids, self.members, self.trail)
        self.companies = Companies(store, clock, ids, self.trail)
        self.sign_in = SignIn(store, clock, self._passwords, self.sessions, self.trail)
        self.hosts: HostTokens | None = None
        self.jwt = jwt
        if jwt is not None and transport is not None:
            self.hosts = HostTokens(store, clock, ids, jwt, transport, self.members, self.trail)

    async def user_of_token(self, token: str) -> User | None:
        """Return the user whom an API key belongs to, or None."""
        known = await self.keys.known(token)
        return None if known is None else known[0]

    async def company(self, company_id: str) -> Company:
        """Return a company; raises ``NotFound``."""
        return await self.companies.one(company_id)

    async def first_company(self) -> Company | None:
        """Return the company that was made when the store was empty, or None."""
        entry = await self._store[DIRECTORY].across_companies().get(FIRST)
        return None if entry is None else await self.company(entry.company_id)

    async def make_first_company(self) -> NewToken | None:
        """Make the first company with its first super user, a token and a password; return None where that was done.

        Several processes may start on an empty store at once: one of them makes it.
        """
        if await self.first_company() is not None:
            return None
        now, company_id, user_id = self._clock.now(), self._ids(), self._ids()
        password = generated_password()
        user = User(
            id=user_id,
            company_id=company_id,
            email=FIRST_EMAIL,
            email_key=FIRST_EMAIL,
            name="First administrator",
            role=Role.SUPER_USER,
            created_at=now,
            subjects=(user_id,),
        )
        hashed = await self._passwords.hash(password)
        batch = WriteBatch()
        company = add_company(batch, company_id, "First company", self._clock)
        batch.insert(USERS, user)
        batch.insert(
            PASSWORDS,
            Password(id=user_id, company_id=company_id, hash=hashed, changed_at=now, subjects=(user_id,)),
        )
        await join(self._store, batch, FIRST_EMAIL, company_id, user_id)
        batch.insert(DIRECTORY, DirectoryEntry(id=FIRST, what="hub", company_id=company_id, ref=company_id))
        made = self.keys.make(batch, user, "first token", created_by=user_id)
        self.trail.add(batch, company_id, COMMAND_LINE, "company.created", f"company:{company_id}")
        applied = isinstance(await self._store.write(batch), Applied)
        return NewToken(made.token, company, user, password) if applied else None

    async def create_token(self, company_id: str, *, name: str, user_id: str | None = None) -> NewToken:
        """Make an API key with all rights of a user (default: the first super user), for whoever runs the hub.

        Raises ``NotFound``.
        """
        company = await self.company(company_id)
        if user_id is not None:
            user: User | None = await self._store[USERS].of(company_id).get(user_id)
        else:
            page = await self._store[USERS].of(company_id).find(eq={"role": Role.SUPER_USER})
            user = next((one for one in page.items if counts(one)), None)
        if user is None:
            raise NotFound("The user does not exist.")
        made = await self.keys.create(user, COMMAND_LINE, name, allowed=())
        return NewToken(made.token, company, user)

    async def create_host_user(self, company_id: str, subject: str, *, name: str, role: Role) -> User:
        """Make a user whom the host application's tokens name by ``subject``; raises ``NotFound``."""
        if self.jwt is None:
            raise NotFound("No host application is set up.", hint="Set the LEADBRIDGE_JWT_ variables first.")
        await self.company(company_id)
        id, key = self._ids(), external_key(self.jwt.issuer, subject)
        known = await self._store[USERS].of(company_id).lookup("external", [key])
        if known:
            return known[0]
        user = User(
            id=id,
            company_id=company_id,
            external_key=key,
            name=name,
            role=role,
            created_at=self._clock.now(),
            subjects=(id,),
        )
        batch = WriteBatch().insert(USERS, user)
        self.trail.add(
            batch, company_id, COMMAND_LINE, "user.created", f"user:{id}", after={"role": role.value, "name": name}
        )
        await self._store.write(batch)
        return user

    async def sweep(self) -> int:
        """Delete sessions, invitations' entries and counts of failures that time has ended; return how many."""
        now, deleted = self._clock.now(), 0
        directory = self._store[DIRECTORY].across_companies()
        for what in (SESSION, INVITATION):
            page = await directory.find(eq={"what": what}, order=["expiresAt"], high=now, limit=SWEPT_AT_ONCE)
            batch = WriteBatch()
            for entry in page.items:
                batch.delete(DIRECTORY, None, entry.id)
                if what == SESSION:
                    batch.delete(SESSIONS, entry.company_id, entry.ref)
            deleted += await self._written(batch)
        old = (
            await self._store[ATTEMPTS]
            .across_companies()
            .find(order=["lastAt"], high=now - FORGOTTEN_AFTER, limit=SWEPT_AT_ONCE)
        )
        batch = WriteBatch()
        for count in old.items:
            batch.delete(ATTEMPTS, None, count.id, rev=count.rev)
        return deleted + await self._written(batch)

    async def _written(self, batch: WriteBatch) -> int:
        if not len(batch):
            return 0
        return len(batch) if isinstance(await self._store.write(batch), Applied) else 0
