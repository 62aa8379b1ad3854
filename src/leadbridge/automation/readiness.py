"""What an automation lacks before it can be active, what a person should know of it, and how it is set up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadbridge.automation.delivery.addresses import looks_like_make
from leadbridge.automation.delivery.model import Endpoint
from leadbridge.automation.model import Automation, RunBy
from leadbridge.automation.templates.catalogue import BY_ID

LEAD_TO_CRM = "lead-to-crm"
HIGH_VALUE = "lead.high_value"
HEADER = "X-Webhook-Secret"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is missing, or that a person should know."""

    code: str
    message: str
    hint: str

    def view(self) -> dict[str, str]:
        """Return it as the API shows it."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


@dataclass(frozen=True, slots=True)
class Around:
    """What is true around an automation, as far as it matters to it."""

    endpoint: Endpoint | None
    connection_usable: bool
    """Whether the connection that the hub itself would send leads over can be used."""
    pushes: bool
    """Whether changed leads are pushed to a CRM by themselves."""
    high_value_set: bool
    """Whether the company has said from when on a lead is of high value."""
    filter_fault: str | None = None
    """Why the filter cannot be read any more, if that is so."""


def missing(automation: Automation, around: Around) -> list[Remark]:
    """Return what keeps an automation from being activated; nothing: it can be."""
    if automation.run_by is RunBy.MAKE:
        return [] if around.endpoint is not None else [_address(automation)]
    if automation.template_id != LEAD_TO_CRM:
        return [
            Remark(
                "make_address",
                "The hub cannot do the work of this automation by itself yet, and no address is saved to hand it to.",
                "Save the address of a custom webhook in Make as 'makeWebhookUrl'.",
            )
        ]
    if around.connection_usable:
        return []
    return [
        Remark(
            "crm_connection",
            "No CRM is connected that leads can be sent to.",
            "Connect one (POST /api/v1/crm-integration/oauth/init), or save the address of a custom webhook in Make.",
        )
    ]


def _address(automation: Automation) -> Remark:
    if automation.template_id is None:
        return Remark(
            "webhook_step",
            "The workflow has no step: there is no address that its events are delivered to.",
            "Add a step of type webhook to its definition, or save the address as 'makeWebhookUrl'.",
        )
    return Remark(
        "make_address",
        "No address of a custom webhook in Make is saved.",
        "Add the module Webhooks > Custom webhook to the scenario, copy its address and save it as 'makeWebhookUrl'.",
    )


def warnings(automation: Automation, around: Around) -> list[Remark]:
    """Return what a person should know of an automation, though it can be active all the same."""
    found = list(confirmations(automation, around))
    if around.filter_fault is not None:
        found.append(
            Remark(
                "invalid_filter",
                f"No event starts this automation: {around.filter_fault}",
                "Change the filter, or declare the field that it names again.",
            )
        )
    if automation.trigger.type == HIGH_VALUE and not around.high_value_set:
        found.append(
            Remark(
                "no_high_value_threshold",
                "The company has not said from when on a lead is of high value, so no event starts this automation.",
                "Set an amount or a score: PUT /api/v1/leads/high-value.",
            )
        )
    return found


def confirmations(automation: Automation, around: Around) -> list[Remark]:
    """Return the warnings that must be confirmed before an automation is activated."""
    if automation.template_id != LEAD_TO_CRM or automation.run_by is not RunBy.MAKE or not around.pushes:
        return []
    return [
        Remark(
            "automatic_push_active",
            "Changed leads are pushed to the connected CRM already. A scenario that writes to the same CRM creates its "
            "own records, which the hub does not know: people may be there twice.",
            "Let the hub do the work (runBy: native), turn the automatic push of the connection off, or confirm.",
        )
    ]


def runs_here(automation: Automation) -> bool:
    """Tell whether the hub itself does the work of an automation."""
    return automation.run_by is RunBy.NATIVE and automation.template_id == LEAD_TO_CRM


def setup_instructions(automation: Automation, webhook_url: str, endpoint: Endpoint | None) -> dict[str, str]:
    """Return the five steps that set an automation up.

    In Make the custom webhook makes its own address, to which we deliver; ``webhook_url`` is ours, which a scenario
    may call.
    """
    header = (
        f"Add the webhook secret as a header: {HEADER}: the 'webhookSecret', shown once when the automation is made."
    )
    activate = f"Activate the automation in your dashboard, or by POST /api/v1/automation/{automation.id}/activate."
    if runs_here(automation):
        return {
            "step1": "Connect your CRM. No scenario is needed: the hub itself sends every new lead to it.",
            "step2": f"To send a lead from elsewhere as well, call {webhook_url} with its id as 'leadId'.",
            "step3": header,
            "step4": f"To hand the work to Make instead, save the address of its custom webhook: PATCH "
            f"/api/v1/automation/{automation.id} with 'makeWebhookUrl'.",
            "step5": activate,
        }
    what = "configure your desired actions (send to CRM, Slack, Google Sheets, etc.) behind the webhook"
    if automation.template_id is not None:
        does = "; ".join(action.label for action in BY_ID[automation.template_id].actions)
        what = f"configure your desired actions behind the webhook ({does})"
    in_make = endpoint is None or looks_like_make(endpoint.shown_url)
    if in_make:
        first = "Create a new scenario in Make.com."
        saved = "It is saved already." if endpoint is not None else "Save it in this automation."
        second = (
            f"Add the module Webhooks > Custom webhook and copy the address that Make gives it. {saved} "
            f"For calls back to the hub, such as a result, add an HTTP module that calls {webhook_url}."
        )
    else:
        first = "Let your endpoint take POST requests with JSON over https and answer 2xx within its time-out."
        second = (
            f"Check the signature of each request. For calls back to the hub, such as a result, call {webhook_url}."
        )
    return {
        "step1": first,
        "step2": second,
        "step3": f"{header} It belongs on calls to the hub; what the hub sends is signed with the signing secret.",
        "step4": f"Send a test event (POST /api/v1/automation/{automation.id}/test) so that the fields are known, then "
        f"{what}{', and switch the scenario on' if in_make else ''}.",
        "step5": activate,
    }


def shown_definition(automation: Automation, endpoint: Endpoint | None) -> dict[str, Any] | None:
    """Return a workflow of one's own as the API shows it; its address only in part."""
    if automation.template_id is not None:
        return None
    steps = [] if endpoint is None else [{"type": "webhook", "url": endpoint.shown_url}]
    shown: dict[str, Any] = {"trigger": {"type": automation.trigger.type}, "steps": steps}
    return shown if automation.filter is None else shown | {"filter": automation.filter}
