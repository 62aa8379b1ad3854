"""Every kind of document stands in the policy table, and what the table needs is there."""

from pathlib import Path

import msgspec
import pytest

from leadbridge.kinds import KINDS
from leadbridge.kit.values import Stored
from leadbridge.leads.fields import Keys
from leadbridge.privacy.erase import cell_hashes, is_erased, key_hashes, keyed_hash, looked_up
from leadbridge.privacy.model import ErasedPerson
from leadbridge.privacy.policy import POLICIES, Action, only_rows, without_rows
from leadbridge.privacy.retention import TABLE
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.security.sealedbody import sealed_values, top_level

DIGEST = keyed_hash(b"k" * 32)


def test_every_kind_has_a_policy_and_every_policy_a_kind() -> None:
    assert {kind.name for kind in KINDS} == set(POLICIES)
    assert all(policy.why for policy in POLICIES.values())


def test_what_an_erasure_walks_is_indexed_by_subject() -> None:
    for kind in KINDS:
        indexed = any(index.fields == ("companyId", "subjects") and index.multi for index in kind.indexes)
        assert indexed == (POLICIES[kind.name].action is not Action.NONE), kind.name


def test_the_docs_show_every_kind_that_is_erased_and_every_time_that_data_is_kept() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "operations" / "privacy-and-keys.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("|")]
    for name, policy in POLICIES.items():
        if policy.action is not Action.NONE:
            assert any(line.startswith(f"| `{name}` |") for line in rows), name
    for name, kept in TABLE.items():
        assert any(f"`{name.split()[0]}` | {kept.days} day" in line for line in rows), name


def test_the_record_itself_goes_last() -> None:
    walked = [name for name, policy in POLICIES.items() if policy.action is not Action.NONE]
    assert walked[-1] == "leads"


def test_every_kind_with_sealed_values_is_found_by_its_key() -> None:
    for kind in KINDS:
        fields = getattr(kind.type, "model_fields", None)
        if fields is None:
            types = [str(field.type) for field in msgspec.structs.fields(kind.type)]
        else:
            types = [str(field.annotation) for field in fields.values()]
        assert any("Sealed" in one for one in types) == (SEALED_INDEX in kind.indexes), kind.name


def test_a_part_of_an_import_keeps_the_others() -> None:
    body: Stored = {
        "rows": [1, 2, 3],
        "targets": ["a", "b", "a"],
        "recordIds": ["a", "b"],
        "created": ["a"],
        "subjects": ["a", "b"],
        "n": 0,
    }
    assert without_rows(body, {"a"}) == {
        "rows": [2], "targets": ["b"], "recordIds": ["b"], "created": [], "subjects": ["b"], "n": 0,
    }  # fmt: skip
    assert only_rows(body, {"a"})["rows"] == [1, 3]


def person(**fields: str) -> dict[str, str]:
    return key_hashes(Keys(fields), DIGEST)


def erased(**fields: str) -> ErasedPerson:
    hashes = person(**fields)
    return ErasedPerson.model_validate(
        {"_id": "1", "companyId": "a" * 24, "record": "r", "at": "2026-01-01T00:00:00Z", "hashes": looked_up(hashes)}
        | hashes
    )


ANNA = {"email": "anna@x.example", "phone": "+12025550143", "firstName": "Anna", "lastName": "Lee", "externalId": "7"}


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"email": "ANNA@x.example"}, True),
        ({"email": "anna@x.example", "externalId": "8"}, True),
        ({"externalId": "7", "email": "other@x.example"}, True),
        ({"phone": "+12025550143"}, True),
        ({"phone": "+12025550143", "firstName": "Anna"}, True),
        ({"phone": "+12025550143", "firstName": "Bob"}, False),
        ({"phone": "+12025550143", "email": "bob@x.example"}, False),
        ({"firstName": "Anna", "lastName": "Lee"}, False),
        ({"email": "bob@x.example"}, False),
    ],
)
def test_who_is_an_erased_person(fields: dict[str, str], *, same: bool) -> None:
    assert is_erased(person(**fields), erased(**ANNA)) is same


def test_hashes_differ_by_key_and_by_what_they_are_of() -> None:
    assert DIGEST("email", "x") != DIGEST("ext", "x")
    assert DIGEST("email", "x") != keyed_hash(b"j" * 32)("email", "x")


@pytest.mark.parametrize(
    ("cell", "what", "value"),
    [
        ("Anna <Anna@X.example>", "email", "anna@x.example"),
        ("mail anna@x.example, or call", "email", "anna@x.example"),
        ("(202) 555-0143", "phone", "+12025550143"),
        ("'+1 202 555 0143", "phone", "+12025550143"),
        (" 7 ", "ext", "7"),
    ],
)
def test_a_cell_is_recognised_in_any_spelling(cell: str, what: str, value: str) -> None:
    assert DIGEST(what, value) in cell_hashes(["", "else", cell], "US", DIGEST)


def test_sealed_values_are_found_by_their_shape_at_their_path() -> None:
    value: Stored = {"kid": "k", "alg": "a", "n": "n", "c": "c"}
    body: Stored = {
        "_id": "1",
        "a": value,
        "b": {"c": value, "d": 1},
        "e": {"kid": "k", "alg": "a", "n": "n"},
        "f": ["x"],
    }
    assert set(sealed_values(body)) == {"a", "b.c"}
    new = Sealed("K", "A", "N", "C")
    assert top_level(body, {"a": new, "b.c": new}) == {
        "kid": "K",
        "a": {"kid": "K", "alg": "A", "n": "N", "c": "C"},
        "b": {"c": {"kid": "K", "alg": "A", "n": "N", "c": "C"}, "d": 1},
    }
    with pytest.raises(ValueError, match="in a list"):
        sealed_values({"f": [[value]]})
