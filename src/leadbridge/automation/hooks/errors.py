"""What can be wrong with a subscription."""

from __future__ import annotations

from typing import ClassVar

from leadbridge.kit.errors import InvalidInput, NotFound, Refused


class HookNotFound(NotFound):
    """There is no such subscription."""

    default_code: ClassVar[str] = "hook_not_found"
    default_hint: ClassVar[str] = "GET /api/v1/automation/hooks lists the subscriptions."


class InvalidHook(InvalidInput):
    """A subscription cannot be made as it was asked for."""

    default_code: ClassVar[str] = "invalid_hook"
    default_hint: ClassVar[str] = "Send 'targetUrl' and 'eventTypes', a list of names of the catalogue."


class TooManyHooks(Refused):
    """The company has as many subscriptions as one may have."""

    default_code: ClassVar[str] = "too_many_hooks"
    default_hint: ClassVar[str] = "End subscriptions that are no longer used: DELETE /api/v1/automation/hooks/{id}."


class HookInactive(Refused):
    """Nothing is delivered to the subscription any more."""

    default_code: ClassVar[str] = "hook_inactive"
    default_hint: ClassVar[str] = "End it and subscribe anew; the subscription's 'reason' says what was wrong."
