"""The table of roles in the docs is made from the declared rights, so that it cannot say something else."""

from __future__ import annotations

from pathlib import Path

from leadbridge.web.rights import rights_table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "tenancy.md"


def test_the_docs_show_the_rights_that_are_in_force() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = text.partition("<!-- rights: begin -->\n")[2].partition("<!-- rights: end -->")[0]
    assert shown == rights_table(), "put the output of leadbridge.web.rights.rights_table() between the marks"
