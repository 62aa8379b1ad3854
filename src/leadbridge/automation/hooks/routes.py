"""HTTP: subscriptions, as REST hooks do it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from leadbridge.automation.executions.views import execution_view
from leadbridge.automation.hooks.service import HookBody, Hooks
from leadbridge.kit.errors import Forbidden
from leadbridge.tenancy.audit import AuditTrail
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/automation/hooks", tags=["event subscriptions"], route_class=ApiRoute)


async def _hooks(request: Request) -> Hooks:
    hooks: Hooks = request.app.state.hub.hooks
    return hooks


async def _trail(request: Request) -> AuditTrail:
    trail: AuditTrail = request.app.state.hub.tenancy.trail
    return trail


HooksDep = Annotated[Hooks, Depends(_hooks)]
TrailDep = Annotated[AuditTrail, Depends(_trail)]
Reader = Annotated[Caller, needs(Right.AUTOMATIONS_READ)]
Manager = Annotated[Caller, needs(Right.HOOKS_MANAGE)]


@router.post("", status_code=201, summary="Subscribe an address to events")
async def subscribe(body: HookBody, caller: Manager, hooks: HooksDep, trail: TrailDep) -> Response:
    """Return the subscription with its signing secret, which is shown this once. Needs `leads.read` as well."""
    if Right.LEADS_READ not in caller.rights:
        # what is delivered are leads: an API key that may not read them must not have them sent
        raise Forbidden(
            "Events bring leads with them, and this needs the right leads.read, which the API key does not have.",
            hint="Use a key that has both hooks.manage and leads.read.",
            details={"right": Right.LEADS_READ.value},
        )
    made = await hooks.subscribe(caller.company_id, f"user:{caller.user_id}", body)
    after = {"targetUrl": made.endpoint.shown_url, "eventTypes": list(made.hook.event_types)}
    await trail.record(caller.company_id, caller.author, "hook.created", f"hook:{made.hook.id}", after=after)
    (view,) = await hooks.views(caller.company_id, [made.hook])
    return ok(view | {"secret": made.secret.reveal()}, 201, secrets=["secret"])


@router.get("", summary="The company's subscriptions, newest first")
async def listed(caller: Reader, hooks: HooksDep, paging: PageDep) -> Response:
    """Return a page of subscriptions."""
    found = await hooks.page(caller.company_id, limit=paging.limit, after=paging.after)
    return page(await hooks.views(caller.company_id, found.items), found.next)


@router.get("/{id}", summary="A subscription")
async def one(id: str, caller: Reader, hooks: HooksDep) -> Response:
    """Return a subscription; `reason` says why nothing is delivered to it any more, where that is so."""
    (view,) = await hooks.views(caller.company_id, [await hooks.one(caller.company_id, id)])
    return ok(view)


@router.delete("/{id}", summary="Unsubscribe")
async def unsubscribe(id: str, caller: Manager, hooks: HooksDep, trail: TrailDep) -> Response:
    """End a subscription. What still waits for it is cancelled."""
    await hooks.unsubscribe(caller.company_id, id)
    await trail.record(caller.company_id, caller.author, "hook.deleted", f"hook:{id}")
    return ok({"_id": id, "deleted": True})


@router.post("/{id}/test", status_code=202, summary="Deliver the example of the subscription's first event")
async def test(id: str, caller: Manager, hooks: HooksDep) -> Response:
    """Return the execution. It is marked as a test and counted nowhere."""
    return ok({"execution": execution_view(await hooks.test(caller.company_id, id))}, 202)
