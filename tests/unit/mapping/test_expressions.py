"""Computed fields: what is accepted and returned, what is refused with which sentence, and hostile sources."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.mapping import words
from leadbridge.mapping.errors import BadExpression
from leadbridge.mapping.expressions import MAX_SOURCE, Batch, Language
from leadbridge.mapping.functions import MAX_TEXT
from leadbridge.mapping.model import Type, Value, Values
from tests.unit.mapping.build import field, schema

FIELDS = schema(
    field("firstName", Type.TEXT),
    field("lastName", Type.TEXT),
    field("company", Type.TEXT),
    field("address.city", Type.TEXT),
    field("custom.Budget", Type.NUMBER),
    field("custom.two words", Type.TEXT),
    field("score", Type.INTEGER),
    field("employees", Type.INTEGER),
    field("value.amount", Type.MONEY),
    field("consent.given", Type.BOOLEAN),
    field("tags", Type.CHOICES),
    field("closeDate", Type.DATE),
)
LANGUAGE = Language(FIELDS)
RECORD: Values = {
    "firstName": "Ana",
    "lastName": "Ruiz",
    "address.city": "Bonn",
    "custom.Budget": 12.5,
    "score": 70,
    "value.amount": "1234.50",
    "consent.given": True,
    "tags": ("vip", "fair"),
    "closeDate": "2026-03-31",
}


def run(source: str, record: Values = RECORD) -> tuple[dict[str, Value], dict[str, str]]:
    return Batch(LANGUAGE, {"x": LANGUAGE.compile(source)}).run(record)


@pytest.mark.parametrize(
    ("source", "type", "result"),
    [
        ("firstName + ' ' + lastName", Type.TEXT, "Ana Ruiz"),
        ("address . city + address\n.city", Type.TEXT, "BonnBonn"),
        ("upper(left(address.city, 2))", Type.TEXT, "BO"),
        ("score > 50 and consent.given ? 'hot' : 'cold'", Type.TEXT, "hot"),
        ("not consent.given or score < 5", Type.BOOLEAN, False),
        ("'a and b or not c'", Type.TEXT, "a and b or not c"),
        ("value.amount > 1000", Type.BOOLEAN, True),
        ("score > 50 && value.amount > 10.5", Type.BOOLEAN, True),
        ("value.amount * 2", Type.NUMBER, 2469.0),
        ("score + 1", Type.INTEGER, 71),
        ("custom.Budget / 2", Type.NUMBER, 6.25),
        ("size(tags) > 1", Type.BOOLEAN, True),
        ("tags[0]", Type.TEXT, "vip"),
        ("join(tags, ', ')", Type.TEXT, "vip, fair"),
        ("'vip' in tags", Type.BOOLEAN, True),
        ("tags + ['new']", Type.CHOICES, ("vip", "fair", "new")),
        ("fallback(company, 'unknown')", Type.TEXT, "unknown"),
        ("fallback(employees, 1)", Type.INTEGER, 1),
        ("blank(company) ? 'none' : company", Type.TEXT, "none"),
        ("blank(employees)", Type.BOOLEAN, True),
        ("company", Type.TEXT, None),
        ("replace(lastName, 'z', 's')", Type.TEXT, "Ruis"),
        ("digits('+34 612') + right(lastName, 2) + trim(' x ') + lower('Y')", Type.TEXT, "34612izxy"),
        ("lastName.matches('^R.*z$')", Type.BOOLEAN, True),
        ("timestamp(closeDate + 'T00:00:00Z') + duration('24h')", Type.DATETIME, "2026-04-01T00:00:00Z"),
        ("string(score) // a note and more", Type.TEXT, "70"),
    ],
)
def test_an_expression_returns(source: str, type: Type, result: Value) -> None:
    assert LANGUAGE.compile(source).result is type
    assert run(source) == ({"x": result}, {})


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("", "is empty"),
        ("upper(score)", r"At column 6: 'upper' does not take \(int\)"),
        ("uper(firstName)", "At column 5: there is no field or function 'uper'"),
        ("nonsense", "there is no field or function 'nonsense'"),
        ("firstName + score", "does not take"),
        ("score > 'a'", "does not take"),
        ('"a" : 2', "At column 5: ':' is not expected here"),
        ("score >", r"At column 8: the expression ends too early\.$"),
        ("(score", r"At column 7: '\)' is missing\.$"),
        ("score = 5", r"At column 7: '=' cannot be read; equality is written ==\.$"),
        ("firstName and lastName", "does not take"),
        ("tags.map(t, t)", r"Loops are not available.*\.map"),
        ("tags . exists (t, t == 'a')", "Loops are not available"),
        ("{'a': 1}", "returns map"),
        ("b'abc'", "returns bytes"),
        ("null", "returns null"),
        ("'a'.replace('a', 'b')", "'replace'"),
        ("1), (2", r"At column 2: '\)' is not expected here\.$"),
        ("'" + "x" * MAX_SOURCE + "'", "longer than 2048 bytes"),
        ("(" * 300 + "1" + ")" * 300, "At|too deep"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_place(source: str, why: str) -> None:
    with pytest.raises(BadExpression, match=why):
        LANGUAGE.compile(source)


def test_a_field_whose_name_is_no_name_in_an_expression_is_not_there() -> None:
    with pytest.raises(BadExpression):
        LANGUAGE.compile("custom.two words")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("employees > 5", r"'employees' is blank; write fallback\(employees, 0\)"),
        ("score / 0", "divide by zero"),
        ("tags[7]", "could not be computed"),
        ("int(lastName)", "could not be computed"),
        ("fallback(score, 0) > 1 ? timestamp(lastName) : timestamp('2026-01-01T00:00:00Z')", "could not be computed"),
        ("custom.Budget / 0.0", "not a finite number"),
    ],
)
def test_an_expression_that_fails_for_a_record_says_why(source: str, why: str) -> None:
    results, faults = run(source)
    assert not results
    assert len(faults) == 1
    assert re.search(why, faults["x"])


def test_one_that_fails_spoils_no_other() -> None:
    sources = {"a": "employees + 1", "b": "firstName", "c": "value.amount > 1", "d": "tags[9]"}
    batch = Batch(LANGUAGE, {name: LANGUAGE.compile(source) for name, source in sources.items()})
    results, faults = batch.run(RECORD)
    assert results == {"b": "Ana", "c": True}
    assert set(faults) == {"a", "d"}


def test_an_expression_as_deep_as_may_be_still_runs_beside_others() -> None:
    sources = ["upper(" * depth + "firstName" + ")" * depth for depth in range(1, 40)]
    deepest = [source for source in sources if _refusal(source) is None][-1]
    assert "too deep" in (_refusal(sources[-1]) or "")
    batch = Batch(LANGUAGE, {"deep": LANGUAGE.compile(deepest), "flat": LANGUAGE.compile("lastName")})
    assert batch.run(RECORD) == ({"deep": "ANA", "flat": "Ruiz"}, {})


@pytest.mark.parametrize(
    "source",
    [
        "replace(" * 6 + "company" + ", 'a', company)" * 6,
        "+".join(["company"] * 30),
        "upper(" * 25 + "company" + ")" * 25,
        "string(company.matches('(a+)+$'))",
        "join([" + ",".join(["company"] * 100) + "], company)",
    ],
)
def test_no_source_costs_much_time_or_room(source: str) -> None:
    program = LANGUAGE.compile(source)
    begun = time.process_time()
    results, faults = Batch(LANGUAGE, {"x": program}).run({"company": "a" * MAX_TEXT * 3})
    assert time.process_time() - begun < 5
    assert len(str(results.get("x") or "")) <= MAX_TEXT
    assert len(results) + len(faults) == 1


@pytest.mark.parametrize(
    "source", ["replace(company, 'a', company)", "join([company, company], '')", "upper(company)", "company + company"]
)
def test_a_text_past_the_cap_is_refused_rather_than_made(source: str) -> None:
    results, faults = run(source, {"company": "ß" * (MAX_TEXT - 1) + "a"})
    assert not results
    assert f"longer than {MAX_TEXT} characters" in faults["x"]


def test_words_keep_their_columns() -> None:
    source = "not a and b or 'x and y' + c.and + orchid"
    assert words.to_cel(source) == "!   a &&  b || 'x and y' + c.and + orchid"
    assert len(words.to_cel(source)) == len(source)
    assert words.with_decimals("a1 + 10 + 1.5 + 0x1F + 3u + '7' + 1e5") == "a1 + 10.0 + 1.5 + 0x1F + 3u + '7' + 1e5"
    assert words.names("a.b + upper(c) + 'd.e' // f") == {"a", "a.b", "upper", "c"}


@settings(deadline=None)
@given(st.text(alphabet="abAB019 .,()[]{}'\"+-*/<>=!&|?:\\\n", max_size=40))
def test_any_text_either_compiles_or_is_refused_with_a_sentence(source: str) -> None:
    assert (_refusal(source) or "A program.").endswith(".")


def _refusal(source: str) -> str | None:
    """Return the sentence with which an expression is refused, or None."""
    try:
        LANGUAGE.compile(source)
    except BadExpression as error:
        return str(error)
    return None


MANY = ("upper(firstName)", "score > 50", "value.amount * 2", "join(tags, '-')", "consent.given", "score + 1")
BATCH = Batch(LANGUAGE, {source: LANGUAGE.compile(source) for source in MANY})


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "firstName": st.text(),
            "score": st.integers() | st.text(max_size=3),
            "value.amount": st.floats().map(repr) | st.text(max_size=3),
            "tags": st.lists(st.text()).map(tuple),
            "consent.given": st.booleans(),
        },
    )
)
def test_any_record_gives_a_result_or_a_sentence(record: Values) -> None:
    results, faults = BATCH.run(record)
    assert set(results) | set(faults) == set(MANY)
    assert not set(results) & set(faults)
