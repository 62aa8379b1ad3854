"""What can be wrong with automations."""

from __future__ import annotations

from leadbridge.kit.errors import InvalidInput, NotFound, Refused


class AutomationNotFound(NotFound):
    """There is no such automation."""

    default_code = "automation_not_found"
    default_hint = "GET /api/v1/automation lists the company's automations."


class TemplateNotFound(InvalidInput):
    """There is no template of this id."""

    default_code = "unknown_template"


class InvalidAutomation(InvalidInput):
    """An automation cannot be made, or changed, as it was sent. Nothing was stored."""

    default_code = "invalid_automation"
    default_hint = "Correct it and send it again; nothing was stored."


class TooManyAutomations(Refused):
    """The company has as many automations as one may have."""

    default_code = "too_many_automations"
    default_hint = "Delete automations that are no longer used."


class AutomationNotReady(Refused):
    """Something that the automation needs is missing; ``details.missing`` lists all of it."""

    default_code = "automation_not_ready"
    default_hint = "Add what 'details.missing' lists, then activate it again."


class ConfirmationNeeded(Refused):
    """What activating leads to must be confirmed; ``details.warnings`` tells it."""

    default_code = "confirmation_needed"
    default_hint = 'Send {"confirm": true} to activate it all the same.'


class NotActive(Refused):
    """The automation is not active, so that executions which failed cannot be sent again."""

    default_code = "automation_inactive"
    default_hint = "Correct what its 'reason' tells, if it has one, activate it, and recover then."


class NoEndpoint(Refused):
    """The automation has no address that events are delivered to, and so no signing secret."""

    default_code = "no_endpoint"
    default_hint = "Save the address first: PATCH the automation with 'makeWebhookUrl'."
