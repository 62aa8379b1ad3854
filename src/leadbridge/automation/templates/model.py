"""What a template is, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from leadbridge.automation.errors import InvalidAutomation
from leadbridge.automation.model import RunBy
from leadbridge.kit.document import Body


class NoSettings(Body):
    """A template that needs no settings."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a template does."""

    type: str
    label: str


@dataclass(frozen=True, slots=True)
class Need:
    """Something that must be there before a template can be activated."""

    code: str
    label: str


MAKE_ADDRESS = Need("make_address", "the address of a custom webhook in Make")


@dataclass(frozen=True)
class Template:
    """An automation that comes with the hub: what starts it, what it does, what it needs."""

    number: int
    id: str
    name: str
    description: str
    trigger: str
    """An event type of the catalogue."""
    trigger_label: str
    actions: tuple[Action, ...]
    use_case: str
    category: str
    requires: tuple[Need, ...] = (MAKE_ADDRESS,)
    run_by: tuple[RunBy, ...] = (RunBy.MAKE,)
    """Who can do its work. Of the others a person is told that it is not available."""
    settings: type[Body] = field(default=NoSettings)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of its settings."""
        shown = self.settings.model_json_schema(by_alias=True)
        shown.pop("title", None)
        return {"type": "object", "properties": {}} | shown

    def config(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return settings as they are stored; raises ``InvalidAutomation`` naming the first that is wrong."""
        try:
            read = self.settings.model_validate(dict(sent))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "config"
            known = ", ".join(self.schema["properties"]) or "none"
            raise InvalidAutomation(
                f"The setting {place!r} of {self.name} cannot be used: {first['msg'].rstrip('.')}.",
                code="invalid_config",
                hint=f"Settings of this template: {known}. GET /api/v1/automation/templates has the schema.",
                details={"field": f"config.{place}"},
            ) from None
        return read.model_dump(mode="json", by_alias=True, exclude_none=True)

    def view(self, sample: Mapping[str, Any]) -> dict[str, Any]:
        """Return it as the API shows it; ``sample`` is a body that starts it."""
        return {
            "_id": f"{self.number:024x}",
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "trigger": {"type": self.trigger, "label": self.trigger_label},
            "actions": [{"type": one.type, "label": one.label} for one in self.actions],
            "useCase": self.use_case,
            "category": self.category,
            "requires": [{"code": one.code, "label": one.label} for one in self.requires],
            "runBy": [one.value for one in self.run_by],
            "configSchema": self.schema,
            "samplePayload": dict(sample),
        }
