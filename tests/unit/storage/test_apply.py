"""What an operation does to one body."""

from __future__ import annotations

import pytest

from leadbridge.kit.values import Stored
from leadbridge.storage.apply import followed, holds, meets, of_company, patched, replaced, stamped
from leadbridge.storage.batch import After, Delete, Expect, Patch, Replace, WriteBatch
from leadbridge.storage.kind import Kind
from leadbridge.storage.query import UNSET

KIND = Kind("things", dict, tenant=False)
BODY: Stored = {"_id": "1", "companyId": "c", "rev": 4, "n": 1, "state": "idle", "_b": ["b1", "b2", "b3", "b4"]}


def after(**changes: object) -> After:
    operation = WriteBatch().after(KIND, None, "1", **changes).afters[0]  # type: ignore[arg-type]
    assert isinstance(operation, After)
    return operation


def test_conditions() -> None:
    assert holds({}, BODY)
    assert holds({"state": "idle", "x": UNSET}, BODY)
    assert not holds({"state": UNSET}, BODY)
    assert meets(None, None)
    assert not meets(Expect(rev=4), None)
    assert meets(Expect(rev=4, where={"n": 1}), BODY)
    assert not meets(Expect(rev=4, where={"n": 2}), BODY)
    assert of_company("c", BODY) is BODY
    assert of_company(None, BODY) is BODY
    assert of_company("d", BODY) is None
    assert of_company("d", None) is None


def test_stamps_keep_the_last_four_and_leave_the_body_alone() -> None:
    before = dict(BODY)
    assert stamped({"a": 1}, "b5", BODY) == {"a": 1, "_b": ["b2", "b3", "b4", "b5"]}
    assert stamped({"a": 1}, "b1") == {"a": 1, "_b": ["b1"]}
    assert stamped({}, "b2", {"_b": ["b1"]}) == {"_b": ["b1", "b2"]}
    assert before == BODY


def test_patch_and_replace() -> None:
    before = dict(BODY)
    patch = Patch(KIND, "1", None, {"n": 2, "x": "y"}, ("state", "absent"), Expect(rev=4))
    assert patched(patch, BODY, "b5") == {
        "_id": "1", "companyId": "c", "rev": 5, "n": 2, "x": "y", "_b": ["b2", "b3", "b4", "b5"],
    }  # fmt: skip
    assert replaced(Replace(KIND, "1", None, {"_id": "1", "rev": 5}, Expect(rev=4)), BODY, "b5") == {
        "_id": "1", "rev": 5, "_b": ["b2", "b3", "b4", "b5"],
    }  # fmt: skip
    assert before == BODY
    assert WriteBatch().patch(KIND, None, "1", values={"a": None, "b": 1}, unset=("c", "a"), rev=1).operations == [
        Patch(KIND, "1", None, {"b": 1}, ("c", "a"), Expect(rev=1))
    ]


def test_what_follows_a_commit() -> None:
    body = followed(after(values={"state": "ready"}, add={"n": 2, "m": -1}, least={"at": 5}, most={"n": 0}), BODY, "b")
    assert body is not None
    assert body | {"_b": []} == BODY | {"rev": 5, "state": "ready", "n": 3, "m": -1, "at": 5, "_b": []}
    assert followed(after(add={"n": 1}), None, "b") is None
    assert followed(after(add={"n": 1}, where={"state": "ready"}), BODY, "b") is None
    made = followed(after(add={"n": 1}, most={"top": 3}, create={"n": 5}), None, "b")
    assert made == {"_id": "1", "rev": 1, "v": 1, "n": 6, "top": 3, "_b": ["b"]}


@pytest.mark.parametrize(
    ("here", "least", "most"), [(5, 3, 5), (1, 1, 3), (3, 3, 3), (2.5, 2.5, 3), ("x", 3, 3), (True, 3, 3)]
)
def test_bounds_take_the_place_of_what_cannot_be_compared(here: int | float | str, least: object, most: object) -> None:
    body = {**BODY, "n": here}
    lower, upper = followed(after(least={"n": 3}), body, "b"), followed(after(most={"n": 3}), body, "b")
    assert lower is not None
    assert upper is not None
    assert (lower["n"], upper["n"]) == (least, most)


@pytest.mark.parametrize("here", ["1", True, 1.5, 2**63 - 1])
def test_a_counter_is_an_integer_of_64_bits(here: str | float) -> None:
    with pytest.raises(TypeError, match="counter"):
        followed(after(add={"n": 1}), {**BODY, "n": here}, "b")


def test_another_companys_document_is_not_followed() -> None:
    operation = After(KIND, "1", "d", {}, {"n": 9}, {}, {}, {}, {"_id": "1"})
    assert followed(operation, BODY, "b") is None


def test_ids_are_cleaned_as_they_are_when_stored() -> None:
    batch = WriteBatch().delete(KIND, None, "e\u0301\ud800\0")
    assert batch.operations == [Delete(KIND, "\xe9\ufffd\ufffd", None, None)]
