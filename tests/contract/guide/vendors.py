"""The vendors' sandboxes as the stage needs them: which exist, where they listen, how a hub is pointed at one."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from tests.support.dynamics import CLIENT_ID as DYNAMICS_CLIENT_ID
from tests.support.dynamics import CLIENT_SECRET as DYNAMICS_CLIENT_SECRET
from tests.support.dynamics import TENANT as DYNAMICS_TENANT
from tests.support.dynamics import DynamicsProcess
from tests.support.salesforce import CLIENT_ID as SALESFORCE_CLIENT_ID
from tests.support.salesforce import CLIENT_SECRET as SALESFORCE_CLIENT_SECRET
from tests.support.salesforce import SalesforceProcess
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess
from tests.support.vendor import VendorProcess
from tests.support.zoho import CLIENT_ID as ZOHO_CLIENT_ID
from tests.support.zoho import CLIENT_SECRET as ZOHO_CLIENT_SECRET
from tests.support.zoho import ZohoProcess

PROVIDERS = ("zoho", "salesforce", "hubspot", "dynamics")


@dataclass(frozen=True)
class Pointer:
    """The variables that make a hub speak to an origin as to the vendor, and the secret of the app it uses."""

    settings: Callable[[str], dict[str, str]]
    app_secret: str
    process: Callable[[], VendorProcess]
    moved: Callable[[VendorProcess, str], None] = lambda _, __: None
    """Tells the sandbox the origin that hubs know it by, where the vendor's own addresses depend on that."""


def _hubspot(origin: str) -> dict[str, str]:
    return {
        "HUBSPOT_CLIENT_ID": CLIENT_ID,
        "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
        "LEADBRIDGE_HUBSPOT_API_URL": origin,
        "LEADBRIDGE_HUBSPOT_AUTHORIZE_URL": f"{origin}/oauth/authorize",
    }


def _zoho(origin: str) -> dict[str, str]:
    return {
        "ZOHO_CLIENT_ID": ZOHO_CLIENT_ID,
        "ZOHO_CLIENT_SECRET": ZOHO_CLIENT_SECRET,
        "LEADBRIDGE_ZOHO_API_URL": origin,
        "LEADBRIDGE_ZOHO_LOGIN_URL": origin,
        "LEADBRIDGE_ZOHO_AUTHORIZE_URL": f"{origin}/oauth/v2/auth",
    }


def _salesforce(origin: str) -> dict[str, str]:
    return {
        "SALESFORCE_CLIENT_ID": SALESFORCE_CLIENT_ID,
        "SALESFORCE_CLIENT_SECRET": SALESFORCE_CLIENT_SECRET,
        "LEADBRIDGE_SALESFORCE_API_URL": origin,
        "LEADBRIDGE_SALESFORCE_LOGIN_URL": origin,
        "LEADBRIDGE_SALESFORCE_AUTHORIZE_URL": f"{origin}/services/oauth2/authorize",
    }


def _dynamics(origin: str) -> dict[str, str]:
    return {
        "DYNAMICS_CLIENT_ID": DYNAMICS_CLIENT_ID,
        "DYNAMICS_CLIENT_SECRET": DYNAMICS_CLIENT_SECRET,
        "DYNAMICS_RESOURCE": origin,
        "LEADBRIDGE_DYNAMICS_LOGIN_URL": f"{origin}/{DYNAMICS_TENANT}",
        "LEADBRIDGE_DYNAMICS_AUTHORIZE_URL": f"{origin}/{DYNAMICS_TENANT}/oauth2/v2.0/authorize",
    }


def _dynamics_is_at(sandbox: VendorProcess, origin: str) -> None:
    sandbox.control("POST", "/accounts", {"url": origin})  # consent is asked for an organisation by its address


# Whoever builds a connector and its sandbox adds the vendor's line.
POINTERS: dict[str, Pointer] = {
    "zoho": Pointer(_zoho, ZOHO_CLIENT_SECRET, ZohoProcess),
    "salesforce": Pointer(_salesforce, SALESFORCE_CLIENT_SECRET, SalesforceProcess),
    "hubspot": Pointer(_hubspot, CLIENT_SECRET, SandboxProcess),
    "dynamics": Pointer(_dynamics, DYNAMICS_CLIENT_SECRET, DynamicsProcess, _dynamics_is_at),
}


class Sandboxes:
    """One sandbox process a vendor, started when first asked for and ended with `stack`."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, VendorProcess] = {}

    def get(self, vendor: str) -> VendorProcess:
        """The vendor's sandbox. Raises tests.support.sandbox.SandboxError when it does not start."""
        if vendor not in self._running:
            self._running[vendor] = self._stack.enter_context(POINTERS[vendor].process())
        return self._running[vendor]
