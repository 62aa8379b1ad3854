"""A demo that is killed, at any moment, and run again loses no lead and makes none twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.demo.running import Killing, first_rows

KILLS = 6


@pytest.mark.timeout(300)
def test_killed_at_any_moment_and_run_again(tmp_path: Path) -> None:
    killing = Killing(tmp_path, first_rows(tmp_path / "leads.csv", 300), seed=7)
    assert killing.undisturbed["unaccounted"] == 0
    assert killing.undisturbed["synced"] == sum(killing.contacts.values()) > 200
    assert max(killing.contacts.values()) == 1
    for number in range(KILLS):
        killing.once(f"kill{number}")
