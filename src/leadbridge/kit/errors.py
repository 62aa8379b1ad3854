"""The one error tree.

    LeadbridgeError                what a user is told: code, sentence, hint
    ├── InvalidInput       400     what was sent cannot be used
    ├── Unauthenticated    401     nobody is known to be asking
    ├── Forbidden          403     somebody is, and may not
    ├── NotFound           404     it does not exist, or belongs to another company (the two look alike)
    ├── Refused            409     not in the state this needs
    ├── TooLarge           413     more than is taken in one request
    ├── TooMany            429     too often
    ├── Unexpected         500     a fault of ours
    ├── VendorFailed       502     the other side answered with a failure, or not at all
    ├── Unavailable        503     cannot answer just now; the same request may succeed later
    └── StartRefused       -       settings or surroundings in which the hub will not start

Rooms refine these in their own ``errors.py``. The message says what happened, the hint what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class LeadbridgeError(Exception):
    """Something a user is told about: ``code`` for programs, ``message`` and ``hint`` for people.

    ``details`` is JSON shown beside them; nothing secret may be put in any of the four.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal_error"
    default_hint: ClassVar[str] = ""
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        hint: str | None = None,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = self.default_hint if hint is None else hint
        self.details = dict(details or {})
        self.headers = dict(headers or {})


class InvalidInput(LeadbridgeError):
    """What was sent cannot be used. Nothing was changed; correct it and send it again."""

    status = 400
    default_code = "invalid_input"


class Unauthenticated(LeadbridgeError):
    """The request carries no bearer token that is known here."""

    status = 401
    default_code = "unauthenticated"
    default_hint = "Send a valid token as 'Authorization: Bearer <token>'. 'leadbridge token create' makes one."


class Forbidden(LeadbridgeError):
    """The caller is known and may not do this."""

    status = 403
    default_code = "forbidden"


class NotFound(LeadbridgeError):
    """Nothing with this id exists in the caller's company."""

    status = 404
    default_code = "not_found"
    default_hint = "Check the id; an id of another company is not found either."


class Refused(LeadbridgeError):
    """Not possible in the present state. The hint says what would change it."""

    status = 409
    default_code = "conflict"


class TooLarge(LeadbridgeError):
    """More was sent than one request takes."""

    status = 413
    default_code = "too_large"


class TooMany(LeadbridgeError):
    """Too many requests in too short a time."""

    status = 429
    default_code = "too_many_requests"
    retryable = True


class Unexpected(LeadbridgeError):
    """A fault of the hub itself. It is in the log under the request id."""

    status = 500
    default_code = "internal_error"
    default_hint = "Try again; if it stays, report the request id to whoever runs this hub."


class VendorFailed(LeadbridgeError):
    """The CRM answered with a failure or did not answer."""

    status = 502
    default_code = "vendor_failed"


class Unavailable(LeadbridgeError):
    """The hub cannot answer just now. The same request may succeed later."""

    status = 503
    default_code = "unavailable"
    retryable = True


class StartRefused(LeadbridgeError):
    """The hub will not start in these surroundings. The message names the cause, the hint the cure."""

    default_code = "start_refused"

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
