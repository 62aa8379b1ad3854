"""What an organisation's modules look like, and who its people are."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from .call import Call
from .errors import ItemError, Json, VendorError, answer, invalid_module, invalid_param, missing_param
from .fields import layout_json
from .writes import respond

FIELDS_AT_ONCE = 5


def _module_param(call: Call) -> str:
    name = call.query("module")
    if not name:
        raise missing_param("module")
    found = call.zoho.definitions(call.principal.org.zgid).module(name)
    if found is None:
        # recorded answers of this endpoint have no details
        wrong = invalid_module()
        raise VendorError(wrong.status, wrong.code, wrong.message)
    return found.api_name


def fields(call: Call) -> Response:
    """Answer all fields of a module."""
    name = _module_param(call)
    found = call.zoho.definitions(call.principal.org.zgid).fields(name)
    return answer(200, {"fields": [one.as_json() for one in found.values()]})


def field(call: Call) -> Response:
    """Answer one field by its id."""
    name = _module_param(call)
    found = call.zoho.definitions(call.principal.org.zgid).fields(name)
    shown = [one.as_json() for one in found.values() if str(one.id) == call.path("field")]
    return answer(200, {"fields": shown}) if shown else answer(204, None)


def create_fields(call: Call) -> Response:
    """Make up to five fields; 201, 207 or 400."""
    name = _module_param(call)
    definitions = call.zoho.definitions(call.principal.org.zgid)
    rows: list[Json] = []
    failures: list[ItemError] = []
    for place, given in enumerate(call.rows("fields", FIELDS_AT_ONCE)):
        try:
            made = definitions.add_field(name, given, f"$.fields[{place}]")
        except ItemError as error:
            failures.append(error)
            rows.append(error.row())
        else:
            details = {"id": str(made.id)}
            rows.append({"code": "SUCCESS", "details": details, "message": "field created", "status": "success"})
    return respond(rows, failures, 201, "fields")


def modules(call: Call) -> Response:
    """Answer the modules."""
    found = call.zoho.definitions(call.principal.org.zgid).modules
    return answer(200, {"modules": [one.as_json() for one in found.values()]})


def module(call: Call) -> Response:
    """Answer one module."""
    return answer(200, {"modules": [call.module().as_json()]})


def layouts(call: Call) -> Response:
    """Answer a module's layouts: one, with what it requires."""
    definitions = call.zoho.definitions(call.principal.org.zgid)
    name = _module_param(call)
    return answer(200, {"layouts": [layout_json(definitions.modules[name], definitions.fields(name))]})


def pipelines(call: Call) -> Response:
    """Answer the pipelines of a deal layout: one, with the stages of the picklist."""
    definitions = call.zoho.definitions(call.principal.org.zgid)
    layout = layout_json(definitions.modules["Deals"], definitions.fields("Deals"))
    if not call.query("layout_id"):
        raise missing_param("layout_id")
    if call.query("layout_id") != layout["id"]:
        raise invalid_param("layout_id")
    stages = definitions.fields("Deals")["Stage"].as_json()["pick_list_values"]
    shown = [
        {
            "id": stage["id"],
            "display_value": stage["display_value"],
            "actual_value": stage["actual_value"],
            "sequence_number": stage["sequence_number"],
            **_forecast(stage["actual_value"], place),
        }
        for place, stage in enumerate(stages)
    ]
    name = "Standard (Standard)"
    entry = {"id": str(5_547_000_000_000_095_001), "display_value": name, "actual_value": name, "default": True}
    return answer(200, {"pipeline": [{**entry, "maps": shown}]})


def stages(call: Call) -> Response:
    """Answer the stages of deals with their probabilities."""
    if call.query("module") != "Deals":
        raise missing_param("module") if not call.query("module") else invalid_param("module")
    field = call.zoho.definitions(call.principal.org.zgid).fields("Deals")["Stage"].as_json()
    shown = [
        {
            "id": stage["id"],
            "name": stage["actual_value"],
            "api_name": stage["actual_value"].replace(" ", "_"),
            "probability": _PROBABILITIES.get(stage["actual_value"], 50),
            "sequence_number": stage["sequence_number"],
            **_forecast(stage["actual_value"], place),
        }
        for place, stage in enumerate(field["pick_list_values"])
    ]
    return answer(200, {"stages": shown})


_PROBABILITIES = {
    "Qualification": 10,
    "Needs Analysis": 20,
    "Value Proposition": 40,
    "Identify Decision Makers": 60,
    "Proposal/Price Quote": 75,
    "Negotiation/Review": 90,
    "Closed Won": 100,
    "Closed Lost": 0,
    "Closed Lost to Competition": 0,
}


def _forecast(stage: str, place: int) -> Json:
    kind = "Closed Won" if stage == "Closed Won" else "Closed Lost" if stage.startswith("Closed Lost") else "Open"
    category = {"Open": "Pipeline", "Closed Won": "Closed", "Closed Lost": "Omitted"}[kind]
    return {
        "forecast_type": kind,
        "forecast_category": {"name": category, "id": str(5_547_000_000_000_096_001 + place)},
    }


def users(call: Call) -> Response:
    """Answer the users: the one who consented, all, or the active ones."""
    zoho, org = call.zoho, call.principal.org
    kind, people = call.query("type", "AllUsers"), list(zoho.users(org.zgid).values())
    if kind == "CurrentUser":
        people = people[:1]
    elif kind == "ActiveUsers":
        people = [one for one in people if one.status == "active"]
    elif kind == "DeactiveUsers":
        people = [one for one in people if one.status != "active"]
    if not people:
        return answer(204, None)
    shown: list[Any] = [
        {
            "id": str(one.id),
            "full_name": one.full_name,
            "first_name": one.first_name,
            "last_name": one.last_name,
            "email": one.email,
            "zuid": str(one.id % 10**9 + 600_000_000),
            "status": one.status,
            "confirm": True,
            "role": {"name": one.role, "id": str(org_number(org.zgid, 26_005))},
            "profile": {"name": one.profile, "id": str(org_number(org.zgid, 26_011))},
            "time_zone": org.time_zone,
            "locale": "en_GB",
        }
        for one in people
    ]
    info = {"per_page": 200, "count": len(shown), "page": 1, "more_records": False}
    return answer(200, {"users": shown, "info": info})


def org_number(zgid: str, number: int) -> int:
    """Return an id of something that an organisation has one of."""
    return 5_547_000_000_000_000_000 + int(zgid) % 10**6 * 10**6 + number


def organisation(call: Call) -> Response:
    """Answer the organisation."""
    zoho, org = call.zoho, call.principal.org
    person = zoho.person(org.zgid)
    return answer(
        200,
        {
            "org": [
                {
                    "id": str(org_number(org.zgid, 20)),
                    "zgid": org.zgid,
                    "company_name": org.name,
                    "primary_email": person.email,
                    "primary_zuid": str(person.id % 10**9 + 600_000_000),
                    "type": org.type,
                    "time_zone": org.time_zone,
                    "iso_code": org.currency,
                    "currency": f"{org.currency} - {org.currency}",
                    "country_code": "ES",
                    "domain_name": f"org{org.zgid}",
                    "license_details": {
                        "paid": org.edition != "free",
                        "paid_type": org.edition,
                        "users_license_purchased": org.users,
                    },
                }
            ]
        },
    )
