"""What HubSpot does not document well enough to be sure: one constant each, so that learning the truth is one edit."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

CREATE_LAG: Final = timedelta(seconds=60)
"""How long an unanswered create may stay invisible to look-ups by e-mail."""

INDEX_LAG: Final = timedelta(seconds=30)
"""How far search may be behind. HubSpot says "a few moments"; engineering reports say up to 30 s."""

WALK_OVERLAP: Final = timedelta(seconds=60)
"""How far a walk of changes reaches back behind where the last one ended, for records indexed late."""

ONE_MOMENT_OPERATOR: Final = "BETWEEN"
"""How search is asked for records of exactly one modified time: BETWEEN a time and itself, or EQ."""

ID_SORT: Final = "hs_object_id"
"""What records of one time are walked by: search is taken to compare and sort it as a number."""

HISTORY_BATCH: Final = 50
"""Records that one read with ``propertiesWithHistory`` takes; reads without take 100."""

MERGED_ID_RESOLVES: Final = True
"""Whether reading a merged record's old id answers with the survivor."""

SECONDARY_EMAIL_RESOLVES: Final = True
"""Whether a look-up or upsert by e-mail finds a contact by one of its further addresses."""

FUTURE_TOLERANCE: Final = timedelta(minutes=5)
"""How far ahead of our clock a webhook's timestamp may be; HubSpot names only the limit for the past."""

EVENT_TYPE_KEYS: Final = ("subscriptionType", "eventType")
"""Where an event says what it is about: payloads have the first, a table of the documentation the second."""

GROUPS: Final = {"contacts": "contactinformation", "companies": "companyinformation", "deals": "dealinformation"}
"""The property group that each object's portal is sure to have."""

DEFAULT_PIPELINE: Final = "default"
DEFAULT_STAGE: Final = "appointmentscheduled"
"""The pipeline and first stage that a new portal has. An administrator may have deleted them; creates then fail with
the stage named, until a mapping says another."""
