"""Looking at what an automation depends on: the CRM's connection, the automatic push, the company's threshold."""

from __future__ import annotations

from leadbridge.automation.delivery.model import Endpoint
from leadbridge.automation.events.filters import BadFilter
from leadbridge.automation.model import Automation
from leadbridge.automation.readiness import HIGH_VALUE, LEAD_TO_CRM, Around
from leadbridge.automation.triggers import Events
from leadbridge.integrations.errors import NoActiveConnection, NoSuchConnection, NotConnected
from leadbridge.integrations.service import ConnectionService
from leadbridge.leads.shaping import Shapes
from leadbridge.leads.types import LEAD

CONNECTION = "connectionId"
"""The setting that names a connection."""


class Surroundings:
    """Reads only what matters to the automation that is asked about."""

    def __init__(self, connections: ConnectionService, shapes: Shapes) -> None:
        self._connections, self._shapes = connections, shapes

    async def of(self, automation: Automation, endpoint: Endpoint | None) -> Around:
        """Return what is true around ``automation`` at this moment."""
        company = automation.company_id
        to_crm = automation.template_id == LEAD_TO_CRM
        high_value = automation.trigger.type == HIGH_VALUE
        return Around(
            endpoint=endpoint,
            connection_usable=to_crm and await self._usable(company, automation.config.get(CONNECTION)),
            pushes=to_crm and bool(await self._connections.listeners(company)),
            filter_fault=await self._filter_fault(automation),
            high_value_set=high_value and (await self._shapes.of(company, LEAD)).high_value is not None,
        )

    async def events(self, company: str) -> Events:
        """Return the events that may start a company's automations."""
        return Events((await self._shapes.of(company, LEAD)).fields)

    async def _filter_fault(self, automation: Automation) -> str | None:
        """Return what is wrong with a filter that could be read when it was saved."""
        if not automation.filter:
            return None
        try:
            (await self.events(automation.company_id)).check(automation.trigger.type, automation.filter)
        except BadFilter as error:
            return error.message
        return None

    async def _usable(self, company: str, connection_id: str | None) -> bool:
        try:
            await self._connections.usable(company, connection_id)
        except (NoActiveConnection, NotConnected, NoSuchConnection):
            return False
        return True
