"""Functions of the whole organisation: who is calling, which organisation it is."""

from __future__ import annotations

from .errors import Answer
from .operation import Call
from .organization import VERSION


def service_document(call: Call) -> Answer:
    """Answer the names of all sets."""
    sets = [
        {"name": table.set_name, "kind": "EntitySet", "url": table.set_name} for table in call.desk.catalogue.tables()
    ]
    return Answer(200, {"@odata.context": f"{call.root}$metadata", "value": sets})


def who_am_i(call: Call) -> Answer:
    """Answer the ids of user, business unit and organisation."""
    organization = call.principal.organization
    return Answer(
        200,
        {
            "@odata.context": f"{call.root}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",
            "BusinessUnitId": organization.business_unit_id,
            "UserId": call.principal.user_id,
            "OrganizationId": organization.organization_id,
        },
    )


def current_organization(call: Call) -> Answer:
    """Answer what the organisation is called and where it is."""
    organization = call.principal.organization
    url = call.vendor.url_of(organization)
    return Answer(
        200,
        {
            "@odata.context": f"{call.root}$metadata#Microsoft.Dynamics.CRM.RetrieveCurrentOrganizationResponse",
            "Detail": {
                "OrganizationId": organization.organization_id,
                "FriendlyName": organization.friendly_name,
                "OrganizationVersion": VERSION,
                "EnvironmentId": organization.environment_id,
                "Geo": "NA",
                "TenantId": organization.tenant_id,
                "UrlName": organization.unique_name,
                "UniqueName": organization.unique_name,
                "State": "Enabled",
                "Endpoints": {
                    "Count": 1,
                    "Keys": ["WebApplication"],
                    "Values": [f"{url}/"],
                },
            },
        },
    )


def version(call: Call) -> Answer:
    """Answer the version of the platform."""
    return Answer(
        200,
        {"@odata.context": f"{call.root}$metadata#Microsoft.Dynamics.CRM.RetrieveVersionResponse", "Version": VERSION},
    )
