"""HTTP: templates and automations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from leadbridge.automation.acts import AutomationActs
from leadbridge.automation.bodies import ActivateBody, ChangeBody, CreateBody, RecoverBody, RotateBody, TestBody
from leadbridge.automation.delivery.bulk import Recovery
from leadbridge.automation.delivery.model import ExecutionState
from leadbridge.automation.events.catalogue import example_body
from leadbridge.automation.executions.views import execution_view
from leadbridge.automation.model import AutomationStatus
from leadbridge.automation.service import AutomationService
from leadbridge.automation.statistics import statistics, stats_view
from leadbridge.automation.templates.catalogue import TEMPLATES
from leadbridge.automation.views import Views
from leadbridge.kit.clock import to_text
from leadbridge.usage.summary import Summaries
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import answer, ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/automation", tags=["automations"], route_class=ApiRoute)


async def _automations(request: Request) -> AutomationService:
    service: AutomationService = request.app.state.hub.automations
    return service


async def _acts(request: Request) -> AutomationActs:
    acts: AutomationActs = request.app.state.hub.automation_acts
    return acts


async def _views(request: Request) -> Views:
    views: Views = request.app.state.hub.automation_views
    return views


async def _summaries(request: Request) -> Summaries:
    summaries: Summaries = request.app.state.hub.usage_room.summaries
    return summaries


AutomationsDep = Annotated[AutomationService, Depends(_automations)]
ActsDep = Annotated[AutomationActs, Depends(_acts)]
ViewsDep = Annotated[Views, Depends(_views)]
SummariesDep = Annotated[Summaries, Depends(_summaries)]
Reader = Annotated[Caller, needs(Right.AUTOMATIONS_READ)]
Manager = Annotated[Caller, needs(Right.AUTOMATIONS_MANAGE)]


@router.get("/templates", summary="The templates that automations are made from")
async def templates(_: Reader) -> Response:
    """Return every template: what starts it, what it does, what it needs, its settings and a body that it is sent."""
    return ok([one.view(example_body(one.trigger)) for one in TEMPLATES])


@router.get("/stats", summary="How many automations there are, and how their executions ended")
async def stats(caller: Reader, automations: AutomationsDep, summaries: SummariesDep) -> Response:
    """Return counts. An execution counts once, when it has settled; `successRate` is a share of a hundred."""
    counted = await statistics(summaries, caller.company_id)
    return ok(stats_view(await automations.all(caller.company_id), counted))


@router.post("", status_code=201, summary="Make an automation")
async def create(body: CreateBody, caller: Manager, automations: AutomationsDep, views: ViewsDep) -> Response:
    """Make an inactive automation from a template, or by a definition of one's own.

    Its secrets are in this answer only; the same four keys stand beside `data` as well.
    """
    made = await automations.create(caller.company_id, caller.author, body)
    shown = await views.one(made.automation)
    data: dict[str, Any] = {
        "automation": shown,
        "webhookUrl": made.webhook_url,
        "webhookSecret": made.webhook_secret.reveal(),
        "setupInstructions": shown["setupInstructions"],
    }
    secrets = ["webhookSecret", "data.webhookSecret"]
    if made.signing_secret is not None:
        data["signingSecret"] = made.signing_secret.reveal()
        secrets += ["signingSecret", "data.signingSecret"]
    return answer({"success": True, **data, "data": data}, 201, secrets=secrets)


@router.get("", summary="The company's automations, newest first")
async def listed(
    caller: Reader,
    automations: AutomationsDep,
    views: ViewsDep,
    summaries: SummariesDep,
    paging: PageDep,
    status: Annotated[AutomationStatus | None, Query()] = None,
    template: Annotated[str | None, Query(alias="templateId", max_length=64)] = None,
) -> Response:
    """Return a page of automations, each with how its executions ended."""
    found = await automations.page(
        caller.company_id, status=status, template_id=template, limit=paging.limit, after=paging.after
    )
    counted = await statistics(summaries, caller.company_id)
    shown = await views.all(caller.company_id, found.items)
    return page([one | {"stats": counted.of(one["_id"]).view()} for one in shown], found.next)


@router.get("/{id}", summary="An automation")
async def one(
    id: str, caller: Reader, automations: AutomationsDep, views: ViewsDep, summaries: SummariesDep
) -> Response:
    """Return an automation: what it lacks, how its endpoint does, how its executions ended. No secret."""
    automation = await automations.one(caller.company_id, id)
    counted = await statistics(summaries, caller.company_id)
    return ok(await views.one(automation) | {"stats": counted.of(automation.id).view()})


@router.patch("/{id}", summary="Change an automation")
async def change(id: str, body: ChangeBody, caller: Manager, automations: AutomationsDep, views: ViewsDep) -> Response:
    """Change what the body names. A first address brings a `signingSecret`, in this answer only."""
    changed = await automations.change(caller.company_id, caller.author, id, body)
    shown = await views.one(changed.automation)
    if changed.signing_secret is None:
        return ok(shown)
    return ok(shown | {"signingSecret": changed.signing_secret.reveal()}, secrets=["signingSecret"])


@router.delete("/{id}", summary="End an automation for good")
async def delete(id: str, caller: Manager, automations: AutomationsDep) -> Response:
    """Delete an automation. What waits is cancelled; its executions can still be read."""
    await automations.delete(caller.company_id, caller.author, id)
    return ok({"_id": id, "deleted": True})


@router.post("/{id}/activate", summary="Let events start an automation")
async def activate(
    id: str, caller: Manager, acts: ActsDep, views: ViewsDep, body: ActivateBody | None = None
) -> Response:
    """Activate an automation. 409 with all that is missing in `details.missing`, or with what must be confirmed."""
    confirm = body is not None and body.confirm
    automation = await acts.activate(caller.company_id, caller.author, id, confirm=confirm)
    return ok(await views.one(automation))


@router.post("/{id}/deactivate", summary="Let nothing start an automation any more")
async def deactivate(id: str, caller: Manager, acts: ActsDep, views: ViewsDep) -> Response:
    """Deactivate an automation. Executions that wait are cancelled."""
    return ok(await views.one(await acts.deactivate(caller.company_id, caller.author, id)))


@router.post("/{id}/test", status_code=202, summary="Send a test event")
async def try_out(
    id: str, caller: Manager, automations: AutomationsDep, acts: ActsDep, body: TestBody | None = None
) -> Response:
    """Start an execution with a test event, marked as one and counted nowhere. An inactive automation can be tested."""
    automation = await automations.one(caller.company_id, id)
    execution = await acts.test(caller.company_id, id, body or TestBody())
    return ok({"execution": execution_view(execution, automation.name)}, 202)


@router.post("/{id}/secrets/rotate", summary="Make a new secret in place of one")
async def rotate(id: str, body: RotateBody, caller: Manager, acts: ActsDep) -> Response:
    """Return a new secret, in this answer only. The one before is good as well for `overlapHours` more."""
    made = await acts.rotate(caller.company_id, caller.author, id, body)
    until = None if made.previous_until is None else to_text(made.previous_until)
    return ok({"secret": made.secret.reveal(), "previousValidUntil": until}, secrets=["secret"])


@router.post("/{id}/recover", status_code=202, summary="Send again what failed in a time")
async def recover(id: str, body: RecoverBody, caller: Manager, acts: ActsDep) -> Response:
    """Send executions of a time again, each under its own id, behind what is live. `dryRun` tells how many."""
    states = tuple(ExecutionState(one) for one in body.status)
    asked = Recovery(since=body.since, until=body.until, states=states)
    if body.dry_run:
        count = await acts.recoverable(caller.company_id, id, asked)
        return ok({"count": count.count, "more": count.more})
    count = await acts.recover(caller.company_id, caller.author, id, asked)
    return ok({"count": count.count, "more": count.more}, 202)
