"""The host application's tokens: whose they are here, and who is made on first sight."""

from __future__ import annotations

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.security.transport import Transport
from leadbridge.settings import JwtSettings
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.audit import AuditTrail, Author
from leadbridge.tenancy.errors import LastSuperUser, TokenRefused, UserNotFound
from leadbridge.tenancy.jwks import KeySet
from leadbridge.tenancy.jwt import Claims, header_of, secret_key, verify
from leadbridge.tenancy.members import Members, UserChange
from leadbridge.tenancy.model import COMPANIES, DIRECTORY, USERS, Company, DirectoryEntry, Role, User

COMPANY_EXT = "company-ext"


def company_entry(external_id: str) -> str:
    """Return the directory's key for the host application's id of a company."""
    return f"{COMPANY_EXT}:{external_id}"


def external_key(issuer: str, subject: str) -> str:
    """Return the key by which a host application's user is unique in a company."""
    return f"{issuer} {subject}"


class HostTokens:
    """Finds, and where that is switched on makes, the companies and users of a host application."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        settings: JwtSettings,
        transport: Transport,
        members: Members,
        trail: AuditTrail,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._settings = settings
        self._members = members
        self._trail = trail
        self._secret = secret_key(settings.secret.get_secret_value()) if settings.secret is not None else None
        self.keys = KeySet(settings.jwks_url or "", settings.algorithm, transport, clock)

    async def known(self, token: str, author: Author) -> User:
        """Return the user of a token, in the role it tells; raises ``TokenRefused``, ``KeysUnreachable``."""
        header = header_of(token, self._settings.algorithm)
        key = self._secret or await self.keys.key(header.get("kid"))
        claims = verify(token, key, self._settings, self._clock.now())
        user = await self._find(claims)
        if user is None:
            if not self._settings.provision:
                raise TokenRefused(
                    "The token is right, but its company or user is not known here.",
                    code="unknown_host_user",
                    hint="Make them with 'leadbridge company create --external-id' and 'leadbridge user create "
                    "--external-id', or have them made on first sight with LEADBRIDGE_JWT_PROVISION=1.",
                )
            user = await self._provision(claims, author)
        if user.disabled_at is not None:
            raise TokenRefused("The token's user is disabled here.", code="user_disabled", hint="Ask an administrator.")
        if claims.role is not None and claims.role is not user.role:
            await self._follow(user, claims.role, author)
            user = user.model_copy(update={"role": claims.role})
        return user

    async def _find(self, claims: Claims) -> User | None:
        entry = await self._store[DIRECTORY].across_companies().get(company_entry(claims.company))
        if entry is None:
            return None
        users = self._store[USERS].of(entry.company_id)
        found = await users.lookup("external", [external_key(claims.issuer, claims.user)])
        return found[0] if found else None

    async def _provision(self, claims: Claims, author: Author) -> User:
        """Make what is missing. Of several requests that see a company or user first, one makes it."""

        async def build() -> tuple[WriteBatch | None, User]:
            user = await self._find(claims)
            if user is not None:
                return None, user
            batch = WriteBatch()
            entry = await self._store[DIRECTORY].across_companies().get(company_entry(claims.company))
            if entry is None:
                company_id = self._ids()
                add_company(batch, company_id, claims.company, self._clock, claims.company)
                via = Author(None, "jwt", None, author.address, author.user_agent, author.request_id)
                self._trail.add(batch, company_id, via, "company.created", f"company:{company_id}")
            else:
                company_id = entry.company_id
            id = self._ids()
            user = User(
                id=id,
                company_id=company_id,
                email=claims.email,
                external_key=external_key(claims.issuer, claims.user),
                name=claims.name or claims.email or claims.user,
                role=claims.role or Role.MEMBER,
                created_at=self._clock.now(),
                subjects=(id,),
            )
            batch.insert(USERS, user)
            by = Author(id, "jwt", None, author.address, author.user_agent, author.request_id)
            self._trail.add(batch, company_id, by, "user.created", f"user:{id}", after={"role": user.role.value})
            return batch, user

        return await self._store.attempt(build)

    async def _follow(self, user: User, role: Role, author: Author) -> None:
        """Store the role that the host application gives now, so that lists of users show it."""
        by = Author(user.id, "jwt", None, author.address, author.user_agent, author.request_id)
        try:
            await self._members.update(user.company_id, user.id, by, Role.SUPER_USER, UserChange(role=role))
        except (LastSuperUser, UserNotFound):
            return  # the request itself has the token's role; what is stored keeps the company in somebody's hands


def add_company(batch: WriteBatch, company_id: str, name: str, clock: Clock, external_id: str | None = None) -> Company:
    """Put a new company, and the entry of its external id, into ``batch``."""
    company = Company(id=company_id, company_id=company_id, name=name, external_id=external_id, created_at=clock.now())
    batch.insert(COMPANIES, company)
    if external_id is not None:
        entry = DirectoryEntry(id=company_entry(external_id), what=COMPANY_EXT, company_id=company_id, ref=company_id)
        batch.insert(DIRECTORY, entry)
    return company
