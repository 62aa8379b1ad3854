"""From what a caller sends to what an automation becomes. Pure: every sentence about it is made here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from leadbridge.automation.bodies import ChangeBody, CreateBody, DefinitionBody
from leadbridge.automation.delivery.endpoints import EndpointForm
from leadbridge.automation.delivery.model import Endpoint
from leadbridge.automation.errors import InvalidAutomation, TemplateNotFound
from leadbridge.automation.model import Automation, RunBy, Trigger
from leadbridge.automation.templates.catalogue import BY_ID
from leadbridge.security.secret import Secret

CheckEvent = Callable[[str, str | None], None]
"""Raises ``InvalidAutomation`` for an event type that starts nothing, and for a filter that cannot be read."""


@dataclass(frozen=True, slots=True)
class Address:
    """What is asked for an automation's address. ``given``: whether anything was said of the address, of the key."""

    url: str | None = field(default=None, repr=False)
    url_given: bool = False
    key: Secret | None = None
    key_given: bool = False
    form: EndpointForm | None = None

    @property
    def silent(self) -> bool:
        """Whether nothing was asked."""
        return not (self.url_given or self.key_given or self.form is not None)


@dataclass(frozen=True, slots=True)
class Draft:
    """An automation's values, by their names in the document, and what is asked for its address."""

    values: dict[str, Any]
    address: Address


def created(body: CreateBody, check: CheckEvent) -> Draft:
    """Return what a new automation is to be; raises ``InvalidAutomation``, ``TemplateNotFound``."""
    if (body.template_id is None) is (body.definition is None):
        raise InvalidAutomation(
            "An automation is made from a template or by a definition of one's own.",
            hint="Send either 'templateId' or 'definition'. GET /api/v1/automation/templates lists the templates.",
        )
    address = _address(body, body.definition, None)
    if body.definition is not None:
        values = _own(body, body.definition, check)
    else:
        values = _templated(body, body.template_id or "")
        check(values["trigger"].type, body.filter)
    if address.url is None and not (address.key is None and address.form is None):
        raise _needs_address("makeApiKey" if address.key is not None else "endpoint")
    handed_over = body.definition is not None or address.url is not None
    run_by = body.run_by or (RunBy.MAKE if handed_over else RunBy.NATIVE)
    values |= {"run_by": run_by, "make_scenario_id": body.make_scenario_id}
    return Draft(values, address)


def _templated(body: CreateBody, id: str) -> dict[str, Any]:
    template = BY_ID.get(id)
    if template is None:
        raise TemplateNotFound(f"There is no template {id[:64]!r}.", hint=f"The templates are {', '.join(BY_ID)}.")
    return {
        "name": body.name or template.name,
        "template_id": template.id,
        "trigger": Trigger(type=template.trigger),
        "filter": body.filter or None,
        "config": template.config(body.config or {}),
    }


def _own(body: CreateBody, definition: DefinitionBody, check: CheckEvent) -> dict[str, Any]:
    if body.run_by is RunBy.NATIVE:
        raise _cannot_run_here()
    if body.config:
        raise _no_config()
    filter = _one_filter(body.filter, definition.filter)
    check(definition.trigger.type, filter)
    return {
        "name": body.name or f"Workflow on {definition.trigger.type}",
        "definition": _stored(definition),
        "trigger": Trigger(type=definition.trigger.type),
        "filter": filter,
    }


def changed(automation: Automation, endpoint: Endpoint | None, body: ChangeBody, check: CheckEvent) -> Draft:
    """Return what an automation is to become; raises ``InvalidAutomation``."""
    said = body.model_fields_set
    values: dict[str, Any] = {}
    if "name" in said:
        if body.name is None:
            raise InvalidAutomation("An automation has a name; it cannot be taken away.")
        values["name"] = body.name
    if "make_scenario_id" in said:
        values["make_scenario_id"] = body.make_scenario_id
    if body.config is not None:
        if automation.template_id is None:
            raise _no_config()
        values["config"] = BY_ID[automation.template_id].config(body.config)
    if "filter" in said:
        values["filter"] = body.filter or None
    if body.definition is not None:
        if automation.template_id is not None:
            raise InvalidAutomation(
                "This automation was made from a template, so it has no definition of its own.",
                hint="Make another automation with 'definition' in place of 'templateId'.",
            )
        values["definition"] = _stored(body.definition)
        values["trigger"] = Trigger(type=body.definition.trigger.type)
        values["filter"] = _one_filter(body.filter, body.definition.filter)
    if "filter" in values or "trigger" in values:
        check(values.get("trigger", automation.trigger).type, values.get("filter", automation.filter))
    address = _address(body, body.definition, endpoint)
    has_address = address.url is not None if address.url_given else endpoint is not None
    if not has_address and (address.key is not None or address.form is not None):
        raise _needs_address("makeApiKey" if address.key is not None else "endpoint")
    if body.run_by is not None:
        if automation.template_id is None and body.run_by is RunBy.NATIVE:
            raise _cannot_run_here()
        values["run_by"] = body.run_by
    elif address.url_given and automation.template_id is not None:
        # who saves an address hands the work over; who takes it away takes the work back
        values["run_by"] = RunBy.MAKE if address.url is not None else RunBy.NATIVE
    return Draft(values, address)


def _address(body: CreateBody | ChangeBody, definition: DefinitionBody | None, endpoint: Endpoint | None) -> Address:
    """Return what is said of the address: beside the definition, or by the one step in it."""
    said = body.model_fields_set
    url, given = body.make_webhook_url, "make_webhook_url" in said
    if definition is not None and (definition.steps or endpoint is not None):
        step = definition.steps[0].url if definition.steps else None
        if given and step is not None and url != step:
            raise InvalidAutomation(
                "'makeWebhookUrl' and the step of the definition name two addresses.", hint="Send one of them."
            )
        # a definition that is sent back as it was shown names the address that is there
        shown = endpoint is not None and step == endpoint.shown_url
        if not shown and not given:
            url, given = step, True
    key = None if body.make_api_key is None else Secret(body.make_api_key)
    return Address(url, given, key, "make_api_key" in said, body.endpoint)


def _stored(definition: DefinitionBody) -> dict[str, Any]:
    """Return a definition without its address, which is sealed elsewhere."""
    return {
        "trigger": {"type": definition.trigger.type},
        "steps": [{"type": step.type} for step in definition.steps],
    }


def _one_filter(beside: str | None, inside: str | None) -> str | None:
    if beside and inside and beside != inside:
        raise InvalidAutomation(
            "'filter' stands twice, beside the definition and in it, and differs.", hint="Send one of them."
        )
    return beside or inside or None


def _needs_address(what: str) -> InvalidAutomation:
    return InvalidAutomation(
        f"'{what}' belongs to an address, and the automation has none.", hint="Send 'makeWebhookUrl' with it."
    )


def _cannot_run_here() -> InvalidAutomation:
    return InvalidAutomation(
        "A workflow of one's own is delivered to an address; the hub itself cannot run it.",
        hint="Leave 'runBy' out, or send 'make'.",
    )


def _no_config() -> InvalidAutomation:
    return InvalidAutomation(
        "'config' belongs to a template; a workflow of one's own has its definition.", hint="Leave 'config' out."
    )
