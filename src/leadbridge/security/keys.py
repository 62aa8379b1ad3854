"""Key providers: who holds the master key that wraps the data keys, and what each needs to start.

A provider for a cloud key service is one more class with these four members: ``key_id`` is the name of its key,
``wrap`` and ``unwrap`` are its encrypt and decrypt calls, and ``context`` its associated data, where it takes some.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leadbridge.kit.errors import StartRefused
from leadbridge.security.errors import MasterKeyMissing
from leadbridge.security.hashing import RandomBytes

KEY_BYTES = 32
NONCE_BYTES = 12
log = structlog.get_logger("leadbridge.security")
_MAX_FILE_BYTES = 1024
_NEW_KEY = "head -c 32 /dev/urandom | base64"


class KeyProvider(Protocol):
    """Whoever holds a master key. The key itself never leaves it."""

    @property
    def key_id(self) -> str:
        """Name the master key that wraps now; stored beside every data key that it wrapped."""
        ...

    async def ready(self, *, new_store: bool) -> None:
        """Get the master key at start; raises ``StartRefused``. Only for a ``new_store`` may one be made."""
        ...

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        """Return ``key`` encrypted by the master key and bound to ``context``."""
        ...

    async def unwrap(self, wrapped: bytes, key_id: str, context: bytes) -> bytes:
        """Return the key in ``wrapped``; raises ``MasterKeyMissing`` where this provider cannot."""
        ...


class LocalKeyProvider:
    """A master key in this process's memory: AES-256-GCM with a random nonce, ``context`` as associated data."""

    def __init__(self, key: bytes, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes")
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes
        self._key_id = "local:" + hashlib.sha256(b"leadbridge/master key id\0" + key).hexdigest()[:16]

    @property
    def key_id(self) -> str:
        """Name the master key by a part of its hash, so that a wrong one is noticed before anything is tried."""
        return self._key_id

    async def ready(self, *, new_store: bool) -> None:
        return None

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = self._random_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, context)

    async def unwrap(self, wrapped: bytes, key_id: str, context: bytes) -> bytes:
        if key_id != self._key_id:
            raise MasterKeyMissing(f"The data key was wrapped by master key {key_id}; this hub has {self._key_id}.")
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except (InvalidTag, ValueError):
            raise MasterKeyMissing(
                f"A data key does not open with master key {key_id}, though it was wrapped by it: it was changed.",
                hint="Restore the store from a backup.",
            ) from None


class FileKeyProvider:
    """Master keys in a file readable by the user the hub runs as and nobody else: each 32 bytes, one line of base64.

    The first wraps; the others only open, while a rotation of the master key is under way. A changed file is noticed
    before anything is wrapped, and when a key is met that is not known. With ``create`` a missing file is made, whole
    or not at all: of two processes that start at once, one makes it and the other reads it. Raises ``StartRefused`` for
    a file that is missing, unreadable, open to others or malformed.
    """

    def __init__(self, path: Path, *, create: bool, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self.path = path
        self._random_bytes = random_bytes
        if create and not os.path.lexists(path):
            _write_new(path, random_bytes(KEY_BYTES))
        self._load()

    async def ready(self, *, new_store: bool) -> None:
        return None

    @property
    def key_id(self) -> str:
        """Name the master key that wraps now."""
        return self._keys[0].key_id

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        self._look_again()
        return await self._keys[0].wrap(key, context)

    async def unwrap(self, wrapped: bytes, key_id: str, context: bytes) -> bytes:
        if key_id not in {key.key_id for key in self._keys}:
            self._look_again()
        keeper = next((key for key in self._keys if key.key_id == key_id), self._keys[0])
        return await keeper.unwrap(wrapped, key_id, context)

    def _load(self) -> None:
        stamp = _stamp(self.path)  # before reading: a change in between is then seen the next time
        self._keys = [LocalKeyProvider(key, self._random_bytes) for key in read_master_keys(self.path)]
        self._read_at = stamp

    def _look_again(self) -> None:
        """Take over a changed file; where it is gone or malformed just now, go on with the keys that are known."""
        if _stamp(self.path) != self._read_at:
            try:
                self._load()
            except StartRefused as error:
                log.warning("master_key_file_unusable", reason=error.message)


class StoredKeyProvider:
    """The master key file of a store: opened when the store has been, made only where that holds no data key yet.

    A file that is lost must not be replaced by a new one, which opens nothing and hides what has happened.
    """

    def __init__(self, path: Path, random_bytes: RandomBytes = secrets.token_bytes) -> None:
        self.path = path
        self._random_bytes = random_bytes
        self._opened: FileKeyProvider | None = None

    @property
    def key_id(self) -> str:
        return self._key.key_id

    async def ready(self, *, new_store: bool) -> None:
        self._opened = FileKeyProvider(self.path, create=new_store, random_bytes=self._random_bytes)

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        return await self._key.wrap(key, context)

    async def unwrap(self, wrapped: bytes, key_id: str, context: bytes) -> bytes:
        return await self._key.unwrap(wrapped, key_id, context)

    @property
    def _key(self) -> FileKeyProvider:
        if self._opened is None:
            raise MasterKeyMissing("The hub has not started: its master key is not read yet.")
        return self._opened


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def replace_master_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Put ``keys`` in the place of what the file holds, whole or not at all; raises ``StartRefused``."""
    _draft(path, keys, lambda draft: draft.replace(path))


def _write_new(path: Path, key: bytes) -> None:
    def put(draft: Path) -> None:
        try:
            with contextlib.suppress(FileExistsError):  # another process was first: its key is the one
                os.link(draft, path)
        finally:
            draft.unlink()

    _draft(path, [key], put)


def _draft(path: Path, keys: Sequence[bytes], put: Callable[[Path], object]) -> None:
    """Make the file under another name, then ``put`` it in its own place: it is never half written."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)  # whatever the umask took away
            file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        put(draft)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # a key that is gone after a power cut takes every secret with it
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise StartRefused(
            f"The master key file {path} cannot be made: {error.strerror}.",
            hint=f"Make the folder writable, or make the file yourself with mode 0600: {_NEW_KEY}",
        ) from error


def read_master_keys(path: Path) -> tuple[bytes, ...]:
    """Return the keys in a file, the one that wraps first; raises ``StartRefused``."""
    try:
        # not blocking, so that a pipe put in its place cannot hang the start
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise StartRefused(
                    f"The master key file {path} is not a file.",
                    hint="Point LEADBRIDGE_MASTER_KEY_FILE at a regular file.",
                )
            if status.st_mode & 0o077:
                raise StartRefused(
                    f"The master key file {path} can be read by others (mode {stat.S_IMODE(status.st_mode):04o}).",
                    hint=f"Run: chmod 600 {path}",
                )
            text = file.read(_MAX_FILE_BYTES)
    except FileNotFoundError:
        raise StartRefused(
            f"The master key file {path} does not exist.",
            hint=f"Put back the one this store was made with; for a new store make one with mode 0600: {_NEW_KEY}",
        ) from None
    except OSError as error:
        raise StartRefused(
            f"The master key file {path} cannot be read: {error.strerror}.",
            hint="Let the user the hub runs as own it, with mode 0600.",
        ) from error
    keys = [_decoded(line) for line in text.split(b"\n") if line.strip()]
    if not keys or any(len(key) != KEY_BYTES for key in keys) or len(set(keys)) != len(keys):
        raise StartRefused(
            f"The master key file {path} does not hold a key: it must be {KEY_BYTES} bytes as one line of base64.",
            hint=f"Put back the right file; for a new store make one with mode 0600: {_NEW_KEY}",
        )
    return tuple(keys)


def _decoded(line: bytes) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
