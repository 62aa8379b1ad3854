"""The accounts server: the consent page and its form, the token endpoint, revoking, the list of data centres."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from . import unconfirmed
from .call import Call
from .consent import FIELDS, ConsentProblem, check
from .errors import TokenError, answer
from .org import LOCATIONS
from .pages import page


def authorize(call: Call) -> Response:
    """Show the consent page, or a page with what is wrong and status 400."""
    return _consent(call, dict(call.request.query_params), decision=None)


def decide(call: Call) -> Response:
    """Take the consent page's form and send the person back to the app."""
    form = call.form()
    return _consent(call, form, decision=form.get("decision", ""))


def _consent(call: Call, params: dict[str, str], decision: str | None) -> Response:
    zoho = call.zoho
    try:
        request = check(params, zoho.apps)
        orgs = [org for org in zoho.orgs.values() if org.location in request.app.locations]
        if decision is not None and "org" in params:
            orgs = [org for org in orgs if org.zgid == params["org"]]
        if not orgs:
            raise ConsentProblem("This organisation does not exist, or the app is not set up for its data centre.")
        if decision not in (None, "approve", "deny"):
            raise ConsentProblem("Choose to accept or to reject.")
    except ConsentProblem as problem:
        return page("problem.html", 400, problem=str(problem))
    if decision is None:
        fields = {name: params[name] for name in FIELDS if name in params}
        action = call.request.url.path
        return page("consent.html", 200, request=request, orgs=orgs, fields=fields, action=action)
    if decision == "deny":
        return RedirectResponse(request.denied(), 302)
    try:
        code = call.grants.new_code(request, orgs[0])
    except TokenError as problem:
        return page("problem.html", 400, problem=str(problem.body()["error_description"]))
    location = orgs[0].location
    return RedirectResponse(request.approved(code, location, zoho.server(location)), 302)


def token(call: Call) -> Response:
    """Exchange a code or a refresh token for tokens. Most refusals have status 200."""
    form, grants = call.form(), call.grants
    grant_type = form.get("grant_type")
    if grant_type not in ("authorization_code", "refresh_token"):
        raise TokenError("unsupported_grant_type")
    app = grants.client(form)
    if grant_type == "authorization_code":
        tokens = grants.exchange(app, form)
    else:
        tokens = grants.refresh(app, form.get("refresh_token", ""))
    return answer(200, tokens, {"Cache-Control": "no-store"})


def revoke(call: Call) -> Response:
    """Revoke a refresh token; its access tokens end with it."""
    if call.grants.revoke(call.form().get("token", "")):
        return answer(200, {"status": "success"})
    return answer(*unconfirmed.REVOKE_OF_UNKNOWN_TOKEN)


def server_info(call: Call) -> Response:
    """Answer the accounts servers by data centre."""
    servers = {name: call.zoho.server(name) for name in LOCATIONS}
    return answer(200, {"result": "success", "locations": servers})
