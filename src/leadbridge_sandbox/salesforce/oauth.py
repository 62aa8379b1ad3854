"""OAuth operations: the consent page and its form, the token endpoint and its helpers, the identity of a session."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from .consent import FIELDS, ConsentProblem, check
from .errors import IdentityError, TokenError, answer
from .grants import Grants
from .operation import Call
from .org import Org
from .pages import page
from .values import moment_text

DENIED = ("access_denied", "end-user denied authorization")


def _host(call: Call) -> str:
    return urlsplit(call.origin).netloc


def authorize(call: Call) -> Response:
    """Show the consent page, or a page with what is wrong and status 400."""
    decision = "approve" if call.vendor.settings.autoApprove else None
    return _consent(call, call.args, decision)


def decide(call: Call) -> Response:
    """Take the consent page's form and send the person back to the app."""
    form = call.form()
    return _consent(call, form, form.get("decision", ""))


def _consent(call: Call, params: dict[str, str], decision: str | None) -> Response:
    vendor = call.vendor
    try:
        request = check(params, vendor.apps, vendor.settings)
        orgs = [org for org in vendor.orgs.values() if vendor.belongs(org, _host(call))]
        if decision is not None and "org" in params:
            orgs = [org for org in orgs if org.org_id == params["org"]]
        if not orgs:
            raise ConsentProblem("We can't find an org with this name at this login host.")
        if decision not in (None, "approve", "deny"):
            raise ConsentProblem("Choose to allow or to deny.")
    except ConsentProblem as problem:
        return page("problem.html", 400, problem=str(problem))
    if request.problem is not None:
        return RedirectResponse(request.refused(*request.problem), 302)
    if decision is None:
        fields = {name: params[name] for name in FIELDS if name in params}
        return page("consent.html", 200, request=request, orgs=orgs, fields=fields, action="/services/oauth2/authorize")
    if decision == "deny":
        return RedirectResponse(request.refused(*DENIED), 302)
    code = Grants(vendor).new_code(request.app, orgs[0], request.scopes, request.redirect_uri, request.challenge)
    return RedirectResponse(request.approved(code), 302)


def token(call: Call) -> Response:
    """Exchange a code or a refresh token for tokens."""
    form, grants = call.form(), Grants(call.vendor)
    grant_type = form.get("grant_type")
    if grant_type not in ("authorization_code", "refresh_token"):
        raise TokenError("unsupported_grant_type", "grant type not supported")
    needed = "code" if grant_type == "authorization_code" else "refresh_token"
    if not form.get(needed):
        raise TokenError("invalid_request", f"missing required parameter: {needed}")
    app = grants.client(form)
    if grant_type == "authorization_code":
        tokens = grants.exchange(app, form, _host(call), call.origin)
    else:
        tokens = grants.refresh(app, form["refresh_token"], _host(call), call.origin)
    return answer(200, tokens, {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"})


def introspect(call: Call) -> Response:
    """Say what a token is, for whom and until when; `{"active": false}` for a dead one."""
    form, grants = call.form(), Grants(call.vendor)
    app = grants.client(form)
    sent = form.get("token", "")
    found = grants.principal(sent, used=False)
    if found is not None and found.client_id == app.client_id:
        times = {"exp": found.expires // 1000, "iat": found.issued // 1000, "nbf": found.issued // 1000}
        return answer(
            200, _active(call, app.client_id, found.org, " ".join(sorted(found.scopes)), "access_token") | times
        )
    holder = grants.refresh_holder(sent)
    if holder is not None and holder[3] == app.client_id:
        return answer(200, _active(call, app.client_id, holder[1], holder[2], "refresh_token"))
    return answer(200, {"active": False})


def _active(call: Call, client_id: str, org: Org, scopes: str, kind: str) -> dict[str, Any]:
    return {
        "active": True,
        "scope": scopes,
        "client_id": client_id,
        "username": org.username,
        "sub": f"{call.origin}/id/{org.org_id}/{org.user_id}",
        "token_type": kind,
    }


def revoke(call: Call) -> Response:
    """End a token; 200 without a body."""
    sent = call.form().get("token", "")
    if not sent:
        raise TokenError("invalid_request", "missing required parameter: token")
    if not Grants(call.vendor).revoke(sent):
        raise TokenError("invalid_token", "invalid token")
    return answer(200, None)


def userinfo(call: Call) -> Response:
    """Answer who the session's user is, as OpenID Connect has it."""
    org = _identified(call)
    return answer(
        200,
        {
            "sub": f"{call.origin}/id/{org.org_id}/{org.user_id}",
            "user_id": org.user_id,
            "organization_id": org.org_id,
            "preferred_username": org.username,
            "nickname": org.first_name.lower(),
            "name": f"{org.first_name} {org.last_name}",
            "email": org.email,
            "email_verified": True,
            "given_name": org.first_name,
            "family_name": org.last_name,
            "zoneinfo": org.time_zone,
            "photos": {},
            "locale": org.locale,
            "language": org.locale,
            "user_type": "STANDARD",
            "active": True,
            "utcOffset": -18_000_000,
            "updated_at": "2026-11-01T10:00:00Z",
            "urls": _urls(org.instance_url or call.origin, org),
        },
    )


def identity(call: Call) -> Response:
    """Answer the identity URL of a session's user, and of nobody else."""
    org = _identified(call)
    if call.params["org"][:15] != org.org_id[:15] or call.params["user"][:15] != org.user_id[:15]:
        raise IdentityError("Wrong_Org")
    return answer(
        200,
        {
            "id": f"{call.origin}/id/{org.org_id}/{org.user_id}",
            "asserted_user": True,
            "user_id": org.user_id,
            "organization_id": org.org_id,
            "username": org.username,
            "nick_name": org.first_name.lower(),
            "display_name": f"{org.first_name} {org.last_name}",
            "email": org.email,
            "email_verified": True,
            "first_name": org.first_name,
            "last_name": org.last_name,
            "timezone": org.time_zone,
            "active": True,
            "user_type": "STANDARD",
            "language": org.locale,
            "locale": org.locale,
            "utcOffset": -18_000_000,
            "last_modified_date": moment_text(1_793_527_200_000),
            "is_app_installed": True,
            "urls": _urls(org.instance_url or call.origin, org),
        },
    )


def _identified(call: Call) -> Org:
    if not {"id", "openid", "profile", "full"} & call.principal.scopes:
        raise IdentityError("Missing_OAuth_Token")
    return call.org


def _urls(instance: str, org: Org) -> dict[str, str]:
    data = f"{instance}/services/data/v{{version}}/"
    return {
        "enterprise": f"{instance}/services/Soap/c/{{version}}/{org.org_id[:15]}",
        "partner": f"{instance}/services/Soap/u/{{version}}/{org.org_id[:15]}",
        "rest": data,
        "sobjects": f"{data}sobjects/",
        "search": f"{data}search/",
        "query": f"{data}query/",
        "profile": f"{instance}/{org.user_id}",
        "custom_domain": instance,
    }
