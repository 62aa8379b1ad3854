"""What can be wrong with erasing, exporting, backing up and restoring."""

from __future__ import annotations

from leadbridge.kit.errors import InvalidInput, NotFound, Refused


class WhomToErase(InvalidInput):
    """An erasure names neither a record nor an e-mail address, or both."""

    default_code = "erasure_of_whom"
    default_hint = "Send either leadId or email."


class ErasureNotFound(NotFound):
    """No erasure of the caller's company has this id."""

    default_code = "erasure_not_found"


class JournalUnusable(Refused):
    """The erasure journal cannot be written or read. Nothing was erased."""

    default_code = "erasure_journal_unusable"
    default_hint = "Make the file named by LEADBRIDGE_ERASURE_JOURNAL writable for the user the hub runs as."


class NotConfirmed(Refused):
    """A command that cannot be taken back was given without its confirmation."""

    default_code = "not_confirmed"


class RestoreRefused(Refused):
    """A backup cannot be restored here. Nothing was changed."""

    default_code = "restore_refused"
