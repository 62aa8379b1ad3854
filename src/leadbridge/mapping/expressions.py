"""Computed fields: CEL, checked against typed fields when saved, run with the values that a record has.

No loops, capped texts and 2 KB of source bound what one evaluation costs. Blank text is "", a blank list is empty,
blank yes/no is false and a blank number is null: ``fallback(score, 0)`` gives it a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from cel_expr_python import cel

from leadbridge.mapping import read, words
from leadbridge.mapping.errors import BadExpression, Unmappable
from leadbridge.mapping.functions import MAX_TEXT, NAMES, declared
from leadbridge.mapping.model import NUMBERS, Field, Schema, Type, Value, Values

MAX_SOURCE = 2048
"""Bytes of one expression's source."""

_CONFIG = cel.NewEnvConfigFromYaml("stdlib:\n  exclude_macros: [map, filter, all, exists, exists_one]\n")
_TYPED = {
    Type.INTEGER: cel.Type.INT, Type.NUMBER: cel.Type.DOUBLE, Type.MONEY: cel.Type.DOUBLE, Type.BOOLEAN: cel.Type.BOOL,
    Type.CHOICES: cel.Type.List(cel.Type.STRING),
}  # fmt: skip
_RESULTS = {
    "STRING": Type.TEXT, "INT": Type.INTEGER, "UINT": Type.INTEGER, "DOUBLE": Type.NUMBER, "BOOL": Type.BOOLEAN,
    "TIMESTAMP": Type.DATETIME, "LIST<STRING>": Type.CHOICES,
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_RESERVED = frozenset((
    "and", "or", "not", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
    "loop", "package", "namespace", "return", "var", "void", "while", "true", "false", "null",
))  # fmt: skip
_FAULT = re.compile(r"<input>:(\d+):(\d+): (.+)")
_NO_OVERLOAD = re.compile(r"found no matching overload for '(.+?)' applied to '(.+?)'")
_UNDECLARED = re.compile(r"undeclared reference to '(.+?)'")
_LACKS = re.compile(r"missing ('.+?') at")
_UNREADABLE = re.compile(r"token recognition error at: '(.+?)'?$")
_UNEXPECTED = re.compile(r"(?:mismatched|extraneous) input '(.+?)' expecting")
_FAILED = re.compile(r"[A-Z_]+: ?")


@dataclass(frozen=True, slots=True)
class Program:
    """An expression that passed the check. ``result`` is the type it returns."""

    source: str
    result: Type
    uses: tuple[Field, ...]
    """The fields that it reads."""
    decimals: bool
    """Whether whole numbers count as decimal ones in it."""
    code: Any


class Language:
    """The expressions over one schema's fields."""

    def __init__(self, schema: Schema) -> None:
        self._fields = {name: field for name, field in schema.items() if usable(name)}
        self._run = cel.NewEnv(
            config=_CONFIG, variables=dict.fromkeys(self._fields, cel.Type.DYN), functions=declared(typed=False)
        )
        natural = {name: _TYPED.get(field.type, cel.Type.STRING) for name, field in self._fields.items()}
        decimal = {name: cel.Type.DOUBLE if type == cel.Type.INT else type for name, type in natural.items()}
        self._natural = cel.NewEnv(config=_CONFIG, variables=natural, functions=declared(typed=True))
        self._decimal = cel.NewEnv(config=_CONFIG, variables=decimal, functions=declared(typed=True))

    def compile(self, source: str) -> Program:
        """Return the program of an expression; raises ``BadExpression`` with a sentence that names the place."""
        if not source.strip():
            raise BadExpression("The expression is empty.")
        if len(source.encode()) > MAX_SOURCE:
            raise BadExpression(f"The expression is longer than {MAX_SOURCE} bytes; split it, or shorten it.")
        written = words.to_cel(source)
        if (called := words.loop(written)) is not None:
            raise BadExpression(f"Loops are not available in expressions: take out '.{called}(...)'.")
        checked, decimals = self._check(written)
        result = _RESULTS.get(str(checked.return_type()))
        if result is None:
            raise BadExpression(
                f"The expression returns {str(checked.return_type()).lower()}; "
                "return text, a number, true or false, a time, or a list of texts."
            )
        code = self._run.compile(words.with_decimals(written) if decimals else written)
        used = words.names(written)
        return Program(source, result, tuple(self._fields[n] for n in sorted(used & set(self._fields))), decimals, code)

    def join(self, programs: Sequence[Program]) -> Any:
        """Return one code that gives the results of all ``programs`` as a list, so that a record is handed over once.

        None where one of them is already as deep as the parser goes, so that a list around it is too deep.
        """
        sources = [words.to_cel(one.source) for one in programs]
        listed = [
            words.with_decimals(text) if one.decimals else text for one, text in zip(programs, sources, strict=True)
        ]
        try:
            return self._run.compile("[" + ", ".join(f"{text}\n" for text in listed) + "]")
        except RuntimeError:
            return None

    def _check(self, written: str) -> tuple[Any, bool]:
        """Return the typed expression, first as it stands, else with all numbers decimal (``budget > 10000``)."""
        try:
            return self._natural.compile(written), False
        except RuntimeError as error:
            first = error
        try:
            return self._decimal.compile(words.with_decimals(written)), True
        except RuntimeError:
            raise BadExpression(_sentence(str(first))) from None


class Batch:
    """Several programs over one schema, evaluated together."""

    def __init__(self, language: Language, programs: Mapping[str, Program]) -> None:
        self._programs = programs
        self._groups: list[tuple[list[str], tuple[Field, ...], bool, Any]] = []
        for decimals in (False, True):
            names = [name for name, program in programs.items() if program.decimals is decimals]
            if names:
                group = [programs[name] for name in names]
                uses = tuple({field.name: field for program in group for field in program.uses}.values())
                self._groups.append((names, uses, decimals, language.join(group)))

    def run(self, values: Values) -> tuple[dict[str, Value], dict[str, str]]:
        """Return each program's result by name, and a sentence for each that has none for these values."""
        results: dict[str, Value] = {}
        faults: dict[str, str] = {}
        for names, uses, decimals, code in self._groups:
            answer = None if code is None else code.eval(data=_activation(uses, values, decimals))
            if answer is not None and answer.type().name() != "ERROR":
                given: Sequence[Any] = answer.plain_value()
                for name, one in zip(names, given, strict=True):
                    _keep(name, one, results, faults)
                continue
            for name in names:  # one failed: each for itself, so that it spoils no other
                program = self._programs[name]
                alone = program.code.eval(data=_activation(program.uses, values, decimals))
                if alone.type().name() == "ERROR":
                    faults[name] = _failure(program, values, str(alone.value()))
                else:
                    _keep(name, alone.plain_value(), results, faults)
        return results, faults


def usable(name: str) -> bool:
    """Tell whether a field can be named in an expression: letters, digits and _, parts joined by points."""
    return _NAME.fullmatch(name) is not None and _RESERVED.isdisjoint(name.split("."))


def _activation(uses: Sequence[Field], values: Values, decimals: bool) -> dict[str, Any]:
    return {field.name: _argument(field, values.get(field.name), decimals) for field in uses}


def _argument(field: Field, value: Value, decimals: bool) -> Any:
    type = field.type
    if type not in _TYPED:
        return read.text(value)[:MAX_TEXT]
    if type is Type.CHOICES:
        return [one[:MAX_TEXT] for one in read.listed(value, ";")][:MAX_TEXT]
    try:
        if type is Type.BOOLEAN:
            return not read.blank(value) and read.boolean(value)
        if type in NUMBERS and not read.blank(value):
            exact = read.number(value)
            return int(exact) if type is Type.INTEGER and not decimals else float(exact)
    except Unmappable:
        return read.text(value)[:MAX_TEXT]  # not what the field should hold: the operation on it fails by its type
    return None


def _keep(name: str, value: Any, results: dict[str, Value], faults: dict[str, str]) -> None:
    if isinstance(value, datetime):
        value = read.iso(value.astimezone(UTC) if value.tzinfo else value)
    elif isinstance(value, list):
        value = tuple(value)
    if isinstance(value, float) and not isfinite(value):
        faults[name] = "The expression's result is not a finite number."
    elif isinstance(value, str) and len(value) > MAX_TEXT:
        faults[name] = f"The expression's result is longer than {MAX_TEXT} characters."
    else:
        results[name] = None if read.blank(value) else value


def _failure(program: Program, values: Values, told: str) -> str:
    blanks = [one.name for one in program.uses if one.type in NUMBERS and read.blank(values.get(one.name))]
    if blanks:
        return f"The expression needs a number and '{blanks[0]}' is blank; write fallback({blanks[0]}, 0)."
    plain = _FAILED.sub("", told, count=1).replace(" : ", ": ")
    return f"The expression could not be computed for this record: {plain[:200]}."


def _sentence(told: str) -> str:
    found = _FAULT.search(told)
    if found is None:
        return "The expression is too deep or too long to be read; simplify it."
    line, column, what = found[1], found[2], found[3].strip()
    place = f"At column {column}" if line == "1" else f"At line {line}, column {column}"
    if (missing := _UNDECLARED.match(what)) is not None:
        return f"{place}: there is no field or function '{missing[1]}'. Functions: {', '.join(NAMES)}, and CEL's own."
    if (types := _NO_OVERLOAD.match(what)) is not None:
        operator = types[1].replace("_", " ").strip() if "_" in types[1] and not types[1].isidentifier() else types[1]
        return f"{place}: '{operator}' does not take {types[2]}."
    if what.startswith("Syntax error"):
        return f"{place}: {_syntax(what)}"
    return f"{place}: {what}."


def _syntax(told: str) -> str:
    """Return where reading stopped; the parser's own sentence lists every token that it would have taken."""
    if (lacks := _LACKS.search(told)) is not None:
        return f"{lacks[1]} is missing."
    if (unknown := _UNREADABLE.search(told)) is not None:
        hint = "; equality is written ==" if unknown[1].startswith("=") else ""
        return f"'{unknown[1].strip()}' cannot be read{hint}."
    if (unexpected := _UNEXPECTED.search(told)) is not None and unexpected[1] != "<EOF>":
        return f"'{unexpected[1]}' is not expected here."
    return "the expression ends too early."
