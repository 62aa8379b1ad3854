"""Choices where HubSpot's behaviour is not documented well enough to be sure.

Each is one constant, so that learning the truth is one edit. Nothing in a connector should depend on them.
"""

from __future__ import annotations

from typing import Final, Literal

PKCE_HONOURED: Final = True
"""Whether a verifier is asked for once a challenge was sent (the token endpoint takes `code_verifier`)."""

FAILED_EXCHANGE_CONSUMES_CODE: Final = False
"""Whether a wrong secret, redirect or verifier uses the code up."""

DENIAL_ERROR: Final = "access_denied"
"""The `error` a refused consent is sent back with."""

DENIAL_DESCRIPTION: Final = "The user denied the request"
"""The `error_description` beside it."""

BAD_CODE_TEXT: Final = "missing or unknown auth code"
"""Message of BAD_AUTH_CODE."""

EXPIRED_CODE_TEXT: Final = "auth code is expired"
"""Message of EXPIRED_AUTH_CODE."""

REVOKE_OF_UNKNOWN_TOKEN: Final = 200
"""Status for revoking a token nobody knows (RFC 7009 asks for 200)."""

DEAD_TOKEN_LOOKUP: Final = 404
"""Status of the old token look-ups (`/oauth/v1/access-tokens/…`, `refresh-tokens/…`) for a dead token."""

UNINSTALLED_TOKEN_CATEGORY: Final = "INVALID_AUTHENTICATION"
"""Category of the 401 for an access token whose app was uninstalled or whose grant was killed."""

NOT_FOUND_CATEGORY: Final = "OBJECT_NOT_FOUND"
"""Category of a 404; answers seen in the wild often have none."""

READ_ONLY_CODE: Final = "READ_ONLY_VALUE"
"""Code for writing a property that cannot be written."""

NUMBER_CODE: Final = "INVALID_INTEGER"
"""Code for a number property given a text that is no number."""

DATE_CODE: Final = "INVALID_DATE"
"""Code for a date or datetime that cannot be read, and for a date that is not midnight UTC."""

BOOLEAN_CODE: Final = "INVALID_BOOLEAN"
"""Code for a bool property given anything but true or false."""

OWNER_CODE: Final = "INVALID_OWNER_ID"
"""Code for an owner id that is not one of the portal's owners."""

UNIQUE_VALUE_CODE: Final = "CONFLICTING_UNIQUE_VALUE"
"""Code, in a 400, for a custom unique property whose value another record has."""

NULL_CLEARS: Final = True
"""Whether writing null clears a value, as writing "" does."""

EMAIL_IS_LOWERED: Final = True
"""Whether e-mail addresses are lower-cased when stored."""

SECONDARY_EMAIL_RESOLVES: Final = True
"""Whether reading by `idProperty=email` finds a record by a secondary address."""

OLD_PRIMARY_BECOMES_SECONDARY: Final = False
"""Whether the old address is kept as a secondary one when the primary is changed."""

DEFAULT_LIFECYCLE_STAGE: Final[str | None] = "lead"
"""The stage a new contact gets when the write names none."""

BACKWARD_LIFECYCLE: Final[Literal["ignored", "refused"]] = "ignored"
"""What happens to a write that would move lifecyclestage back."""

UNCHANGED_WRITE_MOVES_MODIFIED: Final = False
"""Whether writing the values a record already has moves its modified time."""

MERGED_ID_RESOLVES: Final = True
"""Whether reading or writing a merged record's old id reaches the survivor."""

ARCHIVED_RECORD_FREES_UNIQUE_VALUES: Final = True
"""Whether the e-mail of an archived contact can be used by a new one."""

GDPR_BLOCK_CODE: Final = "GDPR_BLACKLISTED_EMAIL"
"""Code, in a 400, for creating a contact with an address erased for privacy (the code imports document)."""

SAME_EMAIL_IN_ONE_CREATE: Final = "Contact already exists"
"""Message of the 409 for a whole create call that has one e-mail twice, trace ids or not."""

MISSING_IN_BATCH_UPDATE_NAMES_TRACE_ID: Final = False
"""Whether the error for unknown ids in a batch update names trace ids too, and not only `context.ids`."""

SEARCH_PAST_CAP_TEXT: Final = "Cannot page past 10000 search results."
"""Message of the 400 for paging beyond a query's 10,000 results."""

NEGATIVE_OPERATORS_MATCH_UNSET: Final = False
"""Whether NEQ, NOT_IN and NOT_CONTAINS_TOKEN match records that have no value."""

REJECTED_CALLS_COUNT: Final = False
"""Whether a call answered 429 uses up the window it was refused by."""

UNKNOWN_TYPE_TEXT: Final = "Unable to infer object type from: {name}"
"""Message of the 400 for an object type that does not exist."""

EMAIL_SHOWS_AS_UNIQUE: Final = True
"""Whether the definition of `email` says `hasUniqueValue`."""

CREATION_SENDS_PROPERTY_CHANGES: Final = True
"""Whether a new record's values are sent as property changes too, beside its creation."""

FIRST_COMPANY_BECOMES_PRIMARY: Final = True
"""Whether a record's first associated company becomes its primary one without being asked."""

ASSOCIATION_TYPE_TEXT: Final = "{source}_to_{target}"
"""How a record read with `associations` names the unlabelled type; labelled ones get a suffix."""

HOOK_BATCH_MIXES_PORTALS: Final = True
"""Whether one delivery may carry events of several accounts."""

HOOK_RETRY_SECONDS: Final = (60, 180, 600, 1800, 3600, 7200, 10_800, 14_400, 18_000, 21_600)
"""Waits before the ten retries of a delivery; HubSpot says "over 24 hours", randomised."""

DAILY_LIMIT_TEXT: Final = "You have reached your daily limit."
"""Message of the 429 of policy DAILY."""

STAGE_CODE: Final = "INVALID_OPTION"
"""Code for a deal stage that is not one of its pipeline's."""
