"""What Salesforce does not document well enough to be sure: one constant each, so that the truth is one edit."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

SESSION_SECONDS: Final = 7200
"""How long an access token is taken to live. Salesforce tells no ``expires_in``: the organisation's session time-out
counts (15 minutes to 24 hours, two hours unless changed, sliding on use). A 401 before that renews it all the same."""

LATE_COMMIT: Final = timedelta(minutes=10)
"""How far a walk of changes reaches back behind where the last one ended: a record is stamped when its transaction
writes it and seen when that commits, so a long transaction shows a stamp older than others already read."""

INDEX_LAG: Final = timedelta(0)
"""How far queries are behind what was written. They read the database itself."""

CREATE_LAG: Final = timedelta(seconds=60)
"""How long an unanswered create may still be under way; the request itself may run on after its answer was lost."""

REPLICATION_DAYS: Final = 14
"""Days for which ``deleted`` is asked; Salesforce keeps 15, and refuses the whole question beyond."""

URI_BYTES: Final = 12_000
"""Longest address of a query. The documentation allows 16,384 bytes for address and headers together, and the access
token, which is one of them, can be long."""

LOCKED_TRIES: Final = 4
"""Times that rows refused for a locked record are sent again."""

LOCKED_SECONDS: Final = 1.0
"""The first wait for a lock; each further one is twice as long. Salesforce itself waits ten seconds before refusing."""

RETRIEVE_ROWS: Final = 2000
"""Records that one retrieve by id takes."""

OWN_PERMISSIONS: Final = "Leadbridge_Fields"
"""Name of the permission set that makes our field visible. A field made through the API is visible to nobody at first,
and only a profile or permission set shows it."""
