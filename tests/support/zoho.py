"""Starts Zoho CRM's sandbox as a real child process, and steers it.

with ZohoProcess() as sandbox:
    tokens = sandbox.issue_tokens()
    sandbox.fault("records.upsert", "lost_after_write")
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.vendor import SandboxError, VendorProcess

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "REDIRECT", "SCOPES", "ZGID", "SandboxError", "ZohoProcess"]

ZGID = "20088101"
CLIENT_ID = "1000.SANDBOX00000000000000000000001"
CLIENT_SECRET = "sandbox-zoho-client-secret"
SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.notifications.ALL",
)
REDIRECT = "http://127.0.0.1:8000/api/v1/crm-integration/oauth/callback/zoho"


class ZohoProcess(VendorProcess):
    """Zoho with its one organisation and app. `url` is the data centre `us`, `eu_url` the data centre `eu`."""

    vendor = "zoho"
    default_object = "Leads"

    @property
    def eu_url(self) -> str:
        """Return the address of the data centre `eu`: accounts server and API alike."""
        return f"http://localhost:{urlsplit(self.url).port}"

    def issue_tokens(self, *scopes: str, **more: Any) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: all scopes, or those given; `zgid` names another org."""
        given = {"scopes": list(scopes)} if scopes else {}
        tokens: dict[str, Any] = self.control("POST", "/tokens", given | more)
        return tokens

    def consent(self, decision: str = "approve", **params: str) -> tuple[str, dict[str, str]]:
        """Open the consent page, submit its form, and return where it sends the person, with the query.

        `org` chooses an organisation. Raises SandboxError with the page's text when Zoho would show a problem instead.
        """
        chosen = {"org": params.pop("org")} if "org" in params else {}
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": ",".join(SCOPES),
            "access_type": "offline",
            "prompt": "consent",
            "state": "state-1",
            **params,
        }
        status, _, shown = self.request("GET", f"/oauth/v2/auth?{urlencode(query)}")
        text = shown.decode()
        if status != 200:
            raise SandboxError(f"{status}: {unescape(re.sub('<[^>]+>', ' ', text))}")
        action = re.search(r'<form method="post" action="([^"]+)"', text)
        assert action is not None
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
        form = {unescape(name): unescape(value) for name, value in hidden} | {"decision": decision} | chosen
        status, headers, answered = self.post_form(unescape(action[1]), form)
        if status != 302:
            raise SandboxError(f"{status}: {unescape(re.sub('<[^>]+>', ' ', answered.decode()))}")
        target = urlsplit(headers["location"])
        back = {name: values[0] for name, values in parse_qs(target.query).items()}
        return headers["location"].partition("?")[0], back

    def token(self, *, host: str = "", **form: str) -> tuple[int, dict[str, Any]]:
        """Call the token endpoint as the default app, of another data centre by its `host`; return status and JSON."""
        sent = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | ({"Host": host} if host else {})
        status, _, body = self.request("POST", "/oauth/v2/token", urlencode(sent).encode(), headers)
        return status, json.loads(body)

    def crm(
        self, method: str, path: str, access_token: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        """Call the CRM API below `/crm/v8`; return status, headers and JSON, None without a body.

        Headers are given by name with `_` for `-`.
        """
        sent = {"Authorization": f"Zoho-oauthtoken {access_token}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = None if body is None else json.dumps(body).encode()
        status, named, answered = self.request(method, f"/crm/v8{path}", raw, sent)
        return status, named, json.loads(answered) if answered else None
