"""Properties of a whole import, on stored leads kept in a plain dictionary: counts add up, and once is enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

from hypothesis import example, given
from hypothesis import strategies as st

from leadbridge.leads.change import Author, lead_change
from leadbridge.leads.fields import Fields, Keys, flatten
from leadbridge.leads.imports.placing import Outcome, place
from leadbridge.leads.imports.reader import Record
from leadbridge.leads.imports.rows import Finding, Reading
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.model import Lead
from leadbridge.storage.batch import WriteBatch

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMPANY = "c" * 24

PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "externalId": st.sampled_from(["1", "2"]),
        "email": st.sampled_from(["a@x.example", "A@x.example", "b@x.example"]),
        "phone": st.sampled_from(["+1", "+2"]),
        "firstName": st.sampled_from(["Ann", "Bob"]),
        "lastName": st.sampled_from(["Lee", "LEE", "Poe"]),
        "company": st.sampled_from(["Acme", "Globex"]),
        "title": st.sampled_from(["CEO", "CTO"]),
        "address.city": st.sampled_from(["Bonn", "Kiel"]),
        "address.street": st.sampled_from(["A 1", "B 2"]),
        "tags": st.sampled_from([("x",), ("y", "X")]),
    },
)


class Hub:
    """What is stored between parts of a file, and what an import remembers of the same file's last time."""

    def __init__(self) -> None:
        self.leads: dict[str, Lead] = {}
        self.remembered: dict[int, str] = {}
        self.ids = count(1)

    def bring_in(self, rows: Sequence[Fields | None], mode: MergeMode, part: int) -> tuple[Counter[str], int]:
        """Import ``rows`` (None: refused) in parts; return rows by outcome and the number of writes."""
        outcomes: Counter[str] = Counter()
        claimed: frozenset[str] = frozenset()
        targets: dict[int, str] = {}
        writes = 0
        for start in range(0, len(rows), part):
            readings = [reading(n, fields) for n, fields in enumerate(rows[start : start + part], start)]
            placement = place(
                readings,
                self.leads.values(),
                claimed=claimed,
                remembered=self.remembered,
                mode=mode,
                now=NOW,
                new_id=lambda: f"{next(self.ids):024x}",
            )
            for id, working in placement.records.items():
                stored = lead_change(
                    WriteBatch(), company=COMPANY, id=id, before=working.before, fields=working.fields, now=NOW,
                    author=Author("import", "import:1"),
                )  # fmt: skip
                assert (stored is not None) <= working.touched
                if stored is not None:
                    self.leads[id] = stored
                    writes += 1
            outcomes.update(placed.outcome.value for placed in placement.placed)
            targets |= {placed.reading.record.row: placed.record_id for placed in placement.placed if placed.record_id}
            assert not claimed & set(placement.met)
            claimed |= set(placement.met)
        self.remembered |= targets
        return outcomes, writes


def reading(row: int, fields: Fields | None) -> Reading:
    record = Record(row, row, ())
    if fields is None:
        return Reading(record, {}, Finding("no_identity", "Nobody."))
    return Reading(record, fields, keys=Keys(fields))


ROWS = st.lists(st.none() | PEOPLE, max_size=14)


@given(ROWS, st.sampled_from(MergeMode), st.integers(1, 6))
@example(
    # the third row makes the first lead match the second row as well
    [
        {"email": "a@x.example"},
        {"phone": "+1", "lastName": "Lee"},
        {"email": "a@x.example", "phone": "+1", "lastName": "Lee"},
    ],
    MergeMode.FILL_BLANKS,
    10,
)
def test_the_same_file_again_changes_nothing_and_counts_the_same(
    rows: list[Fields | None], mode: MergeMode, part: int
) -> None:
    hub = Hub()
    first, _ = hub.bring_in(rows, mode, part)
    before = dict(hub.leads)
    second, writes = hub.bring_in(rows, mode, part)
    assert first.total() == second.total() == len(rows)
    assert writes == 0
    assert hub.leads == before
    assert second["created"] == second["updated"] == 0
    assert (second["merged"], second["rejected"]) == (first["merged"], first["rejected"])
    assert second["unchanged"] == first["created"]
    assert len(hub.leads) == first["created"]


@given(ROWS, st.integers(1, 6), st.integers(1, 6))
def test_how_a_file_is_parted_makes_no_difference(rows: list[Fields | None], one: int, other: int) -> None:
    hubs = Hub(), Hub()
    counts = [hub.bring_in(rows, MergeMode.FILL_BLANKS, part)[0] for hub, part in zip(hubs, (one, other), strict=True)]
    assert counts[0] == counts[1]
    assert [flatten(lead) for lead in hubs[0].leads.values()] == [flatten(lead) for lead in hubs[1].leads.values()]


@given(ROWS, st.integers(0, 14), st.integers(1, 6))
def test_a_file_cut_off_and_begun_again_ends_as_one_that_was_not(
    rows: list[Fields | None], cut: int, part: int
) -> None:
    whole, halves = Hub(), Hub()
    whole.bring_in(rows, MergeMode.FILL_BLANKS, part)
    halves.bring_in(rows[:cut], MergeMode.FILL_BLANKS, part)
    halves.bring_in(rows, MergeMode.FILL_BLANKS, part)
    assert [flatten(lead) for lead in whole.leads.values()] == [flatten(lead) for lead in halves.leads.values()]


@given(ROWS)
def test_no_external_id_is_on_two_leads(rows: list[Fields | None]) -> None:
    hub = Hub()
    hub.bring_in(rows, MergeMode.OVERWRITE, 4)
    external = [lead.ext_key for lead in hub.leads.values() if lead.ext_key]
    assert len(external) == len(set(external))


def test_what_becomes_of_rows_by_name() -> None:
    hub = Hub()
    hub.bring_in([{"email": "a@x.example", "title": "CEO"}, {"email": "b@x.example"}], MergeMode.FILL_BLANKS, 9)
    hub.remembered = {}
    rows: list[Fields | None] = [
        {"email": "b@x.example", "title": "CTO"},
        {"email": "a@x.example", "title": "CTO"},
        {"email": "A@x.example", "lastName": "Lee"},
        {"externalId": "9", "email": "c@x.example"},
        None,
    ]
    outcomes, writes = hub.bring_in(rows, MergeMode.FILL_BLANKS, 9)
    assert outcomes == {
        Outcome.UPDATED: 1, Outcome.UNCHANGED: 1, Outcome.MERGED: 1, Outcome.CREATED: 1, Outcome.REJECTED: 1,
    }  # fmt: skip
    assert writes == 3
