"""Choices where Zoho's behaviour is not documented well enough to be sure.

Each is one constant, so that learning the truth is one edit; those that a connector must survive either way are
settings instead. Nothing in a connector should depend on them.
"""

from __future__ import annotations

from typing import Final, Literal

PKCE_HONOURED: Final = True
"""Whether a server-based app that sent a challenge is asked for the verifier."""

FAILED_EXCHANGE_CONSUMES_CODE: Final = False
"""Whether a wrong secret, redirect or verifier uses the code up."""

CLIENT_ERROR_STATUS: Final = 200
"""Status of `invalid_client`, `invalid_client_secret` and `invalid_redirect_uri`; some reports say 400."""

REVOKE_OF_UNKNOWN_TOKEN: Final = (400, {"error": "invalid_token"})
"""Answer to revoking a token that nobody knows."""

SCOPE_TEXT: Final = "invalid oauth scope to access this URL"
"""Message of OAUTH_SCOPE_MISMATCH."""

LIMIT_TEXT: Final = "You have made too many requests. Please try again after some time."
"""Message of TOO_MANY_REQUESTS."""

BLANK_REFUSED: Final = frozenset({"email", "phone", "date", "datetime"})
"""Types for which an empty text is refused; for the others it clears the value, as null does."""

DELETED_FREES_UNIQUE_VALUES: Final = True
"""Whether a unique value of a record in the recycle bin can be used by another."""

UNCHANGED_WRITE_MOVES_MODIFIED: Final = True
"""Whether writing the values that a record already has moves Modified_Time."""

BULK_COST: Final = 50
"""Credits for starting a bulk read."""

UNIQUE_AS_SHOWN: Final = {"casesensitive": "false"}
"""How a field's metadata shows that it is unique; the published schema also has `case_sensitive: false`."""

MERGED_AWAY_TYPE: Final = "permanent"
"""As what the losers of a merge stand in the list of deleted records."""

RESTORE_MOVES_MODIFIED: Final = False
"""Whether a record taken out of the recycle bin gets a new Modified_Time."""

MODULE_CASE_MATTERS: Final = False
"""Whether `/leads` is another module than `/Leads`."""

SAME_KEY_IN_ONE_UPSERT: Final[Literal["updates", "inserts"]] = "updates"
"""What the second of two rows with one key does, in one call, where no record had the key before."""

NOTIFICATION_RETRY_SECONDS: Final = (60, 300, 1800)
"""Waits before the repetitions of a notification that nobody took."""

CHANNEL_POSTED_AGAIN: Final[Literal["replaced", "refused"]] = "replaced"
"""What becomes of a channel whose id is posted once more."""

CHANNEL_ID_AS_NUMBER: Final = False
"""Whether a notification carries channel_id as a number."""
