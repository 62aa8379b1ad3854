"""BSON forms come from annotations, and what is read is what was written."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, cast

import bson
import msgspec
import pytest
from bson import ObjectId
from bson.datetime_ms import DatetimeMS
from pydantic import Field

from leadbridge.kinds import KINDS
from leadbridge.kit.clock import from_millis, to_text
from leadbridge.kit.document import Blankable, Document, Id, LeanDocument, Record, Shape, Time
from leadbridge.kit.values import NotStorable
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.mongo.codec import Unfit, codec_of
from leadbridge.storage.mongo.schema import Bracket, schema_of
from leadbridge.storage.mongo.statements import walk
from leadbridge.storage.mongo.writer import OPTIONS
from leadbridge.storage.query import Scan

HEX, WHEN = "0123456789abcdef01234567", "2026-11-22T18:00:00.123Z"


class Colour(StrEnum):
    RED = "red"


class Inner(Shape):
    at: Time | None = None
    owner: Id | None = None


class Everything(Record):
    plain: str = ""
    looks_like_id: str = ""
    owner_id: Annotated[Id | None, Blankable] = None
    owners: tuple[Id, ...] = ()
    at: datetime | None = None
    aliased: Time | None = Field(default=None, alias="when")
    inner: Inner | None = None
    inners: list[Inner] = []  # noqa: RUF012  # pydantic copies it
    by_name: dict[str, Inner] = {}  # noqa: RUF012
    times: dict[str, datetime] = {}  # noqa: RUF012
    colour: Colour | None = None
    choice: Literal["a", 1] | None = None
    either: Id | str | None = None
    number: int | float | None = None
    flag: bool | None = None
    anything: Any = None


class Part(msgspec.Struct, rename="camel"):
    made_at: datetime | None = None
    lead_id: Id | None = None


class Keyed(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    connection_id: Id | None = None
    name: str | None = None
    parts: tuple[Part, ...] = ()


TEXT, ID, TIME, NUMBER, BOOLEAN = Bracket.TEXT, Bracket.ID, Bracket.TIME, Bracket.NUMBER, Bracket.BOOLEAN


@pytest.mark.parametrize(
    ("type_", "path", "brackets"),
    [
        (Everything, "_id", (ID,)),
        (Everything, "companyId", (ID,)),
        (Everything, "subjects", (ID,)),
        (Everything, "rev", (NUMBER,)),
        (Everything, "plain", (TEXT,)),
        (Everything, "looksLikeId", (TEXT,)),
        (Everything, "ownerId", (ID,)),
        (Everything, "owners", (ID,)),
        (Everything, "at", (TIME,)),
        (Everything, "when", (TIME,)),
        (Everything, "inner.at", (TIME,)),
        (Everything, "inners.owner", (ID,)),
        (Everything, "byName.x.owner", (ID,)),
        (Everything, "times.x", (TIME,)),
        (Everything, "colour", (TEXT,)),
        (Everything, "choice", (NUMBER, TEXT)),
        (Everything, "either", (TEXT,)),
        (Everything, "number", (NUMBER,)),
        (Everything, "flag", (BOOLEAN,)),
        (Everything, "anything", (NUMBER, TEXT, BOOLEAN)),
        (Everything, "unknown", (NUMBER, TEXT, BOOLEAN)),
        (Document, "_id", (TEXT,)),
        (Keyed, "_id", (TEXT,)),
        (Keyed, "companyId", (ID,)),
        (Keyed, "subjects", (ID,)),
        (Keyed, "connectionId", (ID,)),
        (Keyed, "name", (TEXT,)),
        (Keyed, "parts.madeAt", (TIME,)),
        (Keyed, "parts.leadId", (ID,)),
    ],
)
def test_the_annotation_says_what_stands_at_a_path(type_: type, path: str, brackets: tuple[Bracket, ...]) -> None:
    assert schema_of(type_).at(path).brackets == brackets


def test_identifiers_and_times_change_their_form_and_come_back() -> None:
    codec = codec_of(Kind("everything", Everything))
    body: dict[str, Any] = {
        "_id": HEX, "companyId": HEX, "_b": [HEX], "plain": WHEN, "looksLikeId": HEX, "ownerId": HEX,
        "owners": [HEX, HEX],
        "at": WHEN, "when": "0001-01-01T00:00:00.000Z", "inner": {"at": WHEN, "owner": HEX}, "either": HEX,
        "inners": [{"owner": HEX}], "byName": {HEX: {"at": "9999-12-31T23:59:59.999Z"}},
        "anything": [HEX, {"at": WHEN}],
        "number": 2**63 - 1, "flag": True, "rev": 3,
    }  # fmt: skip
    document = codec.document(body)
    assert document["_id"] == document["owners"][1] == document["inner"]["owner"] == ObjectId(HEX)
    assert document["at"] == document["inner"]["at"] == DatetimeMS(1795370400123)
    for same in ("_b", "plain", "looksLikeId", "either", "anything"):
        assert document[same] == body[same]
    back = codec.body(bson.decode(bson.encode(document | {"_t": 4}), cast("Any", OPTIONS)))
    assert back == body
    assert type(back["number"]) is int


def test_a_text_that_is_none_is_refused_where_an_identifier_or_a_time_is_due() -> None:
    codec = codec_of(Kind("everything", Everything))
    for field, text in (("ownerId", "conn:1"), ("at", "2026-11-22T18:00:00Z"), ("owners", HEX.upper())):
        with pytest.raises(NotStorable, match=rf"everything\.{field} holds"):
            codec.document({field: [text] if field == "owners" else text})
    with pytest.raises(Unfit):
        codec.asked("_id", "conn:1")
    assert codec_of(Kind("keyed", Keyed)).document({"_id": f"conn:{HEX}"}) == {"_id": f"conn:{HEX}"}


def test_any_text_bounds_identifiers_and_times_as_it_does_their_texts() -> None:
    codec, rng = codec_of(Kind("everything", Everything)), random.Random(5)
    ids = sorted(f"{rng.getrandbits(96):024x}" for _ in range(300))
    times = sorted(to_text(from_millis(rng.randrange(-(10**13), 10**14))) for _ in range(300))
    bounds = [
        "",
        "0",
        "5",
        "a",
        "f",
        "g",
        "fg",
        "2026",
        "2026-02-30",
        "1999-12-31T2",
        "~",
        HEX[:9],
        HEX + "0",
        HEX.upper(),
    ]
    for path, values in (("_id", ids), ("at", times)):
        for text in bounds:
            try:
                least, exact = codec.bound(path, text)
            except Unfit:
                assert all(value < text for value in values)
                continue
            assert not exact
            for value in values:
                assert (codec.asked(path, value) >= least) is (value >= text), (value, text)
        assert codec.bound(path, values[7]) == (codec.asked(path, values[7]), True)


def test_no_kind_of_the_hub_indexes_a_place_of_which_nothing_is_declared() -> None:
    for kind in KINDS:
        for index in kind.indexes:
            for path in index.fields:
                assert len(schema_of(cast("Any", kind.type)).at(path).brackets) == 1, (kind.name, path)


def test_a_walk_goes_on_behind_a_time_from_a_time() -> None:
    kind = Kind("everything", Everything, (Index("at", ("companyId", "at")),))
    scan = Scan(kind.index("at"), {"companyId": HEX}, ("at",), None, None, (WHEN, HEX), True)
    same, before, absent = walk(kind, scan)
    moment = DatetimeMS(int(datetime(2026, 11, 22, 18, 0, 0, 123000, UTC).timestamp() * 1000))
    assert same.filter["at"] == {"$eq": moment}
    assert same.filter["_id"] == {"$lt": ObjectId(HEX)}
    assert before.filter["at"] == {"$lt": moment}
    assert before.sort == (("at", -1), ("_id", -1))
    assert absent.filter["at"] == {"$exists": False}
    assert {find.hint for find in (same, before, absent)} == {"lb_at"}
