"""Tickets for event streams: a browser's ``EventSource`` can send no header, and no token may stand in an address.

A ticket opens one stream, once, within thirty seconds. What is stored is its hash, with the company, the user and the
path it was made for; so an address in a log or a browser's history opens nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials

from leadbridge.kit.clock import Clock
from leadbridge.kit.errors import InvalidInput, Unauthenticated
from leadbridge.security.hashing import hash_token, new_token
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.expiry import forget_expired
from leadbridge.tenancy.keys import is_live
from leadbridge.tenancy.model import DIRECTORY, TOKENS, USERS, DirectoryEntry
from leadbridge.web.admission import count
from leadbridge.web.caller import BEARER, Caller, known_caller

TICKET = "stream_ticket"
"""The name of a directory."""
_KEY_MARK = "#"
"""Between a stream's path and the id of an API key; no path of a stream has it."""
LIFETIME = timedelta(seconds=30)
_STREAM = re.compile(r"/api/v1/(?:[A-Za-z0-9._~-]+/)*events\Z")


class TicketRefused(Unauthenticated):
    """The ticket is unknown, used, expired, or for another stream; which of these is not told."""

    default_code = "ticket_refused"
    default_hint = "Ask for a new ticket (POST /api/v1/events/tickets) and open the stream within 30 seconds."


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket just made; ``text`` is shown once and kept nowhere."""

    text: str
    path: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Ticket(path={self.path!r})"


class Tickets:
    """Makes tickets and takes them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def make(self, company_id: str, user_id: str, path: str, key_id: str | None = None) -> Ticket:
        """Return a ticket for the stream at ``path``; raises ``InvalidInput`` for what is no stream's path.

        With ``key_id``, the API key that asked, the ticket can do no more than that key, and ends with it.
        Whether the stream exists is not looked at: opening it tells, and only to its own company.
        """
        if len(path) > 300 or not _STREAM.match(path) or "/../" in path or "/./" in path:
            raise InvalidInput(
                "'path' is not the path of an event stream.",
                code="invalid_stream_path",
                hint="Send the stream's path without host and query, for example /api/v1/runs/<id>/events.",
            )
        text = new_token("lbt_")
        expires_at = self._clock.now() + LIFETIME
        entry = DirectoryEntry(
            id=_key(text),
            what=TICKET,
            company_id=company_id,
            ref=path if key_id is None else f"{path}{_KEY_MARK}{key_id}",
            user_id=user_id,
            expires_at=expires_at,
        )
        await self._store.write(WriteBatch().insert(DIRECTORY, entry))
        return Ticket(text, path, expires_at)

    async def take(self, text: str, path: str, request_id: str) -> Caller:
        """Return who may read the stream at ``path``, and use the ticket up; raises ``TicketRefused``.

        A ticket shown at another stream is used up as well: somebody else has it.
        """
        refused = TicketRefused("The ticket does not open this stream.")
        entry = await self._store[DIRECTORY].across_companies().get(_key(text))
        if entry is None or entry.what != TICKET or entry.user_id is None or entry.expires_at is None:
            raise refused
        used = WriteBatch().delete(DIRECTORY, None, entry.id, rev=entry.rev)
        if not isinstance(await self._store.write(used), Applied):
            raise refused  # somebody else was faster
        opens, _, key_id = entry.ref.partition(_KEY_MARK)
        now = self._clock.now()
        if entry.expires_at <= now or opens != path:
            raise refused
        user = await self._store[USERS].of(entry.company_id).get(entry.user_id)
        if user is None or user.disabled_at is not None:
            raise refused
        key = await self._store[TOKENS].of(entry.company_id).get(key_id) if key_id else None
        if key_id and (key is None or not is_live(key, now)):
            raise refused
        return Caller(user.company_id, user.id, user.role.value, request_id, user, via="ticket", key=key)

    async def sweep(self) -> int:
        """Delete tickets that nobody used; returns how many."""
        return await forget_expired(self._store, TICKET, self._clock.now())


async def stream_caller(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    ticket: Annotated[str | None, Query(max_length=100, description="From POST /api/v1/events/tickets.")] = None,
) -> Caller:
    """Return who reads an event stream: by ticket, else by bearer token. Raises ``Unauthenticated``."""
    if ticket is None:
        caller = await known_caller(request, credentials, None)
    else:
        tickets: Tickets = request.app.state.hub.tickets
        caller = await tickets.take(ticket, request.scope["path"], request.state.request_id)
    await count(request, caller)
    return caller


StreamCallerDep = Annotated[Caller, Depends(stream_caller)]
"""The caller of an event stream's endpoint, counted against the limits."""


def _key(text: str) -> str:
    return f"{TICKET}:{hash_token(text, TICKET)}"
