"""The tier runner counts what pytest reports, and fails for the right reasons only."""

from pathlib import Path

import pytest

from tests import tiers
from tests.tiers import TIERS, Counts, Result, Tier, count, failed_tests, last_line, run_tier, verdict

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="passes" />
<testcase classname="a" name="fails"><failure message="m">f</failure></testcase>
<testcase classname="a" name="breaks"><error message="m">e</error></testcase>
<testcase classname="a" name="twice"><failure message="m">f</failure></testcase>
<testcase classname="a" name="twice"><error message="m">at tear-down</error></testcase>
<testcase classname="a" name="late" />
<testcase classname="a" name="late"><error message="m">at tear-down</error></testcase>
<testcase classname="a" name="skips"><skipped type="pytest.skip" message="m">s</skipped></testcase>
<testcase classname="a" name="waits"><skipped type="pytest.xfail" message="m" /></testcase>
</testsuite></testsuites>"""
TIER = Tier("some", 10, ("tests/some",))


def test_each_test_counts_once_and_an_expected_failure_is_neither() -> None:
    assert count(REPORT) == Counts(passed=1, failed=4, skipped=1, expected=1)


@pytest.mark.parametrize(
    ("result", "fails", "words"),
    [
        (Result(Counts(passed=1), 9.0), False, "1 passed, 0 failed"),
        (Result(Counts(passed=1), 15.0), False, "warning: over its budget"),
        (Result(Counts(passed=1), 20.5), True, "TWICE"),
        (Result(Counts(passed=1, failed=1), 1.0), True, "1 failed"),
        (Result(Counts(), 1.0, broken=True), True, "DID NOT RUN"),
        (Result(empty=True), False, "no tests"),
        (Result(Counts(passed=2), 1.0, unsteady=("a::fails",)), False, "2 passed, 0 failed, 1 of them at the second"),
        (Result(Counts(passed=1, skipped=2, expected=3), 1.0), False, "2 skipped, 3 waiting"),
    ],
)
def test_a_tier_fails_by_a_failed_test_a_broken_run_or_twice_its_budget(
    result: Result, fails: bool, words: str
) -> None:
    line, failed = verdict(TIER, result)
    assert failed is fails
    assert words in line


def test_failed_tests_are_named() -> None:
    assert failed_tests(REPORT) == ("a::breaks", "a::fails", "a::late", "a::twice")


@pytest.mark.parametrize(
    ("body", "failed", "unsteady"),
    [
        ("assert seen.exists() or seen.touch()", 0, 1),
        ("assert False", 1, 0),
    ],
)
def test_a_failed_test_is_looked_at_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, failed: int, unsteady: int
) -> None:
    """One that fails the first time only is named; one that fails again fails the tier."""
    monkeypatch.setattr(tiers, "ROOT", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    tests = tmp_path / "tests" / "some"
    tests.mkdir(parents=True)
    seen = tests / "seen"
    (tests / "test_it.py").write_text(
        f"import pathlib\nseen = pathlib.Path({str(seen)!r})\n\ndef test_a():\n    {body}\n\ndef test_b():\n    pass\n"
    )
    result = run_tier(TIER, ["-q"], tmp_path)
    assert (result.counts.failed, len(result.unsteady), result.broken) == (failed, unsteady, False)
    assert result.counts.passed == 2 - failed


def test_the_last_line_is_plain() -> None:
    assert last_line(Counts(5, 0, 0, 9)) == "5 passed, 0 failed"
    assert last_line(Counts(5, 1, 2, 9)) == "5 passed, 1 failed, 2 skipped"


def test_every_test_belongs_to_one_tier() -> None:
    """Of the tiers that hold a folder, itself or one around it, one takes it, or two that divide it by a marker."""
    folders = {folder for tier in TIERS for folder in (*tier.folders, *tier.without)}
    for folder in folders:
        holding = [tier.marked for tier in TIERS if _holds(tier, folder)]
        assert holding in ([""], ["not mongodb", "mongodb"], ["mongodb", "not mongodb"]), folder


def _holds(tier: Tier, folder: str) -> bool:
    inside = any(f"{folder}/".startswith(f"{own}/") for own in tier.folders)
    return inside and not any(f"{folder}/".startswith(f"{left}/") for left in tier.without)
