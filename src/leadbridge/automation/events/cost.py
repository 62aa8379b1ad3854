"""What an import would start if it was asked to trigger automations: counted before anybody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadbridge.automation.events.audience import Audience
from leadbridge.automation.events.catalogue import STARTING
from leadbridge.automation.model import Automation
from leadbridge.usage.quotas import Quota, QuotaService

IMPORTED = tuple(sorted(
    one for one in STARTING if one.startswith("lead.") and one not in ("lead.deleted", "lead.restored", "lead.merged")
))  # fmt: skip
"""What a row of an import can be: a new lead, or a change of one."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What ``rows`` rows start at most: each row one execution of each who listens."""

    rows: int
    automations: tuple[Automation, ...]
    subscriptions: int
    left: int | None
    """Executions left of the company's month; None: there is no limit."""

    @property
    def executions(self) -> int:
        """Executions at most, those of subscriptions included."""
        return self.rows * (len(self.automations) + self.subscriptions)

    def view(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {
            "rows": self.rows,
            "automations": [{"_id": one.id, "name": one.name, "trigger": one.trigger.type} for one in self.automations],
            "subscriptions": self.subscriptions,
            "executionsAtMost": self.executions,
            "executionsLeftThisMonth": self.left,
        }

    def sentence(self) -> str:
        """Return it for a person."""
        if not self.executions:
            return "No automation or subscription listens to imported leads."
        left = "" if self.left is None else f"; {self.left:,} executions are left this month"
        return (
            f"With --trigger-automations: at most {self.executions:,} executions "
            f"({len(self.automations)} automations and {self.subscriptions} subscriptions, "
            f"{self.rows:,} rows each){left}."
        )


class ImportCosts:
    """Counts what imports would start."""

    def __init__(self, audience: Audience, quotas: QuotaService) -> None:
        self._audience, self._quotas = audience, quotas

    async def of(self, company: str, rows: int) -> Cost:
        """Return what an import of ``rows`` leads would start at most."""
        found = await self._audience.of(company, IMPORTED)
        left: int | None = None
        for standing in await self._quotas.standings(company):
            if standing.quota is Quota.EXECUTIONS and standing.hard is not None:
                left = max(0, standing.hard - standing.used)
        return Cost(rows, found.automations, len(found.hooks), left)
