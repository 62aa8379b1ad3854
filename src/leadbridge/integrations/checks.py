"""The connection test: looks at everything a connection needs and says about each thing whether it is well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from leadbridge.crm.errors import CallFailed
from leadbridge.crm.provider import Check, Provider
from leadbridge.integrations.grants import info_of
from leadbridge.integrations.health import Event
from leadbridge.integrations.keeper import Access
from leadbridge.integrations.model import AccountInfo, Connection, account_key
from leadbridge.integrations.session import ConnectionSession
from leadbridge.integrations.watch import HealthKeeper
from leadbridge.integrations.watching.standing import WEBHOOK
from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import LeadbridgeError

OWN_KEY = "own key"
OPTIONAL = frozenset({OWN_KEY, WEBHOOK})
"""Checks of what makes a connection better; it works without them."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The outcome of a test. ``milliseconds`` is how long it took to learn whom the connection acts as."""

    connection: Connection
    account: AccountInfo
    milliseconds: int
    checks: list[Check]

    @property
    def ok(self) -> bool:
        """Whether the connection works: every check is well, but for what is optional."""
        return all(check.ok for check in self.checks if check.name not in OPTIONAL)


class Tester:
    """Tests connections."""

    def __init__(self, clock: Clock, health: HealthKeeper) -> None:
        self._clock = clock
        self._health = health

    async def test(
        self,
        connection: Connection,
        provider: Provider,
        session: ConnectionSession,
        token: Callable[[], Awaitable[Access]],
        own_key: Callable[[], Awaitable[Check]],
        webhooks: Check,
    ) -> Tested:
        """Ask the vendor about everything; never raises for what it says.

        The token counts as well only when the vendor has accepted it, whatever its age.
        """
        started = self._clock.monotonic()
        account = connection.account
        try:
            access = await token()
            account = info_of(await provider.identify(session, access.secret))
        except LeadbridgeError as error:
            milliseconds = self._since(started)
            return Tested(connection, account, milliseconds, [*await self._refused(error, token), webhooks])
        milliseconds = self._since(started)
        checks = [Check("token", True, f"{provider.name} accepts the access token."), _identity(connection, account)]
        try:
            checks += await provider.check(session)
        except LeadbridgeError as error:
            checks.append(Check("permissions", False, error.message, error.hint))
        checks += [await own_key(), webhooks]
        tested = Tested(connection, account, milliseconds, checks)
        if tested.ok:
            await self._health.note(connection.company_id, connection.id, Event.CHECKS_PASSED)
        return tested

    async def _refused(self, error: LeadbridgeError, token: Callable[[], Awaitable[Access]]) -> list[Check]:
        identity = Check("identity", False, "Not looked at: the CRM did not answer.", error.hint)
        try:
            await token()
        except LeadbridgeError as worse:
            return [Check("token", False, worse.message, worse.hint), identity]
        about_token = isinstance(error, CallFailed) and error.code.startswith("token_")
        known = "The access token has not run out; the CRM could not be asked whether it accepts it."
        return [
            Check("token", not about_token, error.message if about_token else known, error.hint if about_token else ""),
            Check("identity", False, error.message, error.hint),
        ]

    def _since(self, started: float) -> int:
        return round((self._clock.monotonic() - started) * 1000)


def _identity(connection: Connection, account: AccountInfo) -> Check:
    if connection.account_key == account_key(connection.provider, account):
        return Check("identity", True, f"The connection acts as {account.name}.")
    return Check(
        "identity",
        False,
        f"The tokens now belong to {account.name}, not to {connection.account.name}.",
        "Disconnect, and connect the right account.",
    )
