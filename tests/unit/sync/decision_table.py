"""The decision table: written by hand, asked of the core by a test, and printed in docs/two-way-sync.md.

``python -m tests.unit.sync.decision_table`` writes it into the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadbridge.sync.core.timing import Later
from leadbridge.sync.core.values import Rule

PAGE = Path(__file__).resolve().parents[3] / "docs" / "two-way-sync.md"
BEGIN, END = "<!-- decision table: begin -->", "<!-- decision table: end -->"
RULES = tuple(rule for rule in Rule if rule is not Rule.OFF)


@dataclass(frozen=True)
class Row:
    """One case. Values are A (the last agreement), B (new here), C (new in the CRM) or None (blank)."""

    rules: tuple[Rule, ...]
    case: str
    ours: str | None
    theirs: str | None
    then: str
    """``nothing``, ``agreed``, ``to_crm``, ``to_ours`` or ``asked``."""
    log: str = ""
    met: bool = True
    """There is a base: both sides agreed on A before."""
    last: Later = Later.UNCERTAIN


ONLY = {rule: (rule,) for rule in RULES}
CRM, OURS = ONLY[Rule.ALWAYS_CRM], ONLY[Rule.ALWAYS_OURS]
BLANK, RECENT, ASK = ONLY[Rule.PREFER_CRM_UNLESS_BLANK], ONLY[Rule.MOST_RECENT], ONLY[Rule.ASK]

TABLE = (
    Row(RULES, "neither changed", "A", "A", "nothing"),
    Row(RULES, "only ours changed", "B", "A", "to_crm"),
    Row(RULES, "only ours was cleared", None, "A", "to_crm"),
    Row(RULES, "only theirs changed", "A", "C", "to_ours"),
    Row(RULES, "only theirs was cleared", "A", None, "to_ours"),
    Row(RULES, "both changed to the same", "B", "B", "agreed"),
    Row(RULES, "both were cleared", None, None, "agreed"),
    Row(CRM, "both changed apart", "B", "C", "to_ours", "conflict"),
    Row(CRM, "both changed, theirs to blank", "B", None, "to_ours", "conflict"),
    Row(CRM, "both changed, ours to blank", None, "C", "to_ours", "conflict"),
    Row(BLANK, "both changed apart", "B", "C", "to_ours", "conflict"),
    Row(BLANK, "both changed, theirs to blank", "B", None, "to_crm", "conflict"),
    Row(BLANK, "both changed, ours to blank", None, "C", "to_ours", "conflict"),
    Row(OURS, "both changed apart", "B", "C", "to_crm", "conflict"),
    Row(OURS, "both changed, theirs to blank", "B", None, "to_crm", "conflict"),
    Row(OURS, "both changed, ours to blank", None, "C", "to_crm", "conflict"),
    Row(RECENT, "both changed apart, ours later", "B", "C", "to_crm", "conflict", last=Later.OURS),
    Row(RECENT, "both changed apart, theirs later", "B", "C", "to_ours", "conflict", last=Later.THEIRS),
    Row(RECENT, "both changed apart, order unknown", "B", "C", "to_ours", "conflict, time uncertain"),
    Row(RECENT, "both changed, theirs to blank, later", "B", None, "to_ours", "conflict", last=Later.THEIRS),
    Row(RECENT, "both changed, ours to blank, later", None, "C", "to_crm", "conflict", last=Later.OURS),
    Row(ASK, "both changed apart", "B", "C", "asked", "conflict, once"),
    Row(ASK, "both changed, one to blank", "B", None, "asked", "conflict, once"),
    Row(RULES, "first meeting: equal", "B", "B", "agreed", met=False),
    Row(RULES, "first meeting: theirs blank", "B", None, "to_crm", met=False),
    Row(RULES, "first meeting: ours blank", None, "C", "to_ours", met=False),
    Row((*CRM, *BLANK), "first meeting: they differ", "B", "C", "to_ours", "one `initial` for the record", met=False),
    Row(OURS, "first meeting: they differ", "B", "C", "to_crm", "one `initial` for the record", met=False),
    Row(
        RECENT,
        "first meeting: they differ, ours later",
        "B",
        "C",
        "to_crm",
        "one `initial` for the record",
        met=False,
        last=Later.OURS,
    ),
    Row(
        RECENT,
        "first meeting: they differ, order unknown",
        "B",
        "C",
        "to_ours",
        "one `initial` for the record",
        met=False,
    ),
    Row(ASK, "first meeting: they differ", "B", "C", "asked", "conflict, once", met=False),
)
WORDS = {
    "nothing": ("", ""),
    "agreed": ("", ""),
    "to_crm": ("ours", ""),
    "to_ours": ("", "theirs"),
    "asked": ("", ""),
}


def markdown() -> str:
    """Return the table as it stands in the page."""
    lines = ["| rule | who changed | written to the CRM | written here | logged |", "| --- | --- | --- | --- | --- |"]
    for row in TABLE:
        rule = "any but `off`" if row.rules == RULES else ", ".join(f"`{one.value}`" for one in row.rules)
        crm, ours = WORDS[row.then]
        lines.append(f"| {rule} | {row.case} | {crm or '-'} | {ours or '-'} | {row.log or '-'} |")
    return "\n".join([*lines, "| `off` | anything | - | - | - |"])


def placed(page: str) -> str:
    """Return the page with the table in its place."""
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n\n{markdown()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(placed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
