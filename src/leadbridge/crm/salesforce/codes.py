"""Salesforce's error catalogue: each code's cause, what to do, and whether trying again can help.

Codes are those of the REST API's ``errorCode`` and of a row's ``statusCode``; their names are from Salesforce's WSDL.
``retryable`` means that the very same call can succeed once what the hint says is done, or by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadbridge.crm.errors import Effect


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue."""

    code: str
    cause: str
    hint: str
    retryable: bool = True
    effect: Effect = Effect.NONE


TRY_LATER = "Nothing needs to be done: the same request is worth repeating in a few minutes."
_CORRECT = "Correct the value in the lead, or the field in Salesforce's Setup, and sync the lead again."
_ADMIN = "Ask the Salesforce administrator; the connection's user needs it in a permission set."

_VALUES: Mapping[str, Entry] = {
    "REQUIRED_FIELD_MISSING": Entry(
        "required_missing",
        "A field that Salesforce, or its administrator, requires has no value.",
        "Map a field or a constant to it, or lift the requirement in Setup; then sync again.",
    ),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": Entry(
        "validation_rule",
        "A validation rule of the organisation refuses the record.",
        "Correct the values that the rule speaks of, or exempt the connection's user from the rule; then sync again.",
    ),
    "FIELD_FILTER_VALIDATION_EXCEPTION": Entry(
        "lookup_filter",
        "A lookup filter refuses the record that is pointed at.",
        "Point at a record that the filter lets through, or change the filter.",
    ),
    "INVALID_FIELD": Entry(
        "field_missing",
        "Salesforce has no such field, or hides it from the connection's user by field-level security.",
        "Give the user access to the field in a permission set, or take it out of the mapping.",
        effect=Effect.ATTENTION,
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": Entry(
        "field_read_only",
        "Salesforce sets this field itself, or the connection's user may only read it.",
        "Take the field out of what is written, or give the user edit access to it.",
    ),
    "FIELD_NOT_UPDATABLE": Entry(
        "field_read_only", "The field cannot be changed after creation.", "Take the field out of what is written."
    ),
    "STRING_TOO_LONG": Entry(
        "value_too_long", "The text is longer than the field.", "Shorten the value, or lengthen the field in Setup."
    ),
    "INVALID_EMAIL_ADDRESS": Entry(
        "invalid_email", "Salesforce does not accept the e-mail address.", "Correct the address and sync again."
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": Entry(
        "invalid_option",
        "The value is not one of the picklist's, or not for this record type.",
        "Add the value to the picklist, or map the value to one that exists.",
    ),
    "FIELD_INTEGRITY_EXCEPTION": Entry(
        "invalid_value", "The value does not agree with others, such as a state with its country.", _CORRECT
    ),
    "INVALID_TYPE_ON_FIELD_IN_RECORD": Entry("invalid_value", "The value is of another type than the field.", _CORRECT),
    "JSON_PARSER_ERROR": Entry("invalid_value", "A value cannot be read as what its field holds.", _CORRECT),
    "NUMBER_OUTSIDE_VALID_RANGE": Entry("invalid_number", "The number is too large or too small.", "Correct it."),
    "INVALID_CURRENCY_ISO": Entry("invalid_value", "The organisation does not use this currency.", _CORRECT),
    "INVALID_INET_ADDRESS": Entry("invalid_value", "The text is no internet address.", _CORRECT),
    "INVALID_STATUS": Entry("invalid_option", "The status does not exist, or cannot follow the present one.", _CORRECT),
    "INVALID_DATE_FORMAT": Entry("invalid_date", "Salesforce expects a date as YYYY-MM-DD.", "Correct the value."),
    "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET": Entry("invalid_value", "A character cannot be stored.", _CORRECT),
    "UNSAFE_HTML_CONTENT": Entry("invalid_value", "The text holds HTML that Salesforce does not take.", _CORRECT),
    "TOO_MANY_ENUM_VALUE": Entry("invalid_option", "Too many values were chosen at once.", _CORRECT),
    "INVALID_OWNER": Entry("invalid_owner", "Nobody of this id can own the record.", "Choose an active user or queue."),
    "INACTIVE_OWNER_OR_USER": Entry(
        "invalid_owner", "The owner is not active any more.", "Choose an active owner, or reassign the record."
    ),
    "MALFORMED_ID": Entry("invalid_reference", "An id is not of Salesforce's form.", _CORRECT),
    "INVALID_ID_FIELD": Entry("invalid_reference", "An id is not one of this object's.", _CORRECT),
    "INVALID_CROSS_REFERENCE_KEY": Entry(
        "invalid_reference",
        "A record that is pointed at does not exist, is deleted, or is hidden from the connection's user.",
        "Restore or share that record, or take the field out of the mapping; then sync again.",
    ),
    "INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD": Entry(
        "invalid_reference", "The record that is pointed at is of the wrong kind.", _CORRECT
    ),
    "CANNOT_REPARENT_RECORD": Entry("invalid_reference", "The record's parent cannot be changed.", _CORRECT),
    "CIRCULAR_DEPENDENCY": Entry("invalid_reference", "The record would be above itself.", _CORRECT),
    "INVALID_PERSON_ACCOUNT_OPERATION": Entry(
        "person_account",
        "The contact belongs to a person account, which is written through the account.",
        "Map such people to accounts, or leave them out with a filter.",
        retryable=False,
    ),
}

_RECORDS: Mapping[str, Entry] = {
    "DUPLICATES_DETECTED": Entry(
        "already_exists",
        "A duplicate rule of the organisation takes the record for one that is there already.",
        "Merge the records in Salesforce, or let the rule allow saving for the connection's user; then sync again.",
    ),
    "DUPLICATE_VALUE": Entry(
        "already_exists",
        "Another record has the same value in a unique field.",
        "Correct or merge that record in Salesforce, then sync again.",
    ),
    "DUPLICATE_EXTERNAL_ID": Entry(
        "key_not_unique",
        "Two records have the same external id.",
        "Clear the field in one of them, make the field unique in Setup, and sync again.",
    ),
    "ENTITY_IS_DELETED": Entry(
        "record_not_found",
        "The record was deleted in Salesforce.",
        "Restore it from the recycle bin, or sync the lead again to have it matched anew.",
    ),
    "NOT_FOUND": Entry(
        "record_not_found",
        "The record does not exist, or the connection's user may not see it.",
        "Restore or share it in Salesforce, or sync the lead again to have it matched anew.",
    ),
    "CANNOT_UPDATE_CONVERTED_LEAD": Entry(
        "lead_converted",
        "The lead was converted in Salesforce to a contact, and a converted lead cannot be changed.",
        "Work on with its contact and account; leave converted leads out of the sync with a filter.",
        retryable=False,
    ),
    "ENTITY_IS_LOCKED": Entry(
        "record_in_approval",
        "The record is locked while an approval process runs.",
        "Sync again when the approval has ended.",
    ),
    "ENTITY_IS_ARCHIVED": Entry("record_not_found", "The record was archived.", "Leave it out of the sync."),
    "ENTITY_FAILED_IFLASTMODIFIED_ON_UPDATE": Entry(
        "changed_meanwhile", "The record was changed in Salesforce since it was read.", TRY_LATER
    ),
    "PRECONDITION_FAILED": Entry(
        "changed_meanwhile", "The record was changed in Salesforce since it was read.", TRY_LATER
    ),
    "UNABLE_TO_LOCK_ROW": Entry(
        "record_locked", "Somebody else is changing the record, or its parent, at this moment.", TRY_LATER
    ),
    "RECORD_IN_USE_BY_WORKFLOW": Entry("record_locked", "A workflow is changing the record.", TRY_LATER),
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": Entry(
        "rolled_back", "Another record of the same call failed, and the call was all or nothing.", TRY_LATER
    ),
    "PROCESSING_HALTED": Entry("rolled_back", "Another part of the same call failed.", TRY_LATER),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Entry(
        "automation_failed",
        "A trigger or flow of the organisation failed on the record; its text follows in the message.",
        "Show the message to the Salesforce administrator; sync again when the trigger is corrected.",
    ),
    "CANNOT_EXECUTE_FLOW_TRIGGER": Entry(
        "automation_failed", "A flow failed on the record.", "Show the message to the Salesforce administrator."
    ),
    "FLOW_EXCEPTION": Entry(
        "automation_failed", "A flow failed on the record.", "Show the message to the Salesforce administrator."
    ),
    "CUSTOM_APEX_ERROR": Entry(
        "automation_failed", "Code of the organisation refused the record.", "Show the message to the administrator."
    ),
    "MISSING_ARGUMENT": Entry(
        "vendor_bad_request", "The call lacked something that Salesforce needs.", "Report this: it is a fault of ours.",
        retryable=False,
    ),
}  # fmt: skip

_ACCESS: Mapping[str, Entry] = {
    code: Entry("missing_permission", cause, _ADMIN, effect=Effect.ATTENTION)
    for code, cause in (
        ("INSUFFICIENT_ACCESS", "The connection's user may not do this."),
        ("INSUFFICIENT_ACCESS_OR_READONLY", "The connection's user may not change the record."),
        ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "The connection's user may not use a record pointed at."),
        ("INVALID_TYPE", "The object does not exist, or is hidden from the connection's user."),
        ("INVALID_TYPE_FOR_OPERATION", "The object cannot be used in this way by the connection's user."),
        ("ENTITY_NOT_QUERYABLE", "The object cannot be queried by the connection's user."),
        ("TRANSFER_REQUIRES_READ", "The new owner may not read the record."),
        ("UNAVAILABLE_RECORDTYPE_EXCEPTION", "The connection's user has no record type to create with."),
        ("FUNCTIONALITY_NOT_ENABLED", "The organisation does not have this function switched on."),
        ("PORTAL_NO_ACCESS", "The connection's user is a portal user without this access."),
        ("CLIENT_NOT_ACCESSIBLE_FOR_USER", "The connection's user may not use the API."),
        ("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The password of the connection's user has expired."),
        ("TXN_SECURITY_NO_ACCESS", "A transaction security policy forbids this."),
        ("TXN_SECURITY_END_A_SESSION", "A transaction security policy ended the session."),
        ("TXN_SECURITY_TWO_FA_REQUIRED", "A transaction security policy asks for a second factor."),
        ("TXN_SECURITY_METERING_ERROR", "A transaction security policy could not be evaluated."),
    )
} | {
    "API_DISABLED_FOR_ORG": Entry(
        "api_disabled",
        "The organisation's edition has no API (Professional needs an add-on), or it is switched off.",
        "Ask Salesforce for API access, or connect an organisation that has it.",
        retryable=False,
        effect=Effect.ATTENTION,
    ),
    "API_CURRENTLY_DISABLED": Entry(
        "api_disabled",
        "The API is switched off for the connection's user.",
        "Give the user the permission 'API Enabled'.",
        effect=Effect.ATTENTION,
    ),
    "INVALID_SESSION_ID": Entry(
        "token_expired",
        "Salesforce no longer accepts the access token.",
        "The token is renewed automatically; if this stays, look whether sessions are locked to an address, then "
        "connect Salesforce again.",
    ),
    "INVALID_AUTH_HEADER": Entry(
        "vendor_bad_request", "The access token was sent in a form that Salesforce does not read.",
        "Report this: it is a fault of ours.", retryable=False,
    ),
    "STORAGE_LIMIT_EXCEEDED": Entry(
        "storage_full", "The organisation's data storage is full.",
        "Delete records or buy storage in Salesforce, then sync again.", effect=Effect.ATTENTION,
    ),
    "LICENSE_LIMIT_EXCEEDED": Entry(
        "licence_limit", "The organisation's licences do not allow more.",
        "Ask the Salesforce administrator.", effect=Effect.ATTENTION,
    ),
}  # fmt: skip

_TROUBLE: Mapping[str, Entry] = {
    code: Entry("vendor_unavailable", cause, TRY_LATER)
    for code, cause in (
        ("SERVER_UNAVAILABLE", "Salesforce itself has trouble answering."),
        ("UNKNOWN_EXCEPTION", "Salesforce met an error of its own."),
        ("INTERNAL_ERROR", "Salesforce met an error of its own."),
        ("QUERY_TIMEOUT", "The question took Salesforce too long."),
        ("REQUEST_RUNNING_TOO_LONG", "The call took Salesforce too long."),
        ("QUERY_TOO_COMPLICATED", "The question was too much for Salesforce at this moment."),
        ("ORG_IN_MAINTENANCE", "The organisation is under maintenance."),
        ("ORG_LOCKED", "The organisation is locked for a moment."),
        ("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "Nothing can be written during maintenance."),
        ("FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", "A part of Salesforce is switched off for a while."),
        ("TERRITORY_REALIGN_IN_PROGRESS", "Territories are being realigned."),
        ("TOO_MANY_APEX_REQUESTS", "The organisation's own code is at its limit."),
        ("MATCH_SERVICE_UNAVAILABLE_ERROR", "The duplicate rules could not be evaluated."),
        ("MATCH_SERVICE_TIMED_OUT", "The duplicate rules took too long."),
        ("INVALID_QUERY_LOCATOR", "A long answer was given up by Salesforce before it was read to its end."),
        ("EXCEEDED_QUOTA", "A quota of the organisation is used up for now."),
    )
} | {
    "UNSUPPORTED_API_VERSION": Entry(
        "api_version_ended",
        "Salesforce no longer serves this version of its API.",
        "Set LEADBRIDGE_SALESFORCE_API_VERSION to a current one, or upgrade this hub.",
        retryable=False,
        effect=Effect.ATTENTION,
    ),
    "TRIAL_EXPIRED": Entry(
        "account_ended", "The organisation's trial has ended.", "Subscribe at Salesforce, or disconnect.",
        retryable=False, effect=Effect.ATTENTION,
    ),
    "INVALID_REPLICATION_DATE": Entry(
        "too_far_back", "Deletions are asked for from further back than Salesforce keeps them.",
        "The whole list is read instead.",
    ),
    "EXCEEDED_ID_LIMIT": Entry(
        "vendor_too_large", "More records are named than one call takes.", "The call is made in smaller parts."
    ),
    "OPERATION_TOO_LARGE": Entry("vendor_too_large", "The question finds too much at once.", TRY_LATER),
    "REQUEST_LIMIT_EXCEEDED": Entry(
        "rate_limited", "The organisation has used up the calls it allows.", TRY_LATER, effect=Effect.RATE_LIMITED
    ),
}  # fmt: skip

_FAULT_OF_OURS: Mapping[str, Entry] = {
    code: Entry("vendor_bad_request", cause, "Report this: it is a fault of ours.", retryable=False)
    for code, cause in (
        ("MALFORMED_QUERY", "The question is not Salesforce's query language."),
        ("METHOD_NOT_ALLOWED", "The address takes no such call."),
        ("UNSUPPORTED_MEDIA_TYPE", "The call was sent in a form that Salesforce does not read."),
        ("NOT_ACCEPTABLE", "The answer was asked for in a form that Salesforce does not write."),
        ("ILLEGAL_QUERY_PARAMETER_VALUE", "The call's address is not as Salesforce expects."),
        ("INVALID_BATCH_SIZE", "The call holds more than Salesforce takes."),
        ("LIMIT_EXCEEDED", "The call holds more than Salesforce takes."),
        ("MIXED_DML_OPERATION", "The call changes set-up and data at once."),
        ("INVALID_QUERY_FILTER_OPERATOR", "The question compares a field in a way that it does not allow."),
    )
}

BY_CODE: Mapping[str, Entry] = {**_VALUES, **_RECORDS, **_ACCESS, **_TROUBLE, **_FAULT_OF_OURS}
"""Salesforce's code to what it means."""

FAMILIES: tuple[tuple[str, str, Entry], ...] = (
    ("INSUFFICIENT_", "", _ACCESS["INSUFFICIENT_ACCESS"]),
    ("NO_", "_PERMISSION", _ACCESS["INSUFFICIENT_ACCESS"]),
    ("DUPLICATE_", "", _RECORDS["DUPLICATE_VALUE"]),
    ("MATCH_", "", _TROUBLE["MATCH_SERVICE_UNAVAILABLE_ERROR"]),
    ("TXN_SECURITY_", "", _ACCESS["TXN_SECURITY_NO_ACCESS"]),
    ("", "_LIMIT_EXCEEDED", Entry("organisation_limit", "A limit of the organisation is reached.", _ADMIN)),
    ("", "_NOT_ENABLED", _ACCESS["FUNCTIONALITY_NOT_ENABLED"]),
    ("", "_UNAVAILABLE", _TROUBLE["SERVER_UNAVAILABLE"]),
    ("INVALID_", "", Entry("invalid_value", "Salesforce does not accept one of the values.", _CORRECT)),
    ("CANNOT_", "", Entry("not_allowed", "Salesforce does not allow this with the record.", _ADMIN)),
    ("REQUIRED_", "", _VALUES["REQUIRED_FIELD_MISSING"]),
)
"""Beginning and end of a code that has no line of its own, and what such codes mean."""

DAY_OVER = Entry(
    "daily_limit",
    "The organisation has used up the calls that it allows in 24 hours.",
    "Calls go on when older ones are a day past; Salesforce sells a higher limit.",
    effect=Effect.RATE_LIMITED,
)
CONCURRENT = Entry(
    "rate_limited",
    "Too many long calls run at the organisation at once.",
    TRY_LATER,
    effect=Effect.RATE_LIMITED,
)
NOT_FOR_API = Entry(
    "token_unusable",
    "The session was made for something else than the API: the app, its scopes or the user's licence do not allow it.",
    "Check the app's scopes and policies in Salesforce's Setup, then connect again.",
    retryable=False,
    effect=Effect.ATTENTION,
)
SECURITY_HIDDEN = _VALUES["INVALID_FIELD"]

BY_STATUS: Mapping[int, Entry] = {
    300: _RECORDS["DUPLICATE_EXTERNAL_ID"],
    400: Entry("invalid_value", "Salesforce does not accept the call.", _CORRECT),
    401: _ACCESS["INVALID_SESSION_ID"],
    403: _ACCESS["INSUFFICIENT_ACCESS"],
    404: _RECORDS["NOT_FOUND"],
    405: _FAULT_OF_OURS["METHOD_NOT_ALLOWED"],
    409: Entry("record_locked", "Somebody else is changing the same thing.", TRY_LATER),
    410: _TROUBLE["UNSUPPORTED_API_VERSION"],
    412: _RECORDS["PRECONDITION_FAILED"],
    414: Entry(
        "vendor_too_large", "The call's address is too long.", "Report this: it is a fault of ours.", retryable=False
    ),
    415: _FAULT_OF_OURS["UNSUPPORTED_MEDIA_TYPE"],
    431: Entry(
        "vendor_too_large", "The call's headers are too long.", "Report this: it is a fault of ours.", retryable=False
    ),
    429: _TROUBLE["REQUEST_LIMIT_EXCEEDED"],
}
VENDOR_TROUBLE = _TROUBLE["SERVER_UNAVAILABLE"]
WRONG_HOST = Entry(
    "not_the_api",
    "A page came in place of an answer: Salesforce sent on to its sign-in or is under maintenance.",
    "Connect again with the organisation's My Domain; an address of lightning.force.com has no API.",
    effect=Effect.ATTENTION,
)
UNEXPLAINED = Entry(
    "vendor_failed",
    "Salesforce gave an answer that is not documented.",
    "Try again; if it stays, show the vendor's code to Salesforce's support.",
)


def entry_of(code: str, status: int) -> Entry:
    """Return what a code means, or what its family or the status means where it has no line of its own."""
    if found := BY_CODE.get(code):
        return found
    for begins, ends, entry in FAMILIES:
        if code and code.startswith(begins) and code.endswith(ends):
            return entry
    return VENDOR_TROUBLE if status >= 500 else BY_STATUS.get(status, UNEXPLAINED)
