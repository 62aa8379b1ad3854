"""Endpoints: making one, changing how it is called, its secrets, and letting go of it. All in batches of their cause.

The address, the signing secret and a Make key are sealed together under one data key, so a change of one seals all of
them again.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from leadbridge.automation.delivery.addresses import Surroundings, check_target, shown_url
from leadbridge.automation.delivery.model import ENDPOINTS, HEALTH, Endpoint, EndpointState, OwnerKind
from leadbridge.kit.clock import Clock
from leadbridge.kit.document import Body
from leadbridge.kit.ids import IdSource
from leadbridge.security.hashing import RandomBytes
from leadbridge.security.model import Sealed
from leadbridge.security.secret import Secret
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store

SECRET_PREFIX = "whsec_"  # noqa: S105  # what every signing secret starts with
SECRET_BYTES = 32
"""A signing secret's random bytes; Standard Webhooks asks for 24 to 64."""
OVERLAP = timedelta(hours=24)
"""How long a replaced secret signs as well, unless another time is asked for."""
MAX_OVERLAP = timedelta(hours=168)
OWNED = 50
"""Endpoints of one owner that are read at once; it has one."""


class EndpointForm(Body):
    """How an endpoint is called; what is absent stays as it is."""

    per_second: Annotated[float, Field(gt=0, le=1000)] | None = None
    concurrency: Annotated[int, Field(ge=1, le=100)] | None = None
    ordered: bool | None = None
    """Whether events of one record are delivered one after the other."""
    schedule: (
        Annotated[tuple[Annotated[float, Field(ge=1, le=86400)], ...], Field(min_length=1, max_length=20)] | None
    ) = None
    """Seconds between tries; null: the standard schedule again."""
    timeout_seconds: Annotated[float, Field(ge=1, le=15)] | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """An endpoint, and its signing secret, which is shown this once."""

    endpoint: Endpoint
    secret: Secret


@dataclass(frozen=True, slots=True)
class Opened:
    """What a call of an endpoint needs. ``secrets`` sign all of them, the newest first."""

    url: Secret
    secrets: tuple[Secret, ...]
    make_api_key: Secret | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """Stands for what is not to be changed."""


KEEP = Keep()


@dataclass(frozen=True, slots=True)
class _Texts:
    """The secret fields of an endpoint, open."""

    values: dict[str, str] = field(repr=False)


class Endpoints:
    """Makes and changes endpoints. What they answer with is other business."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        vault: Vault,
        settings: Surroundings,
        random_bytes: RandomBytes = secrets.token_bytes,
    ) -> None:
        self._store, self._clock, self._ids, self._vault = store, clock, ids, vault
        self._settings, self._random_bytes = settings, random_bytes

    async def of(self, company: str, owner_id: str) -> Endpoint | None:
        """Return the endpoint of an automation or a subscription, or None where it has none."""
        page = await self._store[ENDPOINTS].of(company).find(eq={"ownerId": owner_id}, limit=1)
        return page.items[0] if page.items else None

    async def of_owners(self, company: str, owners: list[str]) -> dict[str, Endpoint]:
        """Return the endpoints of at most 500 owners, by the owner's id."""
        return {one.owner_id: one for one in await self._store[ENDPOINTS].of(company).lookup("owner", owners)}

    async def make_endpoint(
        self,
        batch: WriteBatch,
        company: str,
        owner_kind: OwnerKind,
        owner_id: str,
        url: str,
        *,
        form: EndpointForm | None = None,
        make_api_key: Secret | None = None,
    ) -> Issued:
        """Add a new endpoint to ``batch``; return it with its signing secret.

        Raises ``TargetRefused`` or ``BadAddress`` for an address to which nothing is delivered.
        """
        address, now, id = check_target(url, self._settings), self._clock.now(), self._ids()
        secret = self.new_secret()
        texts = {"url": address.url, "secret": secret}
        if make_api_key is not None:
            texts["makeApiKey"] = make_api_key.reveal()
        endpoint = Endpoint(
            id=id,
            company_id=company,
            owner_kind=owner_kind,
            owner_id=owner_id,
            shown_url=shown_url(address),
            created_at=now,
            updated_at=now,
            **(await self._sealed(company, id, texts)),
            **_settings_of(form),
        )
        batch.insert(ENDPOINTS, endpoint)
        return Issued(endpoint, Secret(secret))

    async def change(
        self,
        batch: WriteBatch,
        endpoint: Endpoint,
        *,
        form: EndpointForm | None = None,
        url: str | Keep = KEEP,
        make_api_key: Secret | Keep | None = KEEP,
    ) -> Endpoint:
        """Add to ``batch`` an endpoint's new settings, address or Make key (None: no key); return it as it will be.

        A new address makes a disabled endpoint active again: what was wrong was the old one. Raises as
        ``make_endpoint`` does.
        """
        update: dict[str, Any] = {**_settings_of(form), "updated_at": self._clock.now()}
        if not isinstance(url, Keep) or not isinstance(make_api_key, Keep):
            texts = await self._texts(endpoint)
            if not isinstance(url, Keep):
                address = check_target(url, self._settings)
                texts.values["url"] = address.url
                update |= {"shown_url": shown_url(address), "state": EndpointState.ACTIVE, "code": None}
            if not isinstance(make_api_key, Keep):
                texts.values.pop("makeApiKey", None)
                update["make_api_key"] = None
                if make_api_key is not None:
                    texts.values["makeApiKey"] = make_api_key.reveal()
            update |= await self._sealed(endpoint.company_id, endpoint.id, texts.values)
        changed = endpoint.model_copy(update=update)
        batch.replace(ENDPOINTS, changed)
        return changed

    async def rotate(self, batch: WriteBatch, endpoint: Endpoint, overlap: timedelta = OVERLAP) -> Issued:
        """Add a new signing secret to ``batch``; the one before signs beside it until ``overlap`` has passed."""
        if not timedelta(0) <= overlap <= MAX_OVERLAP:
            raise ValueError("an overlap is between nothing and seven days")
        texts, secret, now = await self._texts(endpoint), self.new_secret(), self._clock.now()
        before = texts.values.pop("secret")
        texts.values.pop("previousSecret", None)
        texts.values["secret"] = secret
        update: dict[str, Any] = {"previous_secret": None, "previous_until": None, "updated_at": now}
        if overlap:
            texts.values["previousSecret"] = before
            update["previous_until"] = now + overlap
        update |= await self._sealed(endpoint.company_id, endpoint.id, texts.values)
        changed = endpoint.model_copy(update=update)
        batch.replace(ENDPOINTS, changed)
        return Issued(changed, Secret(secret))

    def delete(self, batch: WriteBatch, endpoint: Endpoint) -> None:
        """Add to ``batch`` that an endpoint is gone. What waits for it finds it missing and is cancelled."""
        batch.delete(ENDPOINTS, endpoint.company_id, endpoint.id, rev=endpoint.rev)
        batch.delete(HEALTH, endpoint.company_id, endpoint.id)

    async def open(self, endpoint: Endpoint) -> Opened:
        """Return an endpoint's address and the secrets that sign now; raises ``SealBroken``, ``KeyGone``."""
        values = (await self._texts(endpoint)).values
        signing = [values["secret"]]
        if (previous := values.get("previousSecret")) is not None and signs(endpoint, self._clock.now()):
            signing.append(previous)
        key = values.get("makeApiKey")
        return Opened(
            Secret(values["url"]), tuple(Secret(one) for one in signing), None if key is None else Secret(key)
        )

    def new_secret(self) -> str:
        """Return a signing secret: ``whsec_`` and 32 random bytes in base64, as Standard Webhooks writes them."""
        return SECRET_PREFIX + base64.b64encode(self._random_bytes(SECRET_BYTES)).decode()

    async def _texts(self, endpoint: Endpoint) -> _Texts:
        sealed = {
            "url": endpoint.url,
            "secret": endpoint.secret,
            "previousSecret": endpoint.previous_secret,
            "makeApiKey": endpoint.make_api_key,
        }
        opened: dict[str, str] = {}
        for name, value in sealed.items():
            if value is not None:
                opened[name] = await self._vault.open(endpoint.company_id, ENDPOINTS.name, endpoint.id, name, value)
        return _Texts(opened)

    async def _sealed(self, company: str, id: str, texts: dict[str, str]) -> dict[str, Any]:
        sealed: dict[str, Sealed] = await self._vault.seal_all(company, ENDPOINTS.name, id, texts)
        fields: dict[str, Any] = {_FIELDS[name]: value for name, value in sealed.items()}
        return {**fields, "kid": sealed["url"].kid}


_FIELDS = {"url": "url", "secret": "secret", "previousSecret": "previous_secret", "makeApiKey": "make_api_key"}
"""Where each sealed value stands, by its stored name, which it is bound to."""


def signs(endpoint: Endpoint, now: datetime) -> bool:
    """Tell whether the secret before the current one still signs."""
    return endpoint.previous_until is not None and now < endpoint.previous_until


def _settings_of(form: EndpointForm | None) -> dict[str, Any]:
    if form is None:
        return {}
    given = form.model_dump(exclude_none=True, by_alias=False)
    # the one setting that can be taken back: without a schedule of its own it has the standard one
    return given | ({"schedule": form.schedule} if "schedule" in form.model_fields_set else {})
