"""Every question in the code has an index, and the tool that says so notices one that has not."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from leadbridge.kit.document import LeanDocument
from leadbridge.storage.kind import Index, Kind
from tests.query_shapes import Shape, every_shape, shapes_of, table


class Thing(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    name: str


THINGS = Kind(
    "things",
    Thing,
    (
        Index("name", ("companyId", "name")),
        Index("stateAt", ("companyId", "state", "at")),
        Index("key", ("companyId", "key"), unique=True),
        Index("due", ("at",)),
    ),
)


def read(folder: Path, body: str) -> list[Shape]:
    path = folder / "room.py"
    path.write_text(f"async def ask(self, company, index: Literal['name', 'key'], sort, text):\n    {body}\n")
    module = ModuleType("room")
    module.THINGS, module.ORDER = THINGS, {"a": "name", "b": "at"}  # type: ignore[attr-defined]
    return shapes_of(path, module)


def test_every_question_of_the_code_has_an_index() -> None:
    shapes = every_shape()
    assert [f"{shape.place}: {shape.fault}" for shape in shapes if shape.fault] == []
    assert len(shapes) > 25
    assert "leads" in table(shapes)


@pytest.mark.parametrize(
    ("body", "index"),
    [
        ("await self._store[THINGS].of(company).find(limit=5)", "company"),
        ("await self._store[THINGS].across_companies().find(order=['at'], high=3)", "due"),
        ("await self._store[THINGS].of(company).find(eq={'state': 1}, order=('at',))", "stateAt"),
        ("things = self._store[THINGS].of(company)\n    await things.find(eq={'name': text})", "name"),
        ("await self._store[THINGS].of(company).lookup('key', [text])", "key"),
        ("same = {'key': text}\n    await self._store[THINGS].of(company).find(eq=same)", "key"),
    ],
)
def test_a_question_that_an_index_serves(tmp_path: Path, body: str, index: str) -> None:
    (shape,) = read(tmp_path, body)
    assert (shape.fault, shape.index) == ("", index)


def test_each_value_of_a_declared_variable_is_a_question(tmp_path: Path) -> None:
    shapes = read(tmp_path, "await self._store[THINGS].of(company).lookup(index, [text])")
    assert [shape.index for shape in shapes] == ["name", "key"]
    shapes = read(tmp_path, "await self._store[THINGS].of(company).find(order=(ORDER[sort],))")
    assert [(shape.order, shape.index) for shape in shapes] == [(("name",), "name"), (("at",), "")]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("await self._store[THINGS].of(company).find(eq={'state': 1})", "no declared index"),
        (
            "eq = {'key': text}\n    eq = {'state': 1}\n    await self._store[THINGS].of(company).find(eq=eq)",
            "set to different things",
        ),
        ("await self._store[THINGS].of(company).find(order=['name', 'at'])", "no declared index"),
        ("await self._store[THINGS].across_companies().find(eq={'name': 1})", "no declared index"),
        ("await self._store[THINGS].across_companies().lookup('key', [1])", "across companies"),
        ("await self._store[THINGS].of(company).lookup('nothing', [1])", "no index 'nothing'"),
        ("await self._store[THINGS].of(company).find(eq=text)", "cannot be read|no dictionary"),
        ("await self._store[THINGS].of(company).find(order=[sort])", "declare it as a Literal|is no"),
        ("await self._store[THINGS].of(company).find(**text)", "passed on"),
        ("await text.find(limit=3)", "is not made in this function"),
        ("await self._store[kind].of(company).find(limit=3)", "kind is no constant"),
    ],
)
def test_a_question_without_an_index_or_a_reading_is_a_fault(tmp_path: Path, body: str, fault: str) -> None:
    (shape,) = read(tmp_path, body)
    assert shape.index == ""
    assert any(part in shape.fault for part in fault.split("|")), shape.fault


def test_what_is_no_store_is_left_alone(tmp_path: Path) -> None:
    assert read(tmp_path, "return text.find('x', 3), codecs.lookup(text), text.find('y')") == []
