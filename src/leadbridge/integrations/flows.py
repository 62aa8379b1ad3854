"""What the beginning and the end of an OAuth flow share."""

from __future__ import annotations

from datetime import datetime, timedelta

from leadbridge.integrations.model import OAuthFlow
from leadbridge.tenancy.model import DirectoryEntry

MINUTES = 10
"""How long a consent may take, and how long a pending connection waits for its confirmation."""
LIFETIME = timedelta(minutes=MINUTES)
NONCE = "oauth-nonce"


def cookie_name(flow_id: str) -> str:
    """Return the name of a flow's cookie: each flow has its own, so that two tabs do not disturb each other."""
    return f"leadbridge_oauth_{flow_id}"


def flow_entry(what: str, hashed: str, flow: OAuthFlow, ref: str, expires_at: datetime | None) -> DirectoryEntry:
    """Return the directory entry that leads from a hash to a document of the flow's company."""
    return DirectoryEntry(
        id=f"{what}:{hashed}",
        what=what,
        company_id=flow.company_id,
        ref=ref,
        user_id=flow.user_id,
        expires_at=expires_at,
    )
