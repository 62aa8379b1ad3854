"""Choices where Make's behaviour is not documented well enough to be sure.

Each is one constant, so that learning the truth is one edit. Nothing that calls Make should depend on them.
"""

from __future__ import annotations

from typing import Final

WRONG_KEY_STATUS: Final = 401
"""Status for a hook with API keys that is called without one of them; it may be 403."""
UNKNOWN_HOOK_STATUS: Final = 404
"""Status at an address that no hook has; it may be 410."""
TOO_LARGE_STATUS: Final = 413
"""Status for a body over the limit; a proxy before Make was seen to answer 502."""
LIMIT_IS_OF_A_HOOK: Final = True
"""Whether the calls in ten seconds are counted for each hook, or for all of them together."""
OFF_KEEPS_QUEUEING: Final = True
"""Whether the hook of a scenario that is switched off goes on taking calls until its queue is full."""
EGRESS_AGENT: Final = "Make/sandbox"
"""User-Agent of the HTTP module."""
