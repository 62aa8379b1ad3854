"""What Salesforce can do beyond what every CRM must: owners, stages, values of each record type."""

from __future__ import annotations

from leadbridge.crm.model import Option, Owner, Pipeline
from leadbridge.crm.provider import Session
from leadbridge.crm.salesforce import answers, describing, reading, requests, soql


class Extras:
    """The optional protocols of ``crm.capabilities`` that Salesforce has."""

    async def owners(self, session: Session) -> tuple[Owner, ...]:
        """Return every person who can own records, active ones first. Queues own leads too, and are no persons."""
        text = soql.select(
            ("Id", "Name", "Email", "IsActive"), "User", "UserType = 'Standard'", "IsActive DESC, Id ASC"
        )
        return tuple(describing.owner(raw) for raw in await reading.query(session, text))

    async def pipelines(self, session: Session, object: str) -> tuple[Pipeline, ...]:
        """Return the stages of opportunities; other objects have none."""
        if object != "Opportunity":
            return ()
        fields = ("ApiName", "MasterLabel", "DefaultProbability", "IsClosed", "SortOrder")
        text = soql.select(fields, "OpportunityStage", "IsActive = true", "SortOrder ASC")
        return (describing.pipeline(await reading.query(session, text)),)

    async def record_types(self, session: Session, object: str) -> dict[str, dict[str, tuple[Option, ...]]]:
        """Return the values of each picklist, by record type's name and field."""
        body = answers.ensure(await session.call(requests.describe(session.app, object)), 200)
        found: dict[str, dict[str, tuple[Option, ...]]] = {}
        for id, name in describing.record_types(body):
            told = answers.ensure(await session.call(requests.picklists(session.app, object, id)), 200)
            found[name] = describing.picklists(told)
        return found
