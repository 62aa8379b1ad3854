"""OAuth operations: the consent page and its form, the token endpoint and its helpers."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from . import unconfirmed
from .consent import FIELDS, ConsentProblem, check
from .errors import TokenError, VendorError, answer
from .grants import Grants, Lookup
from .operation import Call
from .pages import page
from .portal import Portal


def _portals(call: Call) -> list[Portal]:
    hub, wanted = call.hub, str(call.request.path_params.get("portal", ""))
    if not wanted:
        return list(hub.portals.values())
    return [portal for portal in hub.portals.values() if str(portal.portal_id) == wanted]


def authorize(call: Call) -> Response:
    """Show the consent page, or a page with what is wrong and status 400."""
    return _consent(call, dict(call.request.query_params), decision=None)


def decide(call: Call) -> Response:
    """Take the consent page's form and send the person back to the app."""
    form = call.form()
    return _consent(call, form, decision=form.get("decision", ""))


def _consent(call: Call, params: dict[str, str], decision: str | None) -> Response:
    hub = call.hub
    try:
        request = check(params, hub.apps, hub.world.settings.missingScopes)
        portals = _portals(call)
        if decision is not None and "portal" in params:
            portals = [portal for portal in portals if str(portal.portal_id) == params["portal"]]
        if not portals:
            raise ConsentProblem("We couldn't find this account.")
        if decision not in (None, "approve", "deny"):
            raise ConsentProblem("Choose to approve or to deny.")
    except ConsentProblem as problem:
        return page("problem.html", 400, problem=str(problem))
    if decision is None:
        fields = {name: params[name] for name in FIELDS if name in params}
        action = call.request.url.path
        return page("consent.html", 200, request=request, portals=portals, fields=fields, action=action)
    if decision == "deny":
        return RedirectResponse(request.denied(), 302)
    code = Grants(hub).new_code(request.app, portals[0], request.granted, request.redirect_uri, request.challenge)
    return RedirectResponse(request.approved(code), 302)


def token(call: Call) -> Response:
    """Exchange a code or a refresh token for tokens."""
    form, grants = call.form(), Grants(call.hub)
    grant_type = form.get("grant_type")
    if grant_type not in ("authorization_code", "refresh_token"):
        raise TokenError("BAD_GRANT_TYPE")
    app = grants.client(form)
    if grant_type == "authorization_code":
        tokens = grants.exchange(app, form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""))
    else:
        tokens = grants.refresh(app, form.get("refresh_token", ""))
    return answer(200, tokens, {"Cache-Control": "no-store", "Pragma": "no-cache"})


def _seconds_left(call: Call, found: Lookup) -> int:
    left_ms = (found.expires_ms or 0) - call.hub.world.clock.now_ms()
    return max(0, left_ms // 1000)


def introspect(call: Call) -> Response:
    """Say what a token is, for whom and for how long; `{"active": false}` for a dead one."""
    form, grants = call.form(), Grants(call.hub)
    app = grants.client(form)
    sent = form.get("token", "")
    found = grants.look_up(sent)
    if found is None or found.app.client_id != app.client_id:
        return answer(200, {"active": False})
    body: dict[str, Any] = {
        "active": True,
        "token_use": found.use,
        "token": sent,
        "hub_id": found.portal.portal_id,
        "user_id": found.portal.user_id,
        "user": found.portal.user_email,
        "hub_domain": found.portal.domain,
        "client_id": app.client_id,
        "scopes": list(found.scopes),
    }
    if found.use == "access_token":
        body.update(
            app_id=app.app_id,
            expires_in=_seconds_left(call, found),
            token_type="Bearer",
            is_private_distribution=False,
            signed_access_token={
                "expiresAt": found.expires_ms,
                "hubId": found.portal.portal_id,
                "userId": found.portal.user_id,
                "appId": app.app_id,
            },
        )
    return answer(200, body)


def revoke(call: Call) -> Response:
    """Revoke a refresh token; access tokens already given work until they expire."""
    form, grants = call.form(), Grants(call.hub)
    grants.client(form)
    known = grants.revoke(form.get("token", ""))
    return answer(200 if known else unconfirmed.REVOKE_OF_UNKNOWN_TOKEN, {})


def _v1_lookup(call: Call, use: str) -> Lookup:
    found = Grants(call.hub).look_up(call.path("token"))
    if found is None or found.use != use:
        raise VendorError(
            unconfirmed.DEAD_TOKEN_LOOKUP,
            f"{use.replace('_', ' ')} is invalid, expired or revoked",
            "BAD_TOKEN",
        )
    return found


def access_token_info(call: Call) -> Response:
    """Say what an access token is (old endpoint)."""
    found = _v1_lookup(call, "access_token")
    return answer(
        200,
        {
            "token": call.path("token"),
            "user": found.portal.user_email,
            "hub_domain": found.portal.domain,
            "scopes": list(found.scopes),
            "hub_id": found.portal.portal_id,
            "app_id": found.app.app_id,
            "expires_in": _seconds_left(call, found),
            "user_id": found.portal.user_id,
            "token_type": "access",
        },
    )


def refresh_token_info(call: Call) -> Response:
    """Say what a refresh token is (old endpoint)."""
    found = _v1_lookup(call, "refresh_token")
    return answer(
        200,
        {
            "token": call.path("token"),
            "user": found.portal.user_email,
            "hub_domain": found.portal.domain,
            "scopes": list(found.scopes),
            "hub_id": found.portal.portal_id,
            "client_id": found.app.client_id,
            "user_id": found.portal.user_id,
            "token_type": "refresh",
        },
    )


def refresh_token_delete(call: Call) -> Response:
    """Revoke a refresh token (old endpoint); 204."""
    _v1_lookup(call, "refresh_token")
    Grants(call.hub).revoke(call.path("token"))
    return answer(204, None)


def uninstall(call: Call) -> Response:
    """Uninstall the app from the caller's portal: every token of it dies; 204."""
    Grants(call.hub).uninstall(call.principal)
    return answer(204, None)


def any_scope(call: Call) -> tuple[str, ...]:
    """Return scopes that any token has one of: its own."""
    return tuple(call.principal.scopes)
