"""Zoho's data centres: which servers exist. A token or our secret goes to no host that is not in this table.

Source: Zoho's documentation of its data centres for CRM. Hosts are compared exactly; nothing is made of a name's parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ENVIRONMENTS: Mapping[str, str] = {"www": "production", "sandbox": "sandbox", "developer": "developer"}
"""The first label of an API host, and what kind of account answers there."""


@dataclass(frozen=True, slots=True)
class DataCentre:
    """One data centre: where tokens are given, and the hosts of its API by kind of account."""

    id: str
    accounts: str
    domain: str

    @property
    def api(self) -> str:
        """The host of the API for production accounts."""
        return f"www.{self.domain}"

    @property
    def apis(self) -> tuple[str, ...]:
        """Every host of the API."""
        return tuple(f"{label}.{self.domain}" for label in ENVIRONMENTS)


CENTRES: Mapping[str, DataCentre] = {
    id: DataCentre(id, accounts, domain)
    for id, accounts, domain in (
        ("us", "accounts.zoho.com", "zohoapis.com"),
        ("eu", "accounts.zoho.eu", "zohoapis.eu"),
        ("in", "accounts.zoho.in", "zohoapis.in"),
        ("au", "accounts.zoho.com.au", "zohoapis.com.au"),
        ("jp", "accounts.zoho.jp", "zohoapis.jp"),
        ("cn", "accounts.zoho.com.cn", "zohoapis.com.cn"),
        ("ca", "accounts.zohocloud.ca", "zohoapis.ca"),
        ("sa", "accounts.zoho.sa", "zohoapis.sa"),
        ("uk", "accounts.zoho.uk", "zohoapis.uk"),
        ("ae", "accounts.zoho.ae", "zohoapis.ae"),
    )
}
ACCOUNTS: Mapping[str, str] = {f"https://{centre.accounts}": centre.id for centre in CENTRES.values()}
"""Origins of token servers, and the data centre of each."""
APIS: Mapping[str, str] = {f"https://{host}": centre.id for centre in CENTRES.values() for host in centre.apis}
"""Origins of the API, and the data centre of each."""


def centre_of(origin: str) -> str | None:
    """Return the data centre that an origin belongs to, or None for a host that is not Zoho's."""
    return ACCOUNTS.get(origin) or APIS.get(origin)
