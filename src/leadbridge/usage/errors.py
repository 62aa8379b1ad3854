"""What asking for usage, or using too much, is answered with."""

from __future__ import annotations

from leadbridge.kit.errors import TooMany


class QuotaExceeded(TooMany):
    """The company has used up what its limit allows for the day or the month.

    Wait for the next one (``Retry-After`` says when it begins), or have the limit raised.
    """

    default_code = "quota_exceeded"
    default_hint = (
        "Wait until the period ends ('Retry-After' says when), or ask whoever runs this hub for a higher limit."
    )
