"""When two spellings are the same value."""

import pytest

from leadbridge.sync.equivalence import equivalent, outgoing


@pytest.mark.parametrize(
    ("same", "ours", "theirs", "result"),
    [
        ("text", "Acme  Ltd", " Acme Ltd", True),
        ("text", "Acme", "ACME", False),
        ("text", None, "", True),
        ("text", None, "x", False),
        ("email", "Ana@Example.com", "ana@example.com ", True),
        ("email", "ana@example.com", "bo@example.com", False),
        ("phone", "+35315550100", "+353 1 555 0100", True),
        ("phone", "+35315550100", "00353 (1) 5550100", True),
        ("phone", "+35315550100", "+35315550101", False),
        ("url", "https://www.example.com/", "http://example.com", True),
        ("url", "https://example.com/a", "example.com/b", False),
        ("country", "DE", "Germany", True),
        ("country", "DE", "Deutschland", True),
        ("country", "DE", "France", False),
        ("country", "DE", "Atlantis", False),
        ("number", "1200.50", "1200.5", True),
        ("number", "100", "1E+2", True),
        ("number", "100", "1000", False),
        ("number", "many", "many ", True),
        ("number", "NaN", "1", False),
        ("date", "2026-12-31", "2026-12-31T00:00:00Z", True),
        ("date", "2026-12-31", "2026-12-30T23:00:00Z", False),
    ],
)
def test_values_are_compared_by_their_meaning(same: str, ours: str | None, theirs: str | None, result: bool) -> None:
    assert equivalent(same, ours, theirs) is result


def test_a_country_is_sent_by_its_name_because_crms_show_it_to_people() -> None:
    assert outgoing("country", "DE") == "Germany"
    assert outgoing("text", "DE") == "DE"
