"""The six templates."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from leadbridge.automation.model import RunBy
from leadbridge.automation.templates.model import Action, Need, Template
from leadbridge.kit.document import Body, Id

CRM_CONNECTION = Need("crm_connection", "a connected CRM, where the hub itself does the work")


class LeadToCrmSettings(Body):
    """Where leads are sent."""

    connection_id: Id | None = Field(
        None, title="Connection", description="The connection to send leads over; without one, the primary connection."
    )


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class WeeklyReportSettings(Body):
    """When the week's report is due."""

    day: Weekday = Field(Weekday.MONDAY, title="Day", description="The day of the week.")
    hour: int = Field(8, ge=0, le=23, title="Hour", description="The full hour of that day.")
    time_zone: str | None = Field(
        None, max_length=64, title="Time zone", description="As in Europe/Berlin; without one, that of the company."
    )


TEMPLATES: tuple[Template, ...] = (
    Template(
        number=1,
        id="lead-to-crm",
        name="Sync New Leads to CRM",
        description="Sends every new lead to the CRM as soon as it is created.",
        trigger="lead.created",
        trigger_label="Lead created",
        actions=(Action("crm.upsert", "Send the lead to the CRM"),),
        use_case="Real-time CRM synchronization",
        category="crm",
        requires=(CRM_CONNECTION, Need("make_address", "or the address of a custom webhook in Make")),
        run_by=(RunBy.MAKE, RunBy.NATIVE),
        settings=LeadToCrmSettings,
    ),
    Template(
        number=2,
        id="lead-enrichment",
        name="Enrich Lead Data",
        description="Adds data of the person's company to every new lead, from Clearbit or Hunter.",
        trigger="lead.created",
        trigger_label="Lead created",
        actions=(Action("lead.enrich", "Enrich the lead with company data from Clearbit or Hunter"),),
        use_case="Automatic data enrichment",
        category="enrichment",
    ),
    Template(
        number=3,
        id="lead-notifications",
        name="Real-time Lead Notifications",
        description="Tells the sales team of a high-value lead at once, in Slack, in Teams or by e-mail.",
        trigger="lead.high_value",
        trigger_label="High-value lead created",
        actions=(Action("notification.send", "Send a notification to Slack, Teams or by e-mail"),),
        use_case="Instant sales team alerts",
        category="notification",
    ),
    Template(
        number=4,
        id="lead-qualification",
        name="Auto-qualify Leads (BANT)",
        description="Analyzes what a person sent with a form by budget, authority, need and timeline; scores the lead.",
        trigger="form.submitted",
        trigger_label="Form submitted",
        actions=(Action("lead.analyze", "Analyze the answers"), Action("lead.score", "Score the lead")),
        use_case="Automatic lead qualification",
        category="qualification",
    ),
    Template(
        number=5,
        id="lead-distribution",
        name="Smart Lead Distribution",
        description="Routes every new lead to the sales representative of its territory.",
        trigger="lead.created",
        trigger_label="Lead created",
        actions=(Action("lead.assign", "Assign the lead to a sales representative by territory"),),
        use_case="Fair lead distribution",
        category="distribution",
    ),
    Template(
        number=6,
        id="weekly-report",
        name="Weekly Lead Report",
        description="Reports on the week's leads once a week.",
        trigger="schedule.weekly",
        trigger_label="Scheduled (weekly)",
        actions=(Action("report.generate", "Generate the report"), Action("report.send", "Send the report")),
        use_case="Performance tracking",
        category="report",
        settings=WeeklyReportSettings,
    ),
)
"""In the order in which they are shown."""

BY_ID: Mapping[str, Template] = {one.id: one for one in TEMPLATES}


def templates_table() -> str:
    """Return the templates as a Markdown table: the one in the docs."""
    lines = ["| template | name | starts on | does | run by |", "|---|---|---|---|---|"]
    for one in TEMPLATES:
        does = "; ".join(action.label for action in one.actions)
        by = ", ".join("Make or any endpoint" if who is RunBy.MAKE else "the hub itself" for who in one.run_by)
        lines.append(f"| `{one.id}` | {one.name} | `{one.trigger}` | {does} | {by} |")
    return "\n".join(lines) + "\n"
