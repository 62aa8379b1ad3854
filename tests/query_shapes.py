"""Prints every question the code asks the store beside the index that answers it; fails on one without.

``python -m tests.query_shapes``. Each ``find`` and ``lookup`` under ``src/leadbridge`` is read from the source: the
kind (a constant of the module), the door (``of`` or ``across_companies``), the names of the equality fields, the order.
A name that varies is either a value of a module's dictionary, ``ORDER[sort]``, or a variable declared as a ``Literal``
of the possible names, which the type checker holds it to. What cannot be read is a failure too.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from leadbridge.leads.stored import RECORD_KINDS
from leadbridge.storage.kind import BY_COMPANY, BY_ID, Kind
from leadbridge.storage.query import NoIndex, pick_index

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
ROOMS = SOURCE / "leadbridge"
DOORS = {"of": True, "across_companies": False}
FIND = {"eq", "order", "low", "high", "after", "residual", "descending", "limit", "max_scan", "count_only"}


OVER_KINDS = {
    "privacy/replay.py": "puts every kind back; by id",
    "privacy/retention.py": "one rule a kind; every rule's index is tried by the retention tests",
    "privacy/service.py": "every kind with subjects; the policy test holds each to that index",
    "privacy/tenant.py": "every kind of a company; each has the company's own index",
    "security/keywalk.py": "every kind with sealed values; the policy test holds each to the index of keys",
}
"""Files that ask the same question of many kinds, which are handed to them: what holds each kind to its index."""


@dataclass(frozen=True)
class Shape:
    """One form of one question, with the index that serves it or what is wrong with it."""

    place: str
    kind: str = ""
    scoped: bool = True
    eq: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    index: str = ""
    fault: str = ""


class Unreadable(Exception):
    """Something about a call cannot be told from its source."""


def shapes_of(path: Path, module: ModuleType) -> list[Shape]:
    """Return the shape of every question in the file at ``path``, which was imported as ``module``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[Shape] = []
    for function, call in _calls(tree):
        place = f"{path.relative_to(SOURCE.parent) if path.is_relative_to(SOURCE) else path.name}:{call.lineno}"
        try:
            found += _shapes(call, _Scope(module, function), place)
        except Unreadable as error:
            over = path.relative_to(ROOMS).as_posix() if path.is_relative_to(ROOMS) else ""
            reason = OVER_KINDS.get(over)
            found.append(Shape(place, fault=str(error)) if reason is None else Shape(place, "(many)", index=reason))
    return found


def _calls(tree: ast.AST) -> Iterator[tuple[list[ast.AST], ast.Call]]:
    """Yield the calls that ask a store, each with the functions around it, the innermost first."""

    def walk(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[list[ast.AST], ast.Call]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            around = [node, *around]
        if isinstance(node, ast.Call) and _asks(node):
            yield around, node
        for child in ast.iter_child_nodes(node):
            yield from walk(child, around)

    return walk(tree, [])


def _asks(call: ast.Call) -> bool:
    """Tell whether a call is one of a collection's: a text's ``find`` takes positions, a codec's look-up one name."""
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr == "find":
        return not call.args and all(word.arg in FIND for word in call.keywords if word.arg is not None)
    return call.func.attr == "lookup" and len(call.args) + len(call.keywords) == 2


class _Scope:
    """What the names around a call stand for."""

    def __init__(self, module: ModuleType, functions: list[ast.AST]) -> None:
        self.module = module
        self.functions = functions

    def constant(self, name: str) -> Any:
        if not hasattr(self.module, name):
            raise Unreadable(f"{name} is no constant of the module")
        return getattr(self.module, name)

    def assigned(self, name: str) -> ast.expr | None:
        """Return what the innermost function that sets ``name`` sets it to; nobody knows which of two it is."""
        for function in self.functions:
            values = [
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and any(_is(target, name) for target in node.targets)
            ]
            if len({ast.dump(value) for value in values}) > 1:
                raise Unreadable(f"{name} is set to different things: give each its own name")
            if values:
                return values[0]
        return None

    def declared(self, name: str) -> tuple[str, ...]:
        """Return the texts that a variable's ``Literal`` type allows."""
        for function in self.functions:
            for node in ast.walk(function):
                if isinstance(node, ast.arg) and node.arg == name and node.annotation is not None:
                    return self._literal(node.annotation)
                if isinstance(node, ast.AnnAssign) and _is(node.target, name):
                    return self._literal(node.annotation)
        raise Unreadable(f"{name} varies: declare it as a Literal of the names it may be")

    def _literal(self, annotation: ast.expr) -> tuple[str, ...]:
        if isinstance(annotation, ast.Name):
            declared = self.constant(annotation.id)
            if get_origin(declared) is Literal:
                return get_args(declared)
        if isinstance(annotation, ast.Subscript) and _is(annotation.value, "Literal"):
            inside = annotation.slice
            parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
            return tuple(part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))
        raise Unreadable(f"{ast.unparse(annotation)} is no Literal of names")

    def texts(self, node: ast.expr) -> tuple[str, ...]:
        """Return every text that an expression can stand for."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return (node.value,)
        if isinstance(node, ast.Name):
            return self.declared(node.id)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            values = self.constant(node.value.id)
            if isinstance(values, Mapping) and all(isinstance(value, str) for value in values.values()):
                return tuple(dict.fromkeys(values.values()))
        raise Unreadable(f"{ast.unparse(node)} cannot be read")


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _collection(node: ast.expr, scope: _Scope) -> tuple[tuple[Kind[Any], ...], bool]:
    """Return the kind behind an expression such as ``self._store[LEADS].of(company)``, and whether it is scoped.

    ``store[type.kind]`` is each of the kinds of records: one service asks for all of them.
    """
    if isinstance(node, ast.Name):
        value = scope.assigned(node.id)
        if value is None:
            raise Unreadable(f"{node.id} is not made in this function: ask where the store is at hand")
        return _collection(value, scope)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DOORS:
        inner = node.func.value
        if isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Name):
            kind = scope.constant(inner.slice.id)
            if isinstance(kind, Kind):
                return (kind,), DOORS[node.func.attr]
        if isinstance(inner, ast.Subscript) and ast.unparse(inner.slice).endswith("type.kind"):
            return RECORD_KINDS, DOORS[node.func.attr]
    raise Unreadable(f"{ast.unparse(node)} is no collection of a store")


def _shapes(call: ast.Call, scope: _Scope, place: str) -> list[Shape]:
    assert isinstance(call.func, ast.Attribute)
    kinds, scoped = _collection(call.func.value, scope)
    if any(word.arg is None for word in call.keywords):
        raise Unreadable("arguments are passed on with **")
    words = {word.arg: word.value for word in call.keywords if word.arg is not None}
    if call.func.attr == "lookup":
        names = scope.texts(call.args[0] if call.args else words["index"])
        return [_lookup(kind, name, Shape(place, kind.name, scoped)) for name in names for kind in kinds]
    eq = _keys(words.get("eq"), scope)
    found: list[Shape] = []
    for order in _orders(words.get("order"), scope):
        here = [_found(kind, Shape(place, kind.name, scoped, eq, order)) for kind in kinds]
        served = [shape for shape in here if not shape.fault]
        # of several kinds not each has each order: which has which is held to the indexes by a test of the types
        found += served if len(kinds) > 1 and served else here
    return found


def _keys(node: ast.expr | None, scope: _Scope) -> tuple[str, ...]:
    if isinstance(node, ast.Name) and (value := scope.assigned(node.id)) is not None:
        node = value
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return ()
    if isinstance(node, ast.Dict):
        names = [key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        if len(names) == len(node.keys):
            return tuple(names)
    raise Unreadable(f"eq={ast.unparse(node)} is no dictionary with its keys written out")


def _orders(node: ast.expr | None, scope: _Scope) -> list[tuple[str, ...]]:
    if node is None:
        return [()]
    if isinstance(node, ast.Tuple | ast.List):
        return list(product(*(scope.texts(part) for part in node.elts)))
    raise Unreadable(f"order={ast.unparse(node)} is no list with its fields written out")


def _found(kind: Kind[Any], shape: Shape) -> Shape:
    fixed = set(shape.eq) | ({"companyId"} if shape.scoped else set())
    try:
        index = pick_index((*kind.indexes, BY_COMPANY, BY_ID), fixed, shape.order)
    except NoIndex as error:
        return _with(shape, fault=str(error))
    return _with(shape, index=index.name)


def _lookup(kind: Kind[Any], name: str, shape: Shape) -> Shape:
    try:
        index = kind.index(name)
    except KeyError as error:
        return _with(shape, fault=str(error.args[0]))
    if not shape.scoped and index.fields[0] == "companyId":
        return _with(shape, fault=f"{name} starts with the company, and the question is asked across companies")
    eq = next(path for path in index.fields if path != "companyId")
    return _with(shape, index=name, eq=(eq,))


def _with(shape: Shape, *, index: str = "", fault: str = "", eq: tuple[str, ...] | None = None) -> Shape:
    fields = shape.eq if eq is None else eq
    return Shape(shape.place, shape.kind, shape.scoped, fields, shape.order, index, fault)


def every_shape() -> list[Shape]:
    """Return the shapes of all questions in the rooms above the storage room."""
    found: list[Shape] = []
    for path in sorted(ROOMS.rglob("*.py")):
        inside = path.relative_to(SOURCE).with_suffix("")
        if "storage" in inside.parts or inside.name == "__main__":
            continue
        if "find(" in (text := path.read_text(encoding="utf-8")) or "lookup(" in text:
            parts = inside.parts[:-1] if inside.name == "__init__" else inside.parts
            found += shapes_of(path, importlib.import_module(".".join(parts)))
    return found


def table(shapes: list[Shape]) -> str:
    """Return the shapes as lines of columns."""
    rows = [("where", "kind", "equal", "in order of", "index")]
    for shape in shapes:
        equal = ", ".join((*(("companyId",) if shape.scoped else ()), *shape.eq))
        rows.append((shape.place, shape.kind, equal, ", ".join(shape.order) or "_id", shape.index or "NONE"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def main() -> int:
    """Print the table; return 1 when a question has no index or cannot be read."""
    shapes = every_shape()
    sys.stdout.write(table(shapes) + "\n")
    faults = [shape for shape in shapes if shape.fault]
    for shape in faults:
        sys.stderr.write(f"{shape.place}: {shape.fault}\n")
    sys.stdout.write(f"{len(shapes)} query shapes, {len(faults)} without an index\n")
    return 1 if faults or not shapes else 0


if __name__ == "__main__":
    sys.exit(main())
