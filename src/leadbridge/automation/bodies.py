"""What callers send to the endpoints of automations."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from leadbridge.automation.delivery.endpoints import EndpointForm
from leadbridge.automation.model import RunBy
from leadbridge.kit.document import Body

MAX_URL = 2000
MAX_KEY = 512
"""Characters of an API key of a Make webhook."""
MAX_CONFIG = 50
DAY_HOURS, MOST_HOURS = 24, 168

SHORT_NAMES = {"webhook": "webhook.received", "schedule": "schedule.weekly"}
"""Triggers that may be named without their verb."""

Name = Annotated[str, Field(min_length=1, max_length=120)]
Url = Annotated[str, Field(min_length=1, max_length=MAX_URL, examples=["https://hook.eu1.make.com/abc123"])]
Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY, pattern=r"^[\x21-\x7e]+$")]
Filter = Annotated[str, Field(max_length=2048, examples=["lead.score > 50"])]
Config = Annotated[dict[str, Any], Field(max_length=MAX_CONFIG)]


class TriggerBody(Body):
    """What starts a workflow: an event type of the catalogue."""

    type: Annotated[str, Field(min_length=1, max_length=64, examples=["lead.created"])]

    @field_validator("type")
    @classmethod
    def _by_its_full_name(cls, type: str) -> str:
        return SHORT_NAMES.get(type, type)


class WebhookStep(Body):
    """The one step that a workflow of one's own can have: the event is delivered to an address."""

    type: Literal["webhook"]
    url: Url


class DefinitionBody(Body):
    """A workflow of one's own: a trigger, a filter, and at most one delivery."""

    trigger: TriggerBody
    filter: Filter | None = None
    steps: Annotated[tuple[WebhookStep, ...], Field(max_length=1)] = ()


class _Settings(Body):
    """What can be set at any time."""

    name: Name | None = None
    make_scenario_id: Annotated[str, Field(max_length=100)] | None = None
    make_webhook_url: Url | None = Field(
        None, description="The address that Make's custom webhook shows, or that of any other endpoint."
    )
    make_api_key: Key | None = Field(None, description="Sent as `x-make-apikey`, for a webhook that asks for one.")
    run_by: RunBy | None = None
    config: Config | None = None
    filter: Filter | None = None
    endpoint: EndpointForm | None = None

    @field_validator("make_scenario_id", mode="before")
    @classmethod
    def _number_or_text(cls, value: object) -> object:
        """Take the id as Make's API gives it too, which is a number."""
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class CreateBody(_Settings):
    """A new automation: from a template, or by a definition of one's own."""

    template_id: Annotated[str, Field(max_length=64, examples=["lead-to-crm"])] | None = None
    definition: DefinitionBody | None = None


class ChangeBody(_Settings):
    """What is to be changed of an automation. What is null is taken away, where it may be absent."""

    require_signature: bool | None = Field(
        None, description="Whether calls to the automation must be signed; else the header secret is enough."
    )
    definition: DefinitionBody | None = None


class ActivateBody(Body):
    """``confirm`` activates although there are warnings."""

    confirm: bool = False


class TestBody(Body):
    """What a test sends: an event of ``type`` (default: the trigger's) with ``data`` (default: a realistic sample)."""

    __test__ = False  # not a test of ours

    type: Annotated[str, Field(max_length=64)] | None = None
    data: dict[str, Any] | None = None


class Which(StrEnum):
    """Which of an automation's two secrets."""

    INBOUND = "inbound"
    SIGNING = "signing"


class RotateBody(Body):
    """Which secret is replaced, and for how many hours the one before is good as well."""

    which: Which
    overlap_hours: Annotated[float, Field(ge=0, le=MOST_HOURS)] = DAY_HOURS


class RecoverBody(Body):
    """Which executions are sent again: those that were made from ``since`` on and before ``until``."""

    since: datetime
    until: datetime
    status: Annotated[tuple[Literal["failed", "cancelled"], ...], Field(min_length=1)] = ("failed",)
    dry_run: bool = False

    @field_validator("since", "until")
    @classmethod
    def _with_a_zone(cls, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("a time needs its zone, as in 2026-11-23T08:00:00Z")
        return moment
