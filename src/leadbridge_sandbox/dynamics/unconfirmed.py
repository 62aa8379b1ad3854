"""Choices where Microsoft's behaviour is not documented well enough to be sure.

Each is one constant, so that learning the truth is one edit. Nothing in a connector should depend on them. The columns
and option sets of lead, opportunity and the process tables are unconfirmed as a whole: see their files in `tables/`.
"""

from __future__ import annotations

from typing import Final, Literal

WRONG_SECRET_STATUS: Final = 401
"""Status of invalid_client; every other token error is a 400."""

UNKNOWN_GRANT_CODE: Final = 70000
"""AADSTS number for a code or refresh token that was never given out."""

WRONG_VERIFIER_CODE: Final = 501481
"""AADSTS number for a verifier that does not prove the challenge."""

FAILED_EXCHANGE_CONSUMES_CODE: Final = False
"""Whether a wrong secret, redirect or verifier uses the code up."""

REVOKED_ACCESS_TOKEN_DIES: Final = True
"""Whether access tokens end at once when an administrator revokes (continuous access evaluation), or at their time."""

NOT_A_MEMBER_CODE: Final = "0x80072560"
"""Code of the 403 for a person who is no user of the organisation."""

PRIVILEGE_CODE: Final = "0x80040220"
"""Code of the 403 for a missing privilege."""

NO_SUCH_SEGMENT_STATUS: Final = 404
"""Status for a table that does not exist; a 400 has been seen too."""

VERSION_MISMATCH_CODE: Final = "0x80060882"
"""Code of the 412 for a record that changed since the ETag was read."""

KEY_COLLISION_CODE: Final = "0x80060892"
"""Code of the 412 for an update whose key value another record has. Creates answer 0x80040237."""

DUPLICATE_DETECTED_STATUS: Final = 412
"""Status of a duplicate found by a duplicate detection rule; a documented sample shows 500."""

BAD_VALUE_CODE: Final = "0x80048d19"
"""Code of the 400 for an unknown column or a value of the wrong type."""

OUT_OF_RANGE_CODE: Final = "0x80044330"
"""Code of the 400 for a number outside its column's limits."""

BAD_OPTION_CODE: Final = "0x8004431a"
"""Code of the 400 for a number that is no option of the column."""

LOOKUP_VALUE_CODE: Final = "0x80048d19"
"""Code of the 400 for setting a lookup by its column instead of by its navigation property."""

BAD_STATUS_CODE: Final = "0x80048408"
"""Code of the 400 for a status reason that does not belong to the state."""

INACTIVE_CODE: Final = "0x80048d0b"
"""Code of the 400 for changing a record whose state allows no changes."""

INACTIVE_IS_READ_ONLY: Final = True
"""Whether a record that is not in its first state refuses changes other than of its state."""

READ_ONLY_COLUMNS: Final[Literal["ignored", "refused"]] = "ignored"
"""What happens to a write of a column that cannot be written."""

BAD_QUERY_CODE: Final = "0x80060888"
"""Code of the 400 for a query that cannot be understood."""

TRACKING_OPTION_CODE: Final = "0x80060888"
"""Code of the 400 for a query option that change tracking does not take."""

EXPIRED_DELTA_STATUS: Final = 400
"""Status of 0x80044352, a delta link that is too old."""

ALREADY_QUALIFIED_CODE: Final = "0x80048d0b"
"""Code of the 400 for qualifying a lead that is not open."""

UNKNOWN_CONTENT_ID_CODE: Final = "0x80060888"
"""Code of the 400 for a `$n` in a change set that no earlier part has as its Content-ID."""

PROCESS_STEP_CODE: Final = "0x80060372"
"""Code of the 400 for moving a business process flow by more than one stage."""

PENDING_KEY_CODE: Final = "0x80060891"
"""Code of the 400 for using an alternate key that is not active yet, or that does not exist."""

TEXT_COMPARES_CASE_INSENSITIVELY: Final = True
"""Whether text is compared without regard to case, in filters and in alternate keys."""

GUIDS_ORDER_AS_IN_SQL_SERVER: Final = True
"""Whether ids sort by their last group first, as the database below sorts them, instead of as text."""

ADDRESS_MAX: Final = 32 * 1024
"""Longest path and query of a request, in bytes."""

BATCH_ADDRESS_MAX: Final = 64 * 1024
"""The same inside a batch."""

TOO_LONG_STATUS: Final = 414
"""Status of a request whose address is too long."""

NOT_EQUAL_MATCHES_NO_VALUE: Final = True
"""Whether `ne` a value also finds records that have no value in the column."""

UNCHANGED_UPDATE_MOVES_VERSION: Final = True
"""Whether writing the values a record already has gives it a new version and modified time."""

AFTER_MERGE_LOSER_POINTS_TO_WINNER: Final = True
"""Whether a merged record stays, inactive, with `merged` and `masterid` set."""

HEADER_SECRET_AS_XML: Final = True
"""Whether the secret of authentication types 5 and 6 is XML of settings with name and value, or lines `name=value`."""

KEEP_DELETED_IN_DELTA: Final = True
"""Whether a record that was created and deleted between two delta reads is shown as deleted."""
