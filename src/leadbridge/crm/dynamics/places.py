"""Where an organisation is: its own host, which must be one of Microsoft's, by whole labels.

Source: Microsoft's table of Dataverse regions. Sovereign clouds sign in elsewhere and are not supported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from leadbridge.crm.app import App
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.errors import BadAddress
from leadbridge.security.origins import origin_of, parse_address

OPTION = "organizationUrl"
DISCOVERY = "https://globaldisco.crm.dynamics.com"
"""What the setting of the address is until an operator or a caller names an organisation."""
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.api)?\.crm\d{0,2}\.dynamics\.com")
_HINT = (
    "Send organizationUrl with the address that people open Dynamics at, such as https://contoso.crm4.dynamics.com, "
    "or set DYNAMICS_RESOURCE where all tenants share one organisation."
)


def organization(app: App, text: str) -> str:
    """Return an organisation's address as its tokens name it: without a path and without ``.api``.

    Raises ``InvalidInput`` for a host that is not Microsoft's, unless it is a declared sandbox.
    """
    whole = text.strip() if "://" in text else f"https://{text.strip()}"
    try:
        address = parse_address(whole)
        if app.allows_sandbox(whole):
            return address.origin
    except BadAddress as error:
        raise InvalidInput("organizationUrl cannot be read as a web address.", hint=_HINT) from error
    scheme, _, host = address.origin.partition("://")
    if scheme != "https" or not _HOST.fullmatch(host):
        raise InvalidInput(f"{host[:100]} is not an organisation of Dynamics 365.", hint=_HINT)
    return f"https://{host.replace('.api.crm', '.crm', 1)}"


def locate(app: App, options: Mapping[str, str]) -> App:
    """Return the app at the organisation that a connect is for; raises ``InvalidInput``."""
    if others := sorted(set(options) - {OPTION}):
        raise InvalidInput(f"Dynamics 365 takes no {', '.join(others)}.", hint=_HINT)
    usual = None if origin_of(app.api_url) == DISCOVERY else app.api_url
    named = options.get(OPTION) or usual
    if not named:
        raise InvalidInput("Dynamics 365 needs to know which organisation to connect.", hint=_HINT)
    return app.at(api_url=organization(app, named))
