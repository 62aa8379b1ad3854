"""Passwords: Argon2id in threads, a few at a time, and what a good password is."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadbridge.kit.errors import Unavailable
from leadbridge.tenancy.errors import WeakPassword

T = TypeVar("T")

MIN_LENGTH = 12
MAX_LENGTH = 256
DIFFERENT = 5
"""Different characters that a password has at least: twelve times the same letter is no password."""
AT_ONCE = 2
"""Hashes under way at once in a process; each takes 64 MiB and about 0.1 s of up to four cores."""
WAITING = 64
"""Sign-ins that wait for their turn; more are refused at once, so that a flood cannot pile up."""


def check_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raise ``WeakPassword`` for what is easily guessed; ``about`` are texts that it must not consist of."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"The password has fewer than {MIN_LENGTH} characters.")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"The password has more than {MAX_LENGTH} characters.", hint="Use a shorter one.")
    if len(set(password)) < DIFFERENT:
        raise WeakPassword("The password repeats a few characters.")
    plain = password.casefold()
    for text in about:
        known = text.casefold().strip()
        if known and plain.replace(known, "") != plain and len(plain.replace(known, "")) < MIN_LENGTH // 2:
            raise WeakPassword("The password is little more than the name or the address of its user.")


def generated_password() -> str:
    """Return a new password of 128 random bits."""
    return secrets.token_urlsafe(16)


class Passwords:
    """Hashes and compares passwords with the library's defaults (RFC 9106's second choice: 64 MiB, 3 passes, 4 lanes).

    An unknown user costs as much as a wrong password: there is always a hash to compare with.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return the stored form of ``password``."""
        return await self._threaded(lambda: self._hasher.hash(password))

    async def matches(self, stored: str | None, password: str) -> bool:
        """Tell whether ``password`` is the one of ``stored``; without ``stored`` the same work is done for nothing."""
        if len(password) > MAX_LENGTH:
            password = password[:MAX_LENGTH] + "\0"  # never equal to one that was stored, and no more work
        against = stored if stored is not None else await self._nobodys()
        return await self._threaded(lambda: self._verify(against, password)) and stored is not None

    def is_dated(self, stored: str) -> bool:
        """Tell whether a hash was made with parameters that are no longer the default."""
        return self._hasher.check_needs_rehash(stored)

    async def _nobodys(self) -> str:
        if self._nobody is None:
            self._nobody = await self.hash(secrets.token_urlsafe(32))
        return self._nobody

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _threaded(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Unavailable(
                "Too many people are signing in at once.", code="sign_in_busy", hint="Try again in a few seconds."
            )
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
