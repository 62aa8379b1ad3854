"""What can go wrong between the hub and its secrets, and between the hub and the addresses it calls.

    RequestFailed            VendorFailed   a call out of the hub had no usable answer
    ├── NotSent                             nothing reached the other side: repeating is safe
    │   └── AddressRefused                  we do not go there at all: repeating is pointless
    └── OutcomeLost                         it may have been carried out: look before repeating
        ├── TookTooLong                     no whole answer came in time
        └── BodyTooLarge                    it was answered, with more than we take
    ForeignOrigin            VendorFailed   a link leads outside the origins of its connection
    BadAddress               InvalidInput   not a web address we take
    SealBroken               Unexpected     a sealed value does not open
    └── KeyGone                             its data key was deleted
    MasterKeyMissing         Unavailable    the data key was wrapped by another master key

No message here holds a path, a query, a header or a body: any of them may be a secret.
"""

from __future__ import annotations

from typing import ClassVar

from leadbridge.kit.errors import InvalidInput, Unavailable, Unexpected, VendorFailed


class RequestFailed(VendorFailed):
    """A call out of the hub had no usable answer. ``origin`` is where it went, ``reason`` a short fixed word."""

    default_code = "no_answer"
    sentence: ClassVar[str] = "There is no answer from {origin}: {reason}."

    def __init__(self, origin: str, reason: str, *, hint: str | None = None, code: str | None = None) -> None:
        super().__init__(self.sentence.format(origin=origin, reason=reason), code=code, hint=hint)
        self.origin = origin
        self.reason = reason


class NotSent(RequestFailed):
    """Nothing of the request was sent: no name, no connection or no TLS. The same request may be sent again."""

    default_code = "not_sent"
    default_hint = "Nothing was sent. Check the address and the network; it is safe to try again."
    sentence = "{origin} could not be reached: {reason}."
    retryable = True


class AddressRefused(NotSent):
    """The address is not one that the hub calls: not https on port 443, or not on the public internet."""

    default_code = "address_refused"
    default_hint = "Give an https address on port 443 whose name leads to the public internet."
    sentence = "The hub does not call {origin}: {reason}."
    retryable = False


class OutcomeLost(RequestFailed):
    """The request may have been carried out, and no answer says so. Find out before sending it again."""

    default_code = "outcome_lost"
    default_hint = "The request may have been carried out. Look at the other side before it is repeated."
    sentence = "The answer of {origin} was lost: {reason}."


class TookTooLong(OutcomeLost):
    """A connection stood, and the whole answer did not come in time."""


class BodyTooLarge(OutcomeLost):
    """The answer is longer than is taken from such an address, counted after decompression."""

    default_code = "answer_too_large"
    default_hint = "Ask for less at once."
    sentence = "The answer of {origin} was not read to its end: {reason}."


class ForeignOrigin(VendorFailed):
    """A link, usually out of an answer, leads outside the origins stored with the connection; it is not followed."""

    default_code = "foreign_origin"
    default_hint = "No token was sent there. If the account was moved to another address, connect it again."

    def __init__(self, origin: str) -> None:
        super().__init__(f"{origin} is not among the addresses of this connection.")
        self.origin = origin


class BadAddress(InvalidInput):
    """A text is not a web address in the one plain form that is taken. The message says what is wrong with it."""

    default_code = "invalid_url"
    default_hint = "Write it as https://host/path, without user name, spaces or a dot behind the host."


class SealBroken(Unexpected):
    """A sealed value does not open: it was changed, or stands in another place than the one it was sealed for."""

    default_code = "seal_broken"
    default_hint = "The stored value was changed or moved. Enter the secret again (for a CRM: connect again)."


class KeyGone(SealBroken):
    """The data key of a sealed value does not exist, or belongs to another company: nobody can open it any more."""

    default_code = "data_key_gone"
    default_hint = "If the key was not deleted on purpose, restore the store from a backup that still has it."


class MasterKeyMissing(Unavailable):
    """A data key was wrapped by a master key that this hub does not hold."""

    default_code = "master_key_missing"
    default_hint = "Start the hub with the master key file that was in use when the data was stored."
    retryable = False
