"""The sales team over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.leads.serving import Api, served


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with served(tmp_path) as api:
        yield api


async def test_a_member_is_added_read_changed_and_removed(api: Api) -> None:
    body = {
        "name": " Ana  Ruiz ", "email": "Ana@Example.com", "zone": "Europe/Madrid", "capacity": 40,
        "hours": [{"day": "mon", "start": "09:00", "end": "17:30"}],
        "territories": [{"countries": ["Spain", "pt"], "postalPrefixes": ["28"]}],
        "absences": [{"first": "2026-08-03", "last": "2026-08-21"}],
    }  # fmt: skip
    made = await api.make("team", **body)
    assert made.items() >= {
        "name": "Ana Ruiz", "email": "Ana@example.com", "active": True, "weight": 1, "zone": "Europe/Madrid",
        "territories": [{"countries": ["ES", "PT"], "regions": [], "postalPrefixes": ["28"], "tags": []}],
    }.items()  # fmt: skip
    path = f"/team/{made['_id']}"
    assert await api.data("GET", path) == made
    changed = await api.data("PATCH", path, json={"active": False, "capacity": None, "absences": []})
    assert (changed["active"], changed["absences"], "capacity" in changed) == (False, [], False)
    assert changed["hours"] == made["hours"]
    assert await api.names("/team", "_id") == [made["_id"]]
    assert (await api.make("team", name="Bo"))["zone"] == "UTC"
    await api.data("DELETE", path)
    assert await api.error("GET", path) == (404, "rep_not_found")
    assert await api.names("/team", "name") == ["Bo"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "no_name"),
        ({"name": " "}, "no_name"),
        ({"name": "A", "zone": "Europe/Atlantis"}, "unknown_zone"),
        ({"name": "A", "zone": "../etc/passwd"}, "unknown_zone"),
        ({"name": "A", "email": "a@"}, "invalid_email"),
        ({"name": "A", "hours": [{"day": "mon", "start": "09:00", "end": "09:00"}]}, "invalid_hours"),
        ({"name": "A", "hours": [{"day": "mon", "start": "25:00", "end": "09:00"}]}, "invalid_request"),
        ({"name": "A", "territories": [{"countries": ["Atlantis"]}]}, "unknown_country"),
        ({"name": "A", "absences": [{"first": "2026-02-02", "last": "2026-02-01"}]}, "invalid_absence"),
    ],
)
async def test_what_cannot_be_is_told(api: Api, body: dict[str, Any], code: str) -> None:
    assert await api.error("POST", "/team", json=body) == (400, code)
    assert await api.names("/team", "name") == []
