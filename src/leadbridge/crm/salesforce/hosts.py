"""Salesforce's hosts: which may be signed in at, and which may be called. Whole labels, never a part of a name.

Source: Salesforce's documentation of My Domain address formats and of its OAuth endpoints.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from leadbridge.kit.errors import InvalidInput
from leadbridge.security.errors import BadAddress
from leadbridge.security.origins import host_matches, parse_address

LOGIN: Mapping[str, str] = {
    "production": "https://login.salesforce.com",
    "sandbox": "https://test.salesforce.com",
}
"""Environment to the host where people without a My Domain sign in."""
INSTANCES = (
    "*.my.salesforce.com",  # also {name}--{sandbox}.sandbox, {name}.develop, {name}.scratch ...
    "*.salesforce.com",  # instances without My Domain, such as na139.salesforce.com
    "*.my.salesforce.mil",
    "*.my.sfcrmproducts.cn",
)
"""Hosts that an organisation's API may be at."""
MY_DOMAINS = ("*.my.salesforce.com", "*.my.salesforce.mil", "*.my.sfcrmproducts.cn")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?(\.(sandbox|develop|scratch|demo|patch|trailblaze|free|stm))?")


def is_instance(url: str, stand_ins: Collection[str] = ()) -> bool:
    """Tell whether an address out of an answer is one of Salesforce's own, by https, or a declared stand-in."""
    try:
        address = parse_address(url)
    except BadAddress:
        return False
    if address.origin in stand_ins:
        return True
    # an address with a port, or one of the sign-in hosts, is no organisation's
    plain = address.origin == f"https://{address.host}" and address.host not in _SIGN_IN
    return plain and any(host_matches(address.host, pattern) for pattern in INSTANCES)


def login_of(environment: str | None, my_domain: str | None, *, stand_ins: Mapping[str, str] | None = None) -> str:
    """Return the origin to sign in at: the My Domain where one is given, else the environment's host.

    ``stand_ins`` has the sandbox's origins in place of those of ``LOGIN``. Raises ``InvalidInput`` for a name that is
    no My Domain and for an environment that is none.
    """
    if my_domain:
        return _my_domain(my_domain.strip().lower(), frozenset((stand_ins or {}).values()))
    known = {**LOGIN, **(stand_ins or {})}
    chosen = known.get((environment or "production").strip().lower())
    if chosen is None:
        raise InvalidInput(
            f"There is no Salesforce environment called {str(environment)[:40]!r}.",
            hint="Send 'environment' as production or sandbox, or name the organisation's My Domain in 'myDomain'.",
        )
    return chosen


def _my_domain(text: str, stand_ins: Collection[str]) -> str:
    wrong = InvalidInput(
        f"{text[:80]!r} is not a Salesforce My Domain.",
        hint="It looks like acme.my.salesforce.com, or acme--dev.sandbox.my.salesforce.com for a sandbox; it is shown "
        "in Salesforce's Setup under My Domain. An address that ends in lightning.force.com is not meant.",
    )
    if "://" not in text and _NAME.fullmatch(text):
        return f"https://{text}.my.salesforce.com"
    try:
        address = parse_address(text if "://" in text else f"https://{text}")
    except BadAddress as error:
        raise wrong from error
    if address.origin in stand_ins:
        return address.origin
    plain = address.origin == f"https://{address.host}"
    if not plain or not any(host_matches(address.host, pattern) for pattern in MY_DOMAINS):
        raise wrong
    return address.origin


_SIGN_IN = frozenset({"login.salesforce.com", "test.salesforce.com", "www.salesforce.com", "help.salesforce.com"})
