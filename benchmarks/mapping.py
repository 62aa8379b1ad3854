"""How long records take to be mapped: twelve computed fields, twenty converted ones; one process, one core."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks.report import Table, spread, write
from leadbridge.crm.model import FieldInfo
from leadbridge.mapping import ours as our_side
from leadbridge.mapping import standard
from leadbridge.mapping import theirs as their_side
from leadbridge.mapping.expressions import Batch, Language
from leadbridge.mapping.mapper import Mapper
from leadbridge.mapping.model import Context, ObjectMapping, PairSpec, Schema, Value
from leadbridge.mapping.suggest import suggest
from leadbridge.mapping.validate import check

RECORDS, RUNS = 10_000, 5
EXPRESSIONS = (
    "firstName + ' ' + lastName",
    "upper(left(firstName, 1)) + '. ' + lastName",
    "lower(email)",
    "score > 50 and consent.given ? 'hot' : 'cold'",
    "fallback(company, 'unknown')",
    "value.amount > 10000",
    "fallback(value.amount, 0) * 1.21",
    "score / 10 + 1",
    "'vip' in tags",
    "join(tags, ', ')",
    "blank(phone) ? 'no phone' : digits(phone)",
    "replace(address.city, 'Saint', 'St')",
)
CONTEXT = Context(zone="Europe/Madrid", region="ES")
OURS = our_side.schema("lead")


def _records() -> list[dict[str, Value]]:
    dice = random.Random(1)
    return [
        {
            "email": f"Person{number}@example.com",
            "firstName": dice.choice(("Ana", "Ben", "Chloé", "Dmitri")),
            "lastName": f"Ruiz {number}",
            "phone": f"+346{number:08d}",
            "company": dice.choice(("Ejemplo SL", None)),
            "title": "Head of purchasing",
            "website": f"https://www.c{number}.example",
            "address.street": f"Calle Mayor {number}",
            "address.city": dice.choice(("Madrid", "Saint-Denis", "Bonn")),
            "address.region": "M",
            "address.postalCode": "28001",
            "address.country": dice.choice(("ES", "FR", "DE")),
            "status": "new",
            "score": dice.randint(0, 100),
            "value.amount": f"{dice.randint(0, 50_000)}.50",
            "consent.given": dice.random() < 0.5,
            "tags": ("vip", "fair-2026"),
        }
        for number in range(RECORDS)
    ]


def _computed() -> Mapper:
    language = Language(OURS)
    specs = tuple(PairSpec("", f"made{number}", to_crm=source) for number, source in enumerate(EXPRESSIONS))
    info = [FieldInfo(spec.theirs, spec.theirs, "text", True) for spec in specs]
    theirs = their_side.schema("hubspot", "contacts", info)
    for spec, source in zip(specs, EXPRESSIONS, strict=True):
        result = language.compile(source).result
        theirs = {**theirs, spec.theirs: replace(theirs[spec.theirs], type=result)}
    return _ready(ObjectMapping("lead", "contacts", specs), theirs)


def _suggested() -> Mapper:
    names = standard.STANDARD["hubspot"][("lead", "contacts")].values()
    theirs = their_side.schema("hubspot", "contacts", [FieldInfo(name, name, "text", True) for name in names])
    return _ready(suggest("hubspot", "lead", "contacts", OURS, theirs), theirs)


def _ready(mapping: ObjectMapping, theirs: Schema) -> Mapper:
    assert not check(mapping, OURS, theirs, CONTEXT)
    return Mapper(mapping, OURS, theirs, CONTEXT)


def _row(name: str, each: Callable[[dict[str, Value]], object], records: list[dict[str, Value]]) -> tuple[str, ...]:
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        for record in records:
            each(record)
        took.append(time.perf_counter() - begun)
    return name, spread([1000 * seconds for seconds in took], " ms"), spread([1e6 * one / RECORDS for one in took])


def main() -> None:
    """Measure, print, and write the page."""
    records = _records()
    computed, suggested = _computed(), _suggested()
    assert not computed.to_crm(records[0]).faults
    language = Language(OURS)
    singles = [Batch(language, {source: language.compile(source)}) for source in EXPRESSIONS]
    sent = [dict(suggested.to_crm(record).values) for record in records]

    def back(raw: dict[str, Value]) -> None:
        for field in suggested.fields:
            field.codec.to_ours(raw.get(field.theirs))

    rows = (
        _row("12 expressions, evaluated together", computed.ours, records),
        _row("12 expressions, each on its own", lambda record: [one.run(record) for one in singles], records),
        _row("12 expressions, and their results converted for the CRM", computed.to_crm, records),
        _row(
            f"the suggested mapping for HubSpot, {len(suggested.fields)} fields, to the CRM", suggested.to_crm, records
        ),
        _row("the same, from the CRM", back, sent),
    )
    compiled = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        for source in EXPRESSIONS:
            language.compile(source)
        compiled.append(1e6 * (time.perf_counter() - begun) / len(EXPRESSIONS))
    tables = [
        Table(
            "Mapping",
            f"{RECORDS:,} leads of {len(records[0])} fields, {RUNS} runs each. Every conversion includes the check "
            "that its result means the same as its source.",
            ("case", "10,000 records", "microseconds a record"),
            rows,
        ),
        Table(
            "Saving",
            "An expression checked against typed fields and made ready to run.",
            ("case", "microseconds an expression"),
            (("parse, check, compile", spread(compiled)),),
        ),
    ]
    write("mapping", "Mapping", "python -m benchmarks mapping", tables)
