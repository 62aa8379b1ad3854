"""Starts HubSpot's sandbox as a real child process, and steers it.

with SandboxProcess() as sandbox:
    tokens = sandbox.issue_tokens()
    sandbox.fault("objects.batch.create", "lost_after_write")
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.vendor import ROOT, SandboxError, VendorProcess, token_hash

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "REDIRECT", "ROOT", "SCOPES", "SandboxError", "SandboxProcess", "token_hash"]

CLIENT_ID = "5a4db0c8-1ead-4b71-8d6e-000000000001"
CLIENT_SECRET = "sandbox-hubspot-client-secret"
SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
)
REDIRECT = "http://127.0.0.1:8000/api/v1/crm-integration/oauth/callback/hubspot"


class SandboxProcess(VendorProcess):
    """HubSpot with its one portal and app."""

    vendor = "hubspot"
    default_object = "contacts"

    def issue_tokens(self, *scopes: str) -> dict[str, Any]:
        """Return tokens of a new grant without a consent: all scopes, or those given."""
        tokens: dict[str, Any] = self.control("POST", "/tokens", {"scopes": list(scopes)} if scopes else {})
        return tokens

    def consent(self, decision: str = "approve", **params: str) -> tuple[str, dict[str, str]]:
        """Open the consent page, submit its form, and return where it sends the person, with the query.

        Raises SandboxError with the page's text when HubSpot would show a problem instead.
        """
        query = {
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT,
            "scope": " ".join(SCOPES),
            "state": "state-1",
            **params,
        }
        status, _, shown = self.request("GET", f"/oauth/authorize?{urlencode(query)}")
        text = shown.decode()
        if status != 200:
            raise SandboxError(f"{status}: {unescape(re.sub('<[^>]+>', ' ', text))}")
        action = re.search(r'<form method="post" action="([^"]+)"', text)
        assert action is not None
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', text)
        form = {unescape(name): unescape(value) for name, value in hidden} | {"decision": decision}
        status, headers, _ = self.post_form(unescape(action[1]), form)
        assert status == 302
        target = urlsplit(headers["location"])
        back = {name: values[0] for name, values in parse_qs(target.query).items()}
        return headers["location"].partition("?")[0], back

    def token(self, path: str = "/oauth/2026-03/token", **form: str) -> tuple[int, dict[str, Any]]:
        """Call the token endpoint as the default app; return status and JSON."""
        sent = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}
        status, _, body = self.post_form(path, sent)
        return status, json.loads(body)
