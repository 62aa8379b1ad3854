"""The public keys by which a host application's tokens are checked, fetched through the guarded client and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from joserfc.jwk import Key

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.security.transport import HttpRequest, Profile, Transport
from leadbridge.tenancy.errors import KeysUnreachable, TokenRefused
from leadbridge.tenancy.jwt import usable_key

KEPT_SECONDS = 3600.0
"""Keys are fetched again after so long, so that one the host has withdrawn is not taken for ever."""
STALE_SECONDS = 24 * 3600.0
"""Keys so old are no longer used, even if the host cannot be reached."""
PAUSE_SECONDS = 60.0
"""Between two fetches: tokens with made-up key ids must not turn into requests to the host."""
MAX_KEYS = 50

log = structlog.get_logger("leadbridge.tenancy")


class KeySet:
    """The keys of one issuer."""

    def __init__(self, url: str, algorithm: str, transport: Transport, clock: Clock) -> None:
        self._url = url
        self._algorithm = algorithm
        self._transport = transport
        self._clock = clock
        self._keys: Sequence[tuple[str | None, Key]] = ()
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching = asyncio.Lock()

    async def key(self, kid: str | None) -> Key:
        """Return the key a token names; one that names none is taken where the issuer has a single key.

        Raises ``TokenRefused`` for a key that the issuer has not, ``KeysUnreachable`` where its keys are unknown.
        """
        if self._age() >= KEPT_SECONDS or self._find(kid) is None:
            async with self._fetching:
                if self._may_fetch(kid):
                    await self._fetch()
        if self._age() >= STALE_SECONDS:
            raise KeysUnreachable("The host application's signing keys could not be fetched.")
        found = self._find(kid)
        if found is None:
            raise TokenRefused("The token is signed with a key that its issuer does not publish.")
        return found

    def forget_pause(self) -> None:
        """Let the next unknown key be asked for at once, as whoever changes the host's keys may want."""
        self._tried_at = None

    def _may_fetch(self, kid: str | None) -> bool:
        if self._tried_at is not None and self._clock.monotonic() - self._tried_at < PAUSE_SECONDS:
            return False
        return self._age() >= KEPT_SECONDS or self._find(kid) is None

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock.monotonic() - self._fetched_at

    def _find(self, kid: str | None) -> Key | None:
        if kid is None:
            return self._keys[0][1] if len(self._keys) == 1 else None
        return next((key for id, key in self._keys if id == kid), None)

    async def _fetch(self) -> None:
        self._tried_at = self._clock.monotonic()
        request = HttpRequest(
            "GET", self._url, Profile.TENANT, {"Accept": "application/json"}, timeout=10, repeatable=True
        )
        try:
            answer = await self._transport.send(request)
            listed = answer.json() if answer.status == 200 else None
        except (LeadbridgeError, ValueError) as error:
            log.warning("signing_keys_not_fetched", reason=type(error).__name__)
            return
        entries = listed.get("keys") if isinstance(listed, dict) else None
        if not isinstance(entries, list):
            log.warning("signing_keys_not_fetched", reason="no key set", status=answer.status)
            return
        read = (usable_key(entry, self._algorithm) for entry in entries[:MAX_KEYS])
        self._keys = [one for one in read if one is not None]
        self._fetched_at = self._clock.monotonic()
