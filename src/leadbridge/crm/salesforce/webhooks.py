"""Salesforce's webhooks: none. Changes are found by polling.

Outbound messages carry no signature and platform events are read over a stream of their own; neither comes to an
address of ours in a way that proves its sender.
"""

from __future__ import annotations

from typing import NoReturn

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery


def refuse(delivery: Delivery) -> NoReturn:
    """Raise ``WebhookRefused``: nothing that is sent here is believed."""
    raise WebhookRefused(
        "Salesforce's changes are read by polling; a call to this address proves nothing.",
        hint="Remove the address where it was entered in Salesforce: nothing needs to be sent here.",
    )
