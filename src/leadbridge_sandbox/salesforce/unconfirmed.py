"""Choices where Salesforce's behaviour is not documented well enough to be sure.

Each is one constant, so that learning the truth is one edit. Nothing in a connector should depend on them.
"""

from __future__ import annotations

from typing import Final

FAILED_EXCHANGE_CONSUMES_CODE: Final = False
"""Whether a wrong secret, redirect or verifier uses the code up."""

REUSED_CODE_TEXT: Final = "expired authorization code"
"""Description of the `invalid_grant` for a code that was used or has ended."""

WRONG_LOGIN_HOST_TEXT: Final = "authentication failure"
"""Description of the `invalid_grant` for a code or token presented to another login host than the org's."""

PKCE_MISSING_TEXT: Final = "missing required code challenge"
"""Description of the `invalid_request` for a consent without a challenge where the app asks for one."""

REFUSED_CALLS_COUNT: Final = False
"""Whether a call refused by the daily limit counts against it."""

COMPOSITE_COUNTS_EACH_PART: Final = False
"""Whether the parts of `/composite/batch` count one by one against the daily limit."""

SESSION_EXTENDS_FROM_HALF: Final = True
"""Whether a session's end moves only when it is used in the second half of its time."""

COLLECTION_TOO_LARGE_CODE: Final = "EXCEEDED_ID_LIMIT"
"""Code, in a 400, for more than 200 records in one collections call."""

COLLECTION_TOO_LARGE_TEXT: Final = "record limit reached. cannot submit more than 200 records in this request"
"""Message beside it."""

PARSER_ERROR_FAILS_THE_CALL: Final = True
"""Whether a value of the wrong JSON type, or an unknown field, in one row refuses the whole collections call."""

NUMBERS_IN_TEXT_REFUSED: Final = True
"""Whether a JSON number for a text field is a parser error."""

EMAIL_IS_LOWERED: Final = True
"""Whether e-mail addresses are lower-cased when stored."""

TEXT_IS_TRIMMED: Final = True
"""Whether white space around a text is removed when stored."""

UNCHANGED_WRITE_MOVES_MODSTAMP: Final = True
"""Whether writing the values a record already has moves its SystemModstamp."""

DELETED_RECORD_FREES_UNIQUE_VALUES: Final = True
"""Whether the external id of a record in the recycle bin can be given to another one."""

UNDELETE_MOVES_MODSTAMP: Final = True
"""Whether a record that comes back from the recycle bin is met again by its SystemModstamp."""

OWNER_DEFAULTS_TO_CALLER: Final = True
"""Whether a new record without an owner belongs to the user who writes it."""

RETIRED_VERSION_TEXT: Final = "This API version has been retired."
"""Message of the 410 for a retired version."""

CONVERTED_LEAD_TEXT: Final = "cannot reference converted lead"
"""Message of CANNOT_UPDATE_CONVERTED_LEAD."""

WRONG_INSTANCE_STATUS: Final = 401
"""Status, with INVALID_SESSION_ID, for a call to another host than the org's instance."""
