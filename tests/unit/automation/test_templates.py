"""The six templates: their texts, their settings, and the table of the docs that is made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from leadbridge.automation.errors import InvalidAutomation
from leadbridge.automation.events.catalogue import STARTING, example_body
from leadbridge.automation.model import RunBy
from leadbridge.automation.templates.catalogue import BY_ID, TEMPLATES, templates_table

DOCS = Path(__file__).resolve().parents[3] / "docs" / "automations.md"


def test_there_are_six_in_their_order_each_with_an_id_of_its_own() -> None:
    assert [one.id for one in TEMPLATES] == [
        "lead-to-crm", "lead-enrichment", "lead-notifications", "lead-qualification", "lead-distribution",
        "weekly-report",
    ]  # fmt: skip
    views = [one.view(example_body(one.trigger)) for one in TEMPLATES]
    assert len({view["_id"] for view in views}) == len(views)
    for view in views:
        assert re.fullmatch(r"[0-9a-f]{24}", view["_id"])
        assert view["samplePayload"]["type"] == view["trigger"]["type"]
        assert view["configSchema"]["type"] == "object"
        assert view["actions"]
        assert view["requires"]
        assert view["runBy"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.id)
def test_each_is_started_by_an_event_that_starts_automations(template: object) -> None:
    assert BY_ID[template.id].trigger in STARTING  # type: ignore[attr-defined]


def test_settings_are_read_by_their_schema_and_defaults_are_filled_in() -> None:
    report = BY_ID["weekly-report"]
    assert report.config({}) == {"day": "monday", "hour": 8}
    assert report.config({"day": "friday", "hour": 17, "timeZone": "Asia/Tokyo"}) == {
        "day": "friday", "hour": 17, "timeZone": "Asia/Tokyo",
    }  # fmt: skip
    assert set(report.schema["properties"]) == {"day", "hour", "timeZone"}
    connection = "a" * 24
    assert BY_ID["lead-to-crm"].config({"connectionId": connection}) == {"connectionId": connection}
    assert BY_ID["lead-to-crm"].config({}) == {}


@pytest.mark.parametrize(
    ("template", "sent", "field"),
    [
        ("weekly-report", {"hour": 24}, "config.hour"),
        ("weekly-report", {"day": "mon"}, "config.day"),
        ("lead-to-crm", {"connectionId": "mine"}, "config.connectionId"),
        ("lead-to-crm", {"conection": "a" * 24}, "config.conection"),
        ("lead-enrichment", {"provider": "hunter"}, "config.provider"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(template: str, sent: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidAutomation) as refused:
        BY_ID[template].config(sent)
    assert refused.value.code == "invalid_config"
    assert refused.value.details == {"field": field}
    assert field.removeprefix("config.") in refused.value.message


def test_only_what_the_hub_can_do_is_offered_as_done_by_it() -> None:
    assert [one.id for one in TEMPLATES if RunBy.NATIVE in one.run_by] == ["lead-to-crm"]


def test_the_table_of_the_docs_is_the_one_of_the_code() -> None:
    assert templates_table() in DOCS.read_text(encoding="utf-8")
