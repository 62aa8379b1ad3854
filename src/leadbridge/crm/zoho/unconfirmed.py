"""What Zoho does not document well enough to be sure: one constant each, so that learning the truth is one edit."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

CREATE_LAG: Final = timedelta(minutes=5)
"""How long an unanswered create may stay invisible to look-ups by a field's value, which go by COQL."""

CHANGE_LAG: Final = timedelta(seconds=5)
"""How far the list of changes stays behind the present, so that no second is walked while it still fills."""

WALK_OVERLAP: Final = timedelta(minutes=5)
"""How far a walk of changes reaches back behind where the last one ended: clocks differ, and some changes come late."""

MODIFIED_SINCE_INCLUSIVE: Final = False
"""Whether ``If-Modified-Since`` gives records of exactly that second. Taken as not: a second earlier is asked for, and
what had been met is left out."""

OWN_KEY_NAME: Final = "Leadbridge_ID"
"""The API name that Zoho makes of the label "Leadbridge ID"; fields are looked up by both."""

CHANNEL_LIFE: Final = timedelta(days=7) - timedelta(minutes=5)
"""The longest life asked for. Zoho allows a week; a time beyond its limit would fall back to one hour."""

RENEW_SHARE: Final = 0.5
"""The part of a channel's life after which it is ordered again."""

TOKEN_THROTTLE: Final = timedelta(seconds=60)
"""How long to stay away from a token endpoint that says "too many requests"; it names no time."""

HEAVY_ROWS: Final = 10
"""Rows beyond which a write counts as a heavy call, of which fewer may be under way at once."""

IDS_AT_ONCE: Final = 100
"""Record ids that one read takes; the documentation names no number."""
