"""HubSpot's properties, pipelines and owners, read into our words."""

from typing import Any

import pytest

from leadbridge.crm.hubspot import describing


def field(**raw: Any) -> Any:
    return describing.field({"name": "x", "type": "string", "fieldType": "text", **raw})


@pytest.mark.parametrize(
    ("kind", "shown_as", "said"),
    [
        ("string", "text", "text"),
        ("string", "phonenumber", "phone"),
        ("number", "number", "number"),
        ("date", "date", "date"),
        ("datetime", "date", "datetime"),
        ("bool", "booleancheckbox", "boolean"),
        ("enumeration", "select", "choice"),
        ("enumeration", "checkbox", "choices"),
        ("json", "text", "text"),
    ],
)
def test_types(kind: str, shown_as: str, said: str) -> None:
    assert field(type=kind, fieldType=shown_as).type == said


def test_what_can_be_written() -> None:
    assert field().writable
    assert not field(calculated=True).writable
    assert not field(archived=True).writable
    assert not field(modificationMetadata={"readOnlyValue": True}).writable
    assert field(modificationMetadata={"readOnlyDefinition": True}).writable


def test_hidden_options_are_left_out() -> None:
    options = [{"label": "One", "value": "1"}, {"label": "Two", "value": "2", "hidden": True}]
    assert [(one.value, one.label) for one in field(type="enumeration", options=options).options] == [("1", "One")]


def test_a_pipelines_stages_are_in_order_whatever_their_metadata() -> None:
    stages = [
        {"id": "b", "label": "B", "displayOrder": 1, "metadata": {"probability": "much", "isClosed": "true"}},
        {"id": "a", "label": "A", "displayOrder": 0},
    ]
    found = describing.pipeline({"id": "p", "label": "P", "stages": stages})
    assert [(one.id, one.probability, one.closed) for one in found.stages] == [("a", None, False), ("b", None, True)]


def test_an_owner_without_a_name_is_known_by_the_address() -> None:
    assert describing.owner({"id": 7, "email": "bo@example.test"}).name == "bo@example.test"
