"""Starts Microsoft's sandbox as a real child process, and steers it.

with DynamicsProcess() as sandbox:
    tokens = sandbox.issue_tokens()
    sandbox.fault("records.create", "lost_after_write")
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tests.support.vendor import SandboxError, VendorProcess

CLIENT_ID = "7d5d2a0e-6a55-4a6e-9d3b-0000000000a1"
CLIENT_SECRET = "sandbox-dynamics-client-secret"
ORGANIZATION_ID = "c2a3f1de-18a5-4c0e-a1d5-0000000000c2"
TENANT_ID = "1e0f7b9c-3b44-4f63-8b1f-0000000000e1"
USER_ID = "a1d9e7c2-2c3d-4b7e-9f44-0000000000a1"
PERSON_ID = "a2e4b6d8-3c5e-4f70-8192-0000000000a2"
"""The other user, as whom `edit`, `do/merge` and `do/qualify` work."""
REDIRECT = "http://127.0.0.1:8000/api/v1/crm-integration/oauth/callback/dynamics"
ROOT = "/api/data/v9.2/"
TENANT = "organizations"


class DynamicsProcess(VendorProcess):
    """Sign-in host and one organisation, both at `url`."""

    vendor = "dynamics"
    default_object = "leads"

    @property
    def other_url(self) -> str:
        """Return the same port by another name: where a second organisation may be."""
        return self.url.replace("127.0.0.1", "localhost")

    def scope(self) -> str:
        """Return the scope of a delegated token for the organisation."""
        return f"{self.url}/user_impersonation offline_access openid profile email"

    def issue_tokens(self, **given: Any) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: organization, person, resource, clientId."""
        tokens: dict[str, Any] = self.control("POST", "/tokens", given)
        return tokens

    def consent(self, decision: str = "approve", tenant: str = TENANT, **params: str) -> tuple[str, dict[str, str]]:
        """Open the consent page, submit its form, and return where it sends the person, with the query.

        Raises SandboxError with the page's text when Microsoft would show a problem instead.
        """
        query = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": self.scope(),
            "state": "state-1",
            **params,
        }
        status, headers, shown = self.request("GET", f"/{tenant}/oauth2/v2.0/authorize?{urlencode(query)}")
        text = shown.decode()
        if status == 200:
            action = re.search(r'<form method="post" action="([^"]+)"', text)
            assert action is not None
            hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
            form = {unescape(name): unescape(value) for name, value in hidden} | {"decision": decision}
            status, headers, _ = self.post_form(unescape(action[1]), form)
        if status != 302:
            raise SandboxError(f"{status}: {unescape(re.sub('<[^>]+>', ' ', text))}")
        target = urlsplit(headers["location"])
        back = {name: values[0] for name, values in parse_qs(target.query).items()}
        return headers["location"].partition("?")[0], back

    def token(self, tenant: str = TENANT, **form: str) -> tuple[int, dict[str, Any]]:
        """Call the token endpoint as the default app; return status and JSON."""
        sent = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}
        status, _, body = self.post_form(f"/{tenant}/oauth2/v2.0/token", sent)
        return status, json.loads(body)

    def web(
        self,
        method: str,
        path: str,
        access_token: str,
        body: Any = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], Any]:
        """Call the Web API below its root; header names take `_` for `-`. Return status, headers and JSON or text."""
        sent = {
            "Authorization": f"Bearer {access_token}",
            "Accept": "application/json",
            "OData-Version": "4.0",
            "Content-Type": "application/json; charset=utf-8",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        whole = path if path.startswith("/") else f"{ROOT}{path}"
        status, named, answered = self.request(method, quote(whole, safe="/?&=$,()'@:%;+*!-._~"), raw, sent)
        if "json" in named.get("content-type", "") and answered:
            return status, named, json.loads(answered)
        return status, named, answered.decode() if answered else None

    def follow(self, link: str, access_token: str, **headers: str) -> tuple[int, dict[str, str], Any]:
        """Get a whole link (`@odata.nextLink`, `@odata.deltaLink`) of this sandbox as it is."""
        sent = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        status, named, answered = self.request("GET", link.removeprefix(self.url), None, sent)
        return status, named, json.loads(answered) if answered else None

    def seed(self, count: int, **given: Any) -> None:
        """Add records that were all modified at one time, in calls that are short on a slow machine too."""
        start = int(given.pop("start", 0))
        for at in range(start, start + count, 2000):
            size = min(2000, start + count - at)
            self.control("POST", "/do/seed", {**given, "count": size, "start": at})

    def add(self, access_token: str, table: str, **values: Any) -> str:
        """Create a record; return its id."""
        status, headers, body = self.web("POST", table, access_token, values)
        assert status == 204, (status, body)
        found = re.search(r"\(([0-9a-f-]{36})\)$", headers["odata-entityid"])
        assert found is not None
        return found[1]
