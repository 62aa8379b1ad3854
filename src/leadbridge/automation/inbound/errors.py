"""Failures of webhooks in."""

from __future__ import annotations

from leadbridge.kit.errors import InvalidInput, Refused, TooLarge, TooMany, Unauthenticated


class WebhookRefused(Unauthenticated):
    """The address belongs to no automation, or nothing proves the caller: both look alike."""

    default_code = "webhook_refused"
    default_hint = (
        "Send the automation's webhook secret in the header X-Webhook-Secret, or sign the call as Standard Webhooks "
        "says, with a clock that is right to five minutes."
    )


class AutomationInactive(Refused):
    """The automation is not active, so that a call starts nothing."""

    default_code = "automation_inactive"
    default_hint = "Activate the automation in the dashboard, or by POST /api/v1/automation/{id}/activate."


class TooManyHops(Refused):
    """The call comes of an event that automations have handed on too often."""

    default_code = "too_many_hops"
    default_hint = "An automation seems to call itself. To report on an event, send the executionId it came with."


class LoopSuspected(TooMany):
    """Calls without an executionId follow each other as those of an automation that calls itself do."""

    default_code = "loop_suspected"
    default_hint = (
        "To report on an event, send the executionId it came with. To start the automation again, wait for the seconds "
        "in 'Retry-After'."
    )


class BadWebhookBody(InvalidInput):
    """The body is not of a form that is taken."""

    default_code = "invalid_webhook_body"
    default_hint = "Send JSON, a urlencoded form, or plain text in UTF-8."


class WebhookBodyTooLarge(TooLarge):
    """What would be kept of the call is larger than a document may be."""

    default_code = "body_too_large"
    default_hint = "Send less in one call, or where the rest can be fetched."
