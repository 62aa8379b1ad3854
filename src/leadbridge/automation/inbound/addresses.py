"""The addresses at which automations are called: made, shown, looked up, given new secrets, forgotten."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadbridge.automation.inbound.model import ADDRESSES, AUTOMATION_WEBHOOK, InboundAddress
from leadbridge.automation.inbound.verify import PREFIX
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import NotFound
from leadbridge.security.hashing import RandomBytes, hash_token, new_token
from leadbridge.security.secret import Secret
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import MAX_KEYS, Store
from leadbridge.tenancy.model import DIRECTORY, DirectoryEntry

KEY_PREFIX = "lba_"
"""What keys begin with: logs mask whatever looks like one."""
LONGEST_KEY = 100
"""Characters of what may be a key."""
PATH = "/api/v1/webhook/automation/"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class MadeAddress:
    """A new address and its secret, which is shown this once."""

    url: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class AddressView:
    """What people see of an address."""

    url: str
    require_signature: bool
    previous_until: datetime | None
    """Until when the secret before proves a caller as well."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """A new secret, shown this once, and until when the one before holds."""

    secret: Secret
    previous_until: datetime | None


@dataclass(frozen=True, slots=True)
class Opened:
    """An address with the secrets that prove a caller at ``opened_at``, the newest first."""

    address: InboundAddress
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Opened({self.address.id})"

    def valid(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that hold at ``now``."""
        until = self.address.previous_until
        return self.secrets if until is not None and now < until else self.secrets[:1]


class InboundAddresses:
    """Addresses of every company."""

    def __init__(
        self, store: Store, clock: Clock, vault: Vault, public: str, random_bytes: RandomBytes = secrets.token_bytes
    ) -> None:
        self._store, self._clock, self._vault = store, clock, vault
        self._public, self._random_bytes = public, random_bytes

    async def make(self, batch: WriteBatch, company_id: str, automation_id: str) -> MadeAddress:
        """Make ``batch`` store an address for an automation that it makes, and return it with its secret."""
        key, secret = new_token(KEY_PREFIX, self._random_bytes), self._new_secret()
        sealed = await self._vault.seal_all(company_id, ADDRESSES.name, automation_id, {"key": key, "secret": secret})
        hashed = hash_token(key, AUTOMATION_WEBHOOK)
        address = InboundAddress(
            id=automation_id,
            company_id=company_id,
            key_hash=hashed,
            key=sealed["key"],
            secret=sealed["secret"],
            kid=sealed["key"].kid,
            created_at=self._clock.now(),
        )
        entry = DirectoryEntry(
            id=f"{AUTOMATION_WEBHOOK}:{hashed}", what=AUTOMATION_WEBHOOK, company_id=company_id, ref=automation_id
        )
        batch.insert(ADDRESSES, address).insert(DIRECTORY, entry)
        return MadeAddress(self._url(key), Secret(secret))

    async def views(self, company_id: str, automation_ids: Sequence[str]) -> dict[str, AddressView]:
        """Return the addresses of at most 500 automations, by automation, without secrets."""
        found = await self._store[ADDRESSES].of(company_id).get_many(automation_ids[:MAX_KEYS])
        return {
            id: AddressView(
                self._url(await self._vault.open(company_id, ADDRESSES.name, id, "key", address.key)),
                address.require_signature,
                address.previous_until,
            )
            for id, address in found.items()
        }

    async def urls(self, company_id: str, automation_ids: Sequence[str]) -> dict[str, str]:
        """Return the addresses of at most 500 automations as they are called, by automation."""
        return {id: view.url for id, view in (await self.views(company_id, automation_ids)).items()}

    async def rotate(self, company_id: str, automation_id: str, overlap: timedelta) -> Rotated:
        """Give an address a new secret; the one before holds for ``overlap`` more (0: not at all).

        Raises ``NotFound``. Of two rotations within an overlap the first secret ends at once: two hold at most.
        """
        secret = self._new_secret()

        async def build() -> tuple[WriteBatch, datetime | None]:
            here = await self._of(company_id, automation_id)
            until = self._clock.now() + overlap if overlap > timedelta() else None
            plain = {
                "key": await self._vault.open(company_id, ADDRESSES.name, here.id, "key", here.key),
                "secret": secret,
            }
            if until is not None:
                before = await self._vault.open(company_id, ADDRESSES.name, here.id, "secret", here.secret)
                plain["previousSecret"] = before
            sealed = await self._vault.seal_all(company_id, ADDRESSES.name, here.id, plain)
            changed = here.model_copy(
                update={
                    "key": sealed["key"],
                    "secret": sealed["secret"],
                    "previous_secret": sealed.get("previousSecret"),
                    "previous_until": until,
                    "kid": sealed["key"].kid,
                    "rotated_at": self._clock.now(),
                }
            )
            return WriteBatch().replace(ADDRESSES, changed), until

        return Rotated(Secret(secret), await self._store.attempt(build))

    async def require_signature(self, company_id: str, automation_id: str, required: bool) -> None:
        """Say whether the secret in a header is not enough; raises ``NotFound``."""

        async def build() -> tuple[WriteBatch | None, None]:
            here = await self._of(company_id, automation_id)
            if here.require_signature is required:
                return None, None
            return WriteBatch().replace(ADDRESSES, here.model_copy(update={"require_signature": required})), None

        await self._store.attempt(build)

    async def forget(self, batch: WriteBatch, company_id: str, automation_id: str) -> None:
        """Make ``batch`` delete an automation's address with the automation, so that nothing is taken in any more."""
        here = await self._store[ADDRESSES].of(company_id).get(automation_id)
        if here is not None:
            batch.delete(ADDRESSES, company_id, automation_id)
            batch.delete(DIRECTORY, None, f"{AUTOMATION_WEBHOOK}:{here.key_hash}")

    async def found(self, key_hash: str) -> Opened | None:
        """Return the address whose key has this hash, with its secrets; None where there is none."""
        entry = await self._store[DIRECTORY].across_companies().get(f"{AUTOMATION_WEBHOOK}:{key_hash}")
        here = None if entry is None else await self._store[ADDRESSES].of(entry.company_id).get(entry.ref)
        if here is None or here.key_hash != key_hash:
            return None
        fields = {"secret": here.secret, "previousSecret": here.previous_secret}
        opened = [
            await self._vault.open(here.company_id, ADDRESSES.name, here.id, name, sealed)
            for name, sealed in fields.items()
            if sealed is not None
        ]
        return Opened(here, tuple(opened))

    async def _of(self, company_id: str, automation_id: str) -> InboundAddress:
        here = await self._store[ADDRESSES].of(company_id).get(automation_id)
        if here is None:
            raise NotFound("There is no such automation.", code="automation_not_found")
        return here

    def _new_secret(self) -> str:
        return PREFIX + base64.b64encode(self._random_bytes(SECRET_BYTES)).decode()

    def _url(self, key: str) -> str:
        return f"{self._public}{PATH}{key}"
