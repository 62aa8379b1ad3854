"""The list of files that may go across companies is whole, and the check finds what is not on it."""

from __future__ import annotations

from pathlib import Path

from tests.scoping import ALLOWED, SOURCE, faults, uses


def test_the_code_keeps_to_the_list() -> None:
    assert faults(uses(SOURCE), ALLOWED) == []


def test_a_use_beside_the_list_and_an_idle_permission_are_found(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "new.py").write_text("def f(store):\n    return store[KIND].across_companies().get('x')\n")
    (tmp_path / "room" / "sly.py").write_text("door = getattr(store[KIND], 'across_companies')\n")
    (tmp_path / "room" / "good.py").write_text("# across_companies is not for us\nx = store[KIND].of(company)\n")
    found = uses(tmp_path)
    assert found == {"room/new.py": [2], "room/sly.py": [1]}
    assert len(faults(found, {"room/new.py": "must", "room/gone.py": "did"})) == 2
