"""Endpoints: signing in, API keys, the company, its users, invitations, the audit trail."""

from __future__ import annotations

from collections.abc import Set
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from leadbridge.kit.errors import InvalidInput, Refused
from leadbridge.tenancy.audit import audit_view
from leadbridge.tenancy.bodies import (
    AcceptBody,
    CompanyBody,
    CompanyKeyBody,
    InvitationBody,
    KeyBody,
    LoginBody,
    PasswordBody,
    UserBody,
)
from leadbridge.tenancy.companies import company_view
from leadbridge.tenancy.invitations import invitation_view
from leadbridge.tenancy.keys import NewKey, key_view
from leadbridge.tenancy.members import UserChange, user_view
from leadbridge.tenancy.model import Role, User
from leadbridge.tenancy.service import TenancyService
from leadbridge.tenancy.sessions import ABSOLUTE, csrf_token
from leadbridge.web.caller import Caller, cookie_name, somebody
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs, open_to_all, rights_of
from leadbridge.web.routing import ApiRoute, failing

router = APIRouter(prefix="/api/v1", route_class=ApiRoute)


async def _tenancy(request: Request) -> TenancyService:
    tenancy: TenancyService = request.app.state.hub.tenancy
    return tenancy


Tenancy = Annotated[TenancyService, Depends(_tenancy)]
Anybody = Annotated[Caller, needs(Right.ACCOUNT_READ)]
Owner = Annotated[Caller, needs(Right.ACCOUNT_OWN)]
CompanyReader = Annotated[Caller, needs(Right.COMPANY_READ)]
CompanyManager = Annotated[Caller, needs(Right.COMPANY_MANAGE)]
UserReader = Annotated[Caller, needs(Right.USERS_READ)]
UserManager = Annotated[Caller, needs(Right.USERS_MANAGE)]
KeyManager = Annotated[Caller, needs(Right.KEYS_MANAGE)]
Auditor = Annotated[Caller, needs(Right.AUDIT_READ)]


@router.post(
    "/auth/login",
    tags=["sign-in"],
    summary="Sign in with an e-mail address and a password",
    openapi_extra=open_to_all("it makes the session that others ask for"),
    responses=failing(
        s401="The address or the password is wrong.",
        s409="Both are right in several companies, which `details` lists: send `company` too.",
    ),
)
async def login(body: LoginBody, request: Request, tenancy: Tenancy) -> Response:
    """Set the session's cookie and return who signed in, with the token that changes need beside the cookie."""
    made = await tenancy.sign_in.sign_in(body.email, body.password, somebody(request, "session"), body.company)
    secure = _secure(request)
    response = ok(await _who(tenancy, made.user, csrf=csrf_token(made.token)))
    response.set_cookie(
        cookie_name(secure=secure),
        made.token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return response


@router.post("/auth/logout", tags=["sign-in"], summary="End the session")
async def logout(request: Request, caller: Anybody, tenancy: Tenancy) -> Response:
    """End the browser's session. An API key is revoked instead, and a host's token ends by itself."""
    if caller.session is None:
        raise Refused(
            "The request was not made by a session.",
            code="no_session",
            hint="An API key is ended by DELETE /api/v1/auth/tokens/{id}.",
        )
    await tenancy.sessions.end(caller.session, caller.author)
    response = ok({"signedOut": True})
    secure = _secure(request)
    response.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")
    return response


@router.get("/auth/me", tags=["sign-in"], summary="Who is asking: user, company, role and rights")
async def me(caller: Anybody, tenancy: Tenancy) -> Response:
    """Return the caller. For a session it holds the CSRF token, so that a reloaded page can go on."""
    return ok(await _who(tenancy, caller.user, csrf=caller.csrf, via=caller.via, rights=caller.rights))


@router.post("/auth/password", tags=["sign-in"], summary="Set one's own new password")
async def password(body: PasswordBody, caller: Owner, tenancy: Tenancy) -> Response:
    """Change the caller's password and end their other sessions."""
    session_id = caller.session.id if caller.session is not None else None
    await tenancy.members.change_password(
        caller.user, caller.author, body.current_password, body.new_password, session_id=session_id
    )
    return ok({"changed": True})


@router.get("/auth/tokens", tags=["API keys"], summary="One's own API keys")
async def own_keys(caller: Owner, tenancy: Tenancy) -> Response:
    """Return the caller's keys, oldest first, ended ones too."""
    return page([key_view(key) for key in await tenancy.keys.of_user(caller.company_id, caller.user_id)], None)


@router.post("/auth/tokens", status_code=201, tags=["API keys"], summary="Make an API key of one's own")
async def make_own_key(body: KeyBody, caller: Owner, tenancy: Tenancy) -> Response:
    """Return the new key. This answer is the only one that holds its 'token'."""
    made = await tenancy.keys.create(caller.user, caller.author, **_wanted(body, caller))
    return ok(_made(made), 201, secrets=("token",))


@router.delete("/auth/tokens/{id}", tags=["API keys"], summary="Revoke an API key of one's own")
async def revoke_own_key(id: str, caller: Owner, tenancy: Tenancy) -> Response:
    """End a key at once."""
    return ok(key_view(await tenancy.keys.revoke(caller.company_id, id, caller.author, user_id=caller.user_id)))


@router.get("/api-keys", tags=["API keys"], summary="All API keys of the company")
async def all_keys(caller: KeyManager, tenancy: Tenancy, paging: PageDep) -> Response:
    """Return a page of keys, oldest first, ended ones too."""
    found = await tenancy.keys.page(caller.company_id, limit=paging.limit, after=paging.after)
    return page([key_view(key) for key in found.items], found.next)


@router.post("/api-keys", status_code=201, tags=["API keys"], summary="Make an API key for a program")
async def make_key(body: CompanyKeyBody, request: Request, caller: KeyManager, tenancy: Tenancy) -> Response:
    """Return the new key of a service user. This answer is the only one that holds its 'token'."""
    if body.user_id is not None:
        user = await tenancy.members.one(caller.company_id, body.user_id)
        if user.role is not Role.SERVICE:
            raise InvalidInput(
                "Keys are made for service users only; people make their own.",
                code="not_a_service_user",
                hint="Leave 'userId' out to have a new service user.",
            )
    else:
        hub = request.app.state.hub
        id = hub.ids()
        user = User(
            id=id,
            company_id=caller.company_id,
            name=body.name,
            role=Role.SERVICE,
            created_at=hub.clock.now(),
            subjects=(id,),
        )
    made = await tenancy.keys.create(user, caller.author, **_wanted(body, caller), new_user=body.user_id is None)
    return ok(_made(made), 201, secrets=("token",))


@router.delete("/api-keys/{id}", tags=["API keys"], summary="Revoke any API key of the company")
async def revoke_key(id: str, caller: KeyManager, tenancy: Tenancy) -> Response:
    """End a key at once."""
    return ok(key_view(await tenancy.keys.revoke(caller.company_id, id, caller.author)))


@router.get("/company", tags=["company"], summary="The caller's company")
async def company(caller: CompanyReader, tenancy: Tenancy) -> Response:
    """Return the company."""
    return ok(company_view(await tenancy.company(caller.company_id)))


@router.patch("/company", tags=["company"], summary="Change name, time zone or country")
async def change_company(body: CompanyBody, caller: CompanyManager, tenancy: Tenancy) -> Response:
    """Change the company and return it."""
    changed = await tenancy.companies.change(
        caller.company_id, caller.author, name=body.name, time_zone=body.time_zone, country=body.country
    )
    return ok(company_view(changed))


@router.get("/users", tags=["users"], summary="The company's users")
async def users(caller: UserReader, tenancy: Tenancy, paging: PageDep) -> Response:
    """Return a page of users, oldest first."""
    found = await tenancy.members.page(caller.company_id, limit=paging.limit, after=paging.after)
    return page([user_view(user) for user in found.items], found.next)


@router.patch("/users/{id}", tags=["users"], summary="Change a user's name or role, or disable them")
async def change_user(id: str, body: UserBody, caller: UserManager, tenancy: Tenancy) -> Response:
    """Change a user and return them. A disabled user's sessions end; their keys rest until they are enabled again."""
    change = UserChange(body.name, body.role, body.disabled)
    return ok(user_view(await tenancy.members.update(caller.company_id, id, caller.author, caller.user.role, change)))


@router.delete("/users/{id}", tags=["users"], summary="Remove a user")
async def remove_user(id: str, caller: UserManager, tenancy: Tenancy) -> Response:
    """Delete a user with password, sessions and API keys."""
    await tenancy.members.remove(caller.company_id, id, caller.author, caller.user.role)
    return ok({"_id": id, "removed": True})


@router.get("/invitations", tags=["users"], summary="Invitations, newest first")
async def invitations(request: Request, caller: UserManager, tenancy: Tenancy, paging: PageDep) -> Response:
    """Return a page of invitations."""
    found = await tenancy.invitations.page(caller.company_id, limit=paging.limit, after=paging.after)
    clock = request.app.state.hub.clock
    return page([invitation_view(one, clock) for one in found.items], found.next)


@router.post("/invitations", status_code=201, tags=["users"], summary="Invite somebody")
async def invite(body: InvitationBody, request: Request, caller: UserManager, tenancy: Tenancy) -> Response:
    """Return the invitation with its one-time link, to be given to whom it is for; it is not shown again."""
    hub = request.app.state.hub
    made = await tenancy.invitations.create(caller.company_id, caller.author, caller.user, body.email, body.role)
    # behind the '#', where it reaches no server's log
    shown = {"token": made.token, "link": f"{hub.settings.public}/invitation#{made.token}"}
    return ok(invitation_view(made.invitation, hub.clock) | shown, 201, secrets=("token", "link"))


@router.delete("/invitations/{id}", tags=["users"], summary="Revoke an invitation")
async def revoke_invitation(id: str, request: Request, caller: UserManager, tenancy: Tenancy) -> Response:
    """End an invitation that was not accepted."""
    ended = await tenancy.invitations.revoke(caller.company_id, id, caller.author)
    return ok(invitation_view(ended, request.app.state.hub.clock))


@router.post(
    "/invitations/accept",
    status_code=201,
    tags=["users"],
    summary="Become a user by an invitation",
    openapi_extra=open_to_all("the invitation's one-time token proves who may"),
    responses=failing(
        s404="There is no such invitation, or it has ended.",
        s409="A user of the company has the invitation's address already.",
    ),
)
async def accept(body: AcceptBody, request: Request, tenancy: Tenancy) -> Response:
    """Make the user and return them; they sign in next."""
    user = await tenancy.invitations.accept(body.token, body.name, body.password, somebody(request, "invitation"))
    return ok(user_view(user), 201)


@router.get("/audit", tags=["audit"], summary="Who changed what, newest first")
async def audit(
    caller: Auditor,
    tenancy: Tenancy,
    paging: PageDep,
    action: Annotated[str | None, Query(max_length=100, description="Only this action, such as user.changed.")] = None,
) -> Response:
    """Return a page of the audit trail."""
    found = await tenancy.trail.page(caller.company_id, action=action, limit=paging.limit, after=paging.after)
    return page([audit_view(entry) for entry in found.items], found.next)


def _made(made: NewKey) -> dict[str, Any]:
    return key_view(made.key) | {"token": made.token}


def _wanted(body: KeyBody, caller: Caller) -> dict[str, Any]:
    """Return what a key is to be. A key made by a restricted key is restricted as that one is."""
    if unknown := sorted(set(body.rights or ()) - set(Right)):
        raise InvalidInput(
            f"There are no such rights: {', '.join(unknown)}.",
            code="unknown_rights",
            hint="GET /api/v1/auth/me lists yours.",
        )
    rights: Set[str] | None = None if body.rights is None else frozenset(body.rights)
    if rights is None and caller.key is not None and caller.key.rights is not None:
        rights = caller.rights
    return {"name": body.name, "allowed": caller.rights, "rights": rights, "expires_at": body.expires_at}


async def _who(
    tenancy: TenancyService,
    user: User,
    *,
    csrf: str | None,
    via: str = "session",
    rights: Set[str] | None = None,
) -> dict[str, Any]:
    held = rights_of(user.role) if rights is None else rights
    shown = {
        "user": user_view(user),
        "company": company_view(await tenancy.company(user.company_id)),
        "role": user.role.value,
        "rights": sorted(held),
        "via": via,
    }
    return shown if csrf is None else shown | {"csrfToken": csrf}


def _secure(request: Request) -> bool:
    public: str = request.app.state.hub.settings.public
    return public.startswith("https:")
