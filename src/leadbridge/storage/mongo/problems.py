"""What went wrong with the database, as one sentence of cause and one of cure. Hosts are named, never the address."""

from __future__ import annotations

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from leadbridge.kit.errors import StartRefused, Unavailable

_AUTHENTICATION, _UNAUTHORIZED, _DUPLICATE = 18, 13, 11000


def refused(error: PyMongoError, hosts: str) -> StartRefused:
    """Return why the hub does not start on the database at ``hosts``."""
    cause, cure = _cause_and_cure(error, hosts)
    return StartRefused(cause, hint=cure)


def unavailable(error: PyMongoError, hosts: str) -> Unavailable:
    """Return why a running hub cannot use the database just now."""
    cause, cure = _cause_and_cure(error, hosts)
    return Unavailable(cause, code="store_unavailable", hint=cure)


def is_duplicate(error: PyMongoError) -> bool:
    """Tell whether a write was refused because a unique value is taken."""
    if isinstance(error, BulkWriteError):
        return any(one.get("code") == _DUPLICATE for one in error.details.get("writeErrors", []))
    return isinstance(error, DuplicateKeyError) or getattr(error, "code", None) == _DUPLICATE


def was_surely_refused(error: PyMongoError) -> bool:
    """Tell whether a write outside a transaction surely left nothing behind; otherwise the outcome is unknown."""
    if isinstance(error, ServerSelectionTimeoutError) or error.has_error_label("NoWritesPerformed"):
        return True
    if error.timeout or isinstance(error, ConnectionFailure) or error.has_error_label("RetryableWriteError"):
        return False
    if isinstance(error, BulkWriteError):
        return not error.details.get("writeConcernErrors")
    return isinstance(error, OperationFailure) and type(error).__name__ not in ("WriteConcernError", "WTimeoutError")


def _cause_and_cure(error: PyMongoError, hosts: str) -> tuple[str, str]:
    code = getattr(error, "code", None)
    if code == _AUTHENTICATION:
        return (
            f"The MongoDB server {hosts} refused the user name or the password.",
            "Check both, and authSource, in LEADBRIDGE_DATABASE_URL.",
        )
    if code == _UNAUTHORIZED:
        return (
            f"The user of the MongoDB server {hosts} may not do what the hub needs.",
            "Give it the role readWrite on the hub's database.",
        )
    if isinstance(error, ServerSelectionTimeoutError):
        return (
            f"No MongoDB server that takes writes answers at {hosts}.",
            "Check that it runs, that the host and port (and TLS) are right, and that the replica set has a primary.",
        )
    if isinstance(error, ConnectionFailure) or error.timeout:
        return (
            f"The MongoDB server {hosts} did not answer in time, or the connection broke.",
            "Try again; if it stays, check the server's load, its log and the network between.",
        )
    if isinstance(error, ConfigurationError):
        return ("The options in LEADBRIDGE_DATABASE_URL do not fit together.", "Compare them with MongoDB's manual.")
    if code is not None:
        name = (getattr(error, "details", None) or {}).get("codeName", "")
        return (
            f"The MongoDB server {hosts} answered with error {code} {name}".rstrip() + ".",
            "See the server's log for what was being done.",
        )
    return (f"The MongoDB server {hosts} failed ({type(error).__name__}).", "See the log for what was being done.")
