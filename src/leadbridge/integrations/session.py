"""The authorised way to one vendor account: adds the token, keeps to the stored origins, paces, waits and counts."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.provider import App, Budget, Pace, Provider
from leadbridge.integrations import refusals
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.keeper import Access
from leadbridge.kit.clock import Clock
from leadbridge.kit.retry import backoff
from leadbridge.security.errors import AddressRefused, NotSent, OutcomeLost
from leadbridge.security.origins import check_origin
from leadbridge.security.transport import HttpRequest, HttpResponse, Profile, Transport
from leadbridge.work.budgets import Allowance, Budgets
from leadbridge.work.daily import DEFAULT_SHARE

MAX_THROTTLED = 5
MAX_WAIT_SECONDS = 60.0
"""A call waits this long in all for a vendor that says "slow down"."""
LOCKED_SECONDS = 2.0
"""The first wait for a record that the vendor has locked; HubSpot asks for two seconds at least."""
MAX_REPEATS = 3
"""Repetitions of a call that is safe to repeat."""

TokenSource = Callable[[int | None], Awaitable[Access]]
"""Returns an access token; is given the generation of one that the vendor has just refused, if that is why."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every session of a hub shares."""

    transport: Transport
    budgets: Budgets
    clock: Clock
    rng: random.Random


@dataclass(frozen=True, slots=True)
class Errand:
    """For whom a session calls: whether somebody waits for it, and what must hold right before a call.

    ``before`` is given the seconds that the call may take, and raises where it must not be made any more. A call takes
    at most ``seconds``.
    """

    urgent: bool = True
    before: Callable[[float], Awaitable[None]] | None = None
    seconds: float | None = None


class ConnectionSession:
    """``crm.provider.Session`` over one connection.

    ``heard`` is told of every answer (True: a call went through) and of every fault that says something about the
    connection as a whole.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        *,
        provider: Provider,
        app: App,
        account: str,
        origins: Sequence[str],
        scopes: Sequence[str],
        tokens: TokenSource,
        heard: Callable[[Fault | None], Awaitable[None]] | None = None,
        errand: Errand | None = None,
        day_share: float = DEFAULT_SHARE,
        calls: VendorCalls | None = None,
    ) -> None:
        self._around = surroundings
        self._provider = provider
        self._app = app
        self._account = account
        self._origins = tuple(origins)
        self._scopes = tuple(scopes)
        self._tokens = tokens
        self._heard = heard
        self._errand = errand or Errand()
        self._day_share = day_share
        self._access: Access | None = None
        self._calls = calls or VendorCalls(surroundings.transport, surroundings.clock, provider)
        self.notes = self._calls.notes
        """The calls as the request log will show them."""

    @property
    def calls(self) -> int:
        """How many calls were sent to the vendor."""
        return self._calls.made

    @property
    def app(self) -> App:
        """Our registration at this vendor."""
        return self._app

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the tenant granted."""
        return self._scopes

    async def call(self, request: HttpRequest, pace: Pace | None = None) -> HttpResponse:
        """Send ``request`` and return any answer that is not about the token or the pace.

        A refused token is renewed and the call repeated once. "Slow down" is waited out, at most five times and 60 s in
        all. A request marked ``repeatable`` is repeated after a server error or a lost answer, any request where
        nothing was sent; a write whose answer was lost is not, and raises ``OutcomeLost``. Every other failure raises
        ``CallFailed``, an address outside the connection's origins ``ForeignOrigin``.
        """
        request = replace(request, url=check_origin(request.url, self._origins))
        renewed, throttled, waited, repeats = False, 0, 0.0, 0
        budget = pace or self._provider.pace
        while True:
            try:
                response, gen, told = await self._send(request, budget)
            except (NotSent, OutcomeLost) as error:
                safe = request.repeatable or isinstance(error, NotSent)
                if not safe:
                    raise
                if isinstance(error, AddressRefused) or repeats == MAX_REPEATS:
                    raise CallFailed(refusals.unreachable(self._provider.name, error)) from error
                repeats += 1
                await self._pause(repeats)
                continue
            if gen is not None and self._provider.token_ended(response):
                if renewed:
                    raise await self._fault(refusals.rejected(self._provider.name))
                renewed = True
                self._access = await self._token(gen)
            elif response.status == 429 or told.slow_down:
                if told.day_over:
                    asked = retry_after(response, self._around.clock.now())
                    raise await self._fault(refusals.day_over(self._provider.name, asked))
                throttled += 1
                asked = retry_after(response, self._around.clock.now())
                wait = asked if asked is not None else backoff(throttled, base=2.0, cap=20.0, rng=self._around.rng)
                if throttled == MAX_THROTTLED or waited + wait > MAX_WAIT_SECONDS:
                    raise await self._fault(refusals.slow_down(self._provider.name, asked))
                waited += wait
                await self._told(budget, shut_for=wait)
                await self._around.clock.sleep(wait)
            elif response.status in self._provider.unwritten and repeats < MAX_REPEATS:
                repeats += 1
                await self._around.clock.sleep(LOCKED_SECONDS * repeats)
            elif response.status >= 500 and request.repeatable and repeats < MAX_REPEATS:
                repeats += 1
                await self._pause(repeats)
            else:
                if response.status < 400 and self._heard is not None:
                    await self._heard(None)
                return response

    async def pause(self, seconds: float) -> None:
        """Wait between the given seconds and half as many more, so that callers who met at a lock do not meet again."""
        await self._around.clock.sleep(seconds * (1 + self._around.rng.random() / 2))

    async def _send(self, request: HttpRequest, budget: Pace) -> tuple[HttpResponse, int | None, Budget]:
        """Send once; return the answer, the generation of the token that went along, if one did, and what it tells of
        the account's calls."""
        account = _of(self._account, budget)
        await self._leave_the_day_to_live_work()
        await self._around.budgets.turn(account, _allowance(budget), urgent=self._errand.urgent)
        gen = None
        if request.profile is not Profile.TOKEN:  # a token endpoint gets our client secret, never a bearer
            access = self._access
            if access is None or self._around.clock.now() >= access.renew_at:
                access = self._access = await self._token(None)
            gen = access.gen
            bearer = f"{self._provider.token_scheme} {access.secret.get_secret_value()}"
            request = replace(request, headers={**request.headers, "authorization": bearer})
        if self._errand.seconds is not None:
            shortest = min(request.seconds, self._errand.seconds)
            request = replace(request, timeout=shortest)
        if self._errand.before is not None:
            await self._errand.before(request.seconds)
        async with self._around.budgets.under_way(account, budget.at_once):
            response = await self._calls.send(request)
        told = self._provider.budget(response)
        if told.day_left is not None and told.day_limit:
            await self._around.budgets.daily.told(self._account, left=told.day_left, limit=told.day_limit)
        header = budget.remaining_header
        remaining = response.headers.get(header, "") if header else ""
        if remaining.isdigit():
            await self._told(budget, remaining=int(remaining))
        return response, gen, told

    async def _leave_the_day_to_live_work(self) -> None:
        """Raise ``CallFailed`` for background work where its part of the account's day is used up."""
        if self._errand.urgent:
            return
        used = await self._around.budgets.daily.used(self._account)
        if used is not None and used >= self._day_share:
            raise CallFailed(refusals.share_over(self._provider.name, used, self._day_share))

    async def _token(self, failed_gen: int | None) -> Access:
        return await self._tokens(failed_gen)

    async def _told(self, budget: Pace, *, remaining: int | None = None, shut_for: float | None = None) -> None:
        account = _of(self._account, budget)
        await self._around.budgets.told(account, _allowance(budget), remaining=remaining, shut_for=shut_for)

    async def _pause(self, attempt: int) -> None:
        await self._around.clock.sleep(backoff(attempt, base=0.5, cap=8.0, rng=self._around.rng))

    async def _fault(self, fault: Fault) -> CallFailed:
        if self._heard is not None:
            await self._heard(fault)
        return CallFailed(fault)


def _of(account: str, budget: Pace) -> str:
    return f"{account}|{budget.name}" if budget.name else account


def _allowance(budget: Pace) -> Allowance:
    return Allowance(budget.calls, budget.seconds)


def retry_after(response: HttpResponse, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3), or None without a usable one."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
