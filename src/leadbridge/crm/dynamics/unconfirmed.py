"""What Microsoft does not document well enough to be sure: one constant each, to be changed in one place."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

OWN_KEY: Final = "new_leadbridgeid"
"""The column for our id. ``new_`` is the prefix of the default publisher, under which an administrator may add columns
without making a solution first; an organisation that changed its default publisher makes the column by hand."""

OWN_KEY_LENGTH: Final = 100

LANGUAGE: Final = 1033
"""The language of our column's label where the organisation's own cannot be read: English. Whether Dataverse takes a
label in a language that an organisation does not have is not documented, so its own is asked for (``languagecode``)."""

CREATE_LAG: Final = timedelta(seconds=30)
"""How long an unanswered create may stay invisible to look-ups: records are read at once, key caches within 30 s."""

CHANGE_LAG: Final = timedelta(0)
"""How far change tracking may be behind: it is told by version and taken to be current."""

POLL_OVERLAP: Final = timedelta(minutes=2)
"""How far a walk by ``modifiedon``, which has whole seconds, reaches back behind where the last one ended."""

KEY_WAIT_SECONDS: Final = 15.0
"""How long the index of a new alternate key is waited for; a small table takes seconds, and the person who connects
waits too."""

EXPIRED_STATUS: Final = frozenset({400, 404, 410, 412})
"""Statuses that may come with the code of an expired delta link."""

NOT_TRACKED_STATUS: Final = frozenset({400, 403, 405, 501})
"""Statuses of a first tracked read by which a table that is not tracked, or a person who may not, is recognised: their
codes are not documented. Records are then walked by time; where that is refused as well, that refusal is told."""

WRITE_TAG: Final = "leadbridge"
"""What our writes carry as ``?tag=``; webhooks show it among their shared variables, so our own writes are known."""

TAG_VARIABLE: Final = "tag"

CONFLICT_CODES: Final = frozenset({"0x80060882", "0x80060883"})
"""Codes of a record that has another version than the one a write named."""

CALLS: Final = 5400
"""Of the 6,000 calls in five minutes that a user has, what this hub takes: others may work as the same user."""

AT_ONCE: Final = 16
"""Calls of one user under way at once. The limit is 52 or more for each server; Microsoft's samples stay far below."""
