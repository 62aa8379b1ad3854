"""The vendors' sandboxes as the stage needs them: which exist, where they listen, how a hub is pointed at one."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.sandbox import Sandbox


def _hubspot(origin: str, client_id: str, client_secret: str) -> dict[str, str]:
    return {
        "HUBSPOT_CLIENT_ID": client_id,
        "HUBSPOT_CLIENT_SECRET": client_secret,
        "LEADBRIDGE_HUBSPOT_API_URL": origin,
        "LEADBRIDGE_HUBSPOT_AUTHORIZE_URL": f"{origin}/oauth/authorize",
    }


PROVIDERS = ("zoho", "salesforce", "hubspot", "dynamics")
# How a hub is pointed at a vendor's sandbox: whoever builds a connector adds its line.
_POINTED: dict[str, Callable[[str, str, str], dict[str, str]]] = {"hubspot": _hubspot}
