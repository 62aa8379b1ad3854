"""Starts Salesforce's sandbox as a real child process, and steers it.

with SalesforceProcess() as sandbox:
    tokens = sandbox.issue_tokens()
    sandbox.fault("collections.upsert", "lost_after_write")
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.vendor import SandboxError, VendorProcess, token_hash

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "REDIRECT", "VERIFIER", "SalesforceProcess", "SandboxError", "token_hash"]

CLIENT_ID = "3MVG9sandbox.consumer.key.0001"
CLIENT_SECRET = "SANDBOX0SALESFORCE0CONSUMER0SECRET"
REDIRECT = "http://127.0.0.1:8000/api/v1/crm-integration/oauth/callback/salesforce"
VERIFIER = "v" * 64
DATA = "/services/data/v67.0"


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class SalesforceProcess(VendorProcess):
    """Salesforce with its one org and app."""

    vendor = "salesforce"
    default_object = "Lead"

    def issue_tokens(self, *scopes: str) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: `api refresh_token id`, or the scopes given."""
        tokens: dict[str, Any] = self.control("POST", "/tokens", {"scopes": list(scopes)} if scopes else {})
        return tokens

    def consent(self, decision: str = "approve", **params: str) -> tuple[str, dict[str, str]]:
        """Open the consent page, submit its form, and return where it sends the person, with the query.

        Raises SandboxError with the page's text when Salesforce would show a problem instead.
        """
        query = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": "api refresh_token id",
            "state": "state-1",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            **params,
        }
        status, headers, shown = self.request("GET", f"/services/oauth2/authorize?{urlencode(query)}")
        text = shown.decode()
        if status not in (200, 302):
            raise SandboxError(f"{status}: {unescape(re.sub('<[^>]+>', ' ', text))}")
        if status == 200:
            action = re.search(r'<form method="post" action="([^"]+)"', text)
            assert action is not None
            hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
            form = {unescape(name): unescape(value) for name, value in hidden} | {"decision": decision}
            status, headers, _ = self.post_form(unescape(action[1]), form)
            assert status == 302
        back = {name: values[0] for name, values in parse_qs(urlsplit(headers["location"]).query).items()}
        return headers["location"].partition("?")[0], back

    def token(self, **form: str) -> tuple[int, dict[str, Any]]:
        """Call the token endpoint as the default app; return status and JSON."""
        sent = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}
        status, _, body = self.post_form("/services/oauth2/token", sent)
        return status, json.loads(body)

    def connect(self) -> dict[str, Any]:
        """Consent and exchange the code; return the tokens."""
        _, back = self.consent()
        status, tokens = self.token(
            grant_type="authorization_code", code=back["code"], redirect_uri=REDIRECT, code_verifier=VERIFIER
        )
        assert status == 200, tokens
        return tokens

    def refresh(self, refresh_token: str) -> tuple[int, dict[str, Any]]:
        """Present a refresh token; return status and JSON."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def do(self, action: str, **given: Any) -> Any:
        """Order one of the vendor's own control actions."""
        return self.control("POST", f"/do/{action}", given)

    def call(self, method: str, path: str, access_token: str, body: Any = None) -> tuple[int, Any]:
        """Call the REST API below its version; return status and JSON."""
        status, _, answered = self.api(method, f"{DATA}{path}", access_token, body)
        return status, answered

    def query(self, access_token: str, soql: str, *, every: bool = False) -> dict[str, Any]:
        """Return the first page of a query; with `every`, deleted records too."""
        name = "queryAll" if every else "query"
        status, answered = self.call("GET", f"/{name}?{urlencode({'q': soql})}", access_token)
        assert status == 200, answered
        page: dict[str, Any] = answered
        return page
