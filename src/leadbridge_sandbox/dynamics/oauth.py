"""The sign-in host: the consent page and its form, the token endpoint, and discovery of organisations."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from .errors import TokenError
from .grants import OIDC, Grants
from .organization import DISCOVERY_RESOURCE, VERSION, App, Dynamics, Organization
from .pages import page

FIELDS = (
    "client_id",
    "response_type",
    "redirect_uri",
    "scope",
    "state",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
)
DELEGATED = "user_impersonation"


class SignIn:
    """The operations of the sign-in host. Each takes a request and its body, and returns a response."""

    def __init__(self, vendor: Dynamics, grants: Grants) -> None:
        self.vendor = vendor
        self.grants = grants

    def authorize(self, request: Request, _: bytes) -> Response:
        """Show the consent page; or what is wrong, on a page with status 400 or back at the app."""
        return self._consent(request, dict(request.query_params), None)

    def decide(self, request: Request, body: bytes) -> Response:
        """Take the consent page's form and send the person back to the app."""
        form = _form(request, body) or {}
        return self._consent(request, form, form.get("decision", ""))

    def _consent(self, request: Request, params: dict[str, str], decision: str | None) -> Response:
        try:
            asked = self._checked(str(request.path_params["tenant"]), params)
        except TokenError as problem:
            return page(
                "problem.html", 400, title="Sorry, but we're having trouble signing you in", problem=problem.text
            )
        if asked.problem:
            return asked.back({"error": asked.problem, "error_description": asked.text})
        if decision is None:
            fields = {name: params[name] for name in FIELDS if name in params}
            return page("consent.html", 200, asked=asked, fields=fields, action=request.url.path)
        if decision != "approve":
            text = "AADSTS65004: User declined to consent to access the app."
            return asked.back({"error": "access_denied", "error_description": text})
        chosen = [one for one in asked.organizations if one.organization_id == params.get("organization")]
        organization = (chosen or asked.organizations)[0]
        challenge = params.get("code_challenge") or None
        code = self.grants.new_code(asked.app, organization, params["scope"], asked.redirect_uri, challenge)
        return asked.back({"code": code, "session_state": self.vendor.world.new_uuid()})

    def _checked(self, tenant: str, params: Mapping[str, str]) -> Asked:
        """Return the request as it may be shown. Raises TokenError for what is said on a page."""
        app = self.vendor.apps.get(params.get("client_id", ""))
        if app is None:
            raise TokenError(700016)
        self._in_tenant(tenant)
        if not app.accepts_redirect(params.get("redirect_uri", "")):
            raise TokenError(50011)
        asked = Asked(app, params["redirect_uri"], params.get("state"), params.get("scope", "").split())
        if params.get("response_type") != "code":
            asked.problem, asked.text = "unsupported_response_type", "AADSTS700051: response_type must be code."
        elif params.get("code_challenge") and params.get("code_challenge_method") != "S256":
            asked.problem, asked.text = "invalid_request", "AADSTS501491: Invalid code challenge method."
        else:
            try:
                self._resource(params.get("scope", ""))
                asked.organizations = self._organizations(tenant, params.get("scope", ""))
            except TokenError as error:
                asked.problem, asked.text = error.error, error.text
        return asked

    def _in_tenant(self, tenant: str) -> list[Organization]:
        """Return the organisations that a tenant in an address may mean. Raises TokenError."""
        every = list(self.vendor.organizations.values())
        if tenant in ("organizations", "common"):
            return every
        found = [one for one in every if tenant in (one.tenant_id, one.tenant_domain)]
        if not found:
            raise TokenError(90002)
        return found

    def _organizations(self, tenant: str, scope: str) -> list[Organization]:
        """Return the organisations that a scope's resource is the address of. Raises TokenError."""
        resource = self._resource(scope)
        here = self._in_tenant(tenant)
        if resource in self._discovery():
            return here
        found = [one for one in here if one in self.vendor.at_url(resource)]
        if not found:
            raise TokenError(500011)
        return found

    def _discovery(self) -> tuple[str, ...]:
        return DISCOVERY_RESOURCE, f"{self.vendor.address}/globaldisco"

    def _resource(self, scope: str) -> str:
        """Return the one resource of a scope. Raises TokenError."""
        names = [name for name in scope.split() if name not in OIDC]
        if not names:
            raise TokenError(28003)
        resources = {name.rpartition("/")[0] for name in names}
        if len(resources) != 1 or not all(name.endswith((f"/{DELEGATED}", "/.default")) for name in names):
            raise TokenError(70011)
        resource = resources.pop()
        if resource.endswith("/"):  # from an address with a slash at its end
            raise TokenError(500011)
        if resource not in self._discovery() and not self.vendor.at_url(resource):
            raise TokenError(500011)
        return resource

    def token(self, request: Request, body: bytes) -> Response:
        """Exchange a code, a refresh token or an app's own secret for tokens."""
        try:
            tokens = self._token(request, body)
        except TokenError as problem:
            world = self.vendor.world
            at = f"{datetime.fromtimestamp(world.clock.now_ms() / 1000, UTC):%Y-%m-%d %H:%M:%SZ}"
            return _json(problem.status, problem.body(world.new_uuid(), world.new_uuid(), at))
        return _json(200, tokens)

    def _token(self, request: Request, body: bytes) -> dict[str, Any]:
        form = _form(request, body)
        if form is None:
            raise TokenError(9002313)
        tenant = str(request.path_params["tenant"])
        self._in_tenant(tenant)
        if "grant_type" not in form or "client_id" not in form:
            raise TokenError(900144)
        app = self.grants.client(form)
        scope = form.get("scope", "")
        resource = self._resource(scope) if scope else None
        if form["grant_type"] == "authorization_code":
            return self.grants.exchange(app, form, resource)
        if form["grant_type"] == "refresh_token":
            return self.grants.refresh(app, form.get("refresh_token", ""), resource)
        if form["grant_type"] == "client_credentials":
            if not scope.endswith("/.default"):
                raise TokenError(70011)
            organization = self._organizations(tenant, scope)[0]
            return self.grants.grant(app, organization, scope, person="app", resource=resource)
        raise TokenError(70003)

    def instances(self, request: Request, body: bytes) -> Response:
        """Answer the organisations of the caller, for a token whose audience is the discovery service."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        principal = self.grants.principal(token.strip()) if scheme.lower() == "bearer" else None
        if (
            principal is None
            or principal.expires_ms <= self.vendor.world.clock.now_ms()
            or principal.resource not in (*self._discovery(), self.vendor.address)
        ):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        tenant = principal.organization.tenant_id
        rows = [self._instance(one) for one in self.vendor.organizations.values() if one.tenant_id == tenant]
        if wanted := request.query_params.get("$select"):
            names = [name.strip() for name in wanted.split(",")]
            rows = [{name: row[name] for name in names if name in row} for row in rows]
        context = f"{DISCOVERY_RESOURCE}/api/discovery/v2.0/$metadata#Instances"
        return _json(200, {"@odata.context": context, "value": rows})

    def _instance(self, one: Organization) -> dict[str, Any]:
        url = self.vendor.url_of(one)
        return {
            "Id": one.organization_id,
            "UniqueName": one.unique_name,
            "UrlName": one.unique_name,
            "FriendlyName": one.friendly_name,
            "State": 0,
            "StatusMessage": 0,
            "Version": VERSION,
            "Url": url,
            "ApiUrl": url.replace(".crm", ".api.crm") if url.startswith("https://") else url,
            "LastUpdated": "2026-11-01T00:00:00Z",
            "Region": "NA",
            "Purpose": "",
            "TenantId": one.tenant_id,
            "EnvironmentId": one.environment_id,
            "DatacenterId": "",
            "DatacenterName": "",
            "SchemaType": "Standard",
            "OrganizationType": 0,
            "IsUserSysAdmin": True,
            "TrialExpirationDate": None,
            "Type": 0,
        }


@dataclass
class Asked:
    """A request that can be answered at the app: shown for consent, or sent back with what is wrong."""

    app: App
    redirect_uri: str
    state: str | None
    scopes: list[str]
    organizations: list[Organization] = field(default_factory=list)
    problem: str = ""
    text: str = ""

    def back(self, fields: dict[str, str]) -> RedirectResponse:
        """Return what sends the person back to the app."""
        if self.state is not None:
            fields["state"] = self.state
        separator = "&" if "?" in self.redirect_uri else "?"
        return RedirectResponse(f"{self.redirect_uri}{separator}{urlencode(fields)}", 302)


def _form(request: Request, body: bytes) -> dict[str, str] | None:
    """Return the form's fields, those of Basic authentication among them, or None when it is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            return None
        form |= {"client_id": unquote(name), "client_secret": unquote(secret)}
    return form


def _json(status: int, body: Any) -> Response:
    return Response(orjson.dumps(body), status, {"Content-Type": "application/json", "Cache-Control": "no-store"})
