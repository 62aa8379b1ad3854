"""The threat model names tests that exist, every row has one or a reason, and every chapter of ASVS is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security" / "threat-model.md"


def rows(text: str) -> list[list[str]]:
    """Return the rows of every table that ends in the column "test or reason"."""
    found: list[list[str]] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[-1] == "test or reason":
            inside = True
        elif inside and not set(line) <= set("|-: "):
            found.append(cells)
    return found


def wrong(row: list[str]) -> str | None:
    """Return what is wrong with the last cell of a row, or None."""
    proof = row[-1]
    if proof.startswith("reason: ") and len(proof) > len("reason: ") + 5:
        return None
    named = re.fullmatch(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", proof)
    if named is None:
        return f"{row[0]}: names neither a test nor a reason"
    path, function = ROOT / named[1], named[2]
    if not path.is_file():
        return f"{row[0]}: {named[1]} does not exist"
    if function and not re.search(rf"^(?:async )?def {function}\(", path.read_text(), re.MULTILINE):
        return f"{row[0]}: {named[1]} has no {function}"
    return None


def test_every_row_has_a_test_that_exists_or_a_reason() -> None:
    found = rows(PAGE.read_text())
    assert len(found) > 80
    assert [told for row in found if (told := wrong(row)) is not None] == []


def test_no_chapter_of_the_standard_is_left_out() -> None:
    sections = [row[0].split()[0] for row in rows(PAGE.read_text()) if re.match(r"V\d", row[0])]
    assert {section.partition(".")[0] for section in sections} == {f"V{chapter}" for chapter in range(1, 18)}
    assert len(set(sections)) == len(sections)


@pytest.mark.parametrize(
    "proof", ["", "reason: ", "`tests/none.py::test_x`", "`tests/unit/test_threat_model.py::test_none`", "a test"]
)
def test_a_row_without_proof_is_told(proof: str) -> None:
    assert wrong(["row", "what", proof]) is not None
