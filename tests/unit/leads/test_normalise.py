"""One spelling for each value, and a clear refusal for what is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.leads import normalise
from leadbridge.leads.money import NotAnAmount, parse_money
from leadbridge.leads.normalise import Invalid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann.Lee@Example.COM", "Ann.Lee@example.com"),
        ("  ann@example.com ", "ann@example.com"),
        ("mailto:ann@example.com", "ann@example.com"),
        ("Ann Lee <ann@example.com>", "ann@example.com"),
        ("ann@example.com;", "ann@example.com"),
        ("ann@firm.example", "ann@firm.example"),
        ("ann@firm.test", "ann@firm.test"),
        ("ann@bücher.example", "ann@bücher.example"),
    ],
)
def test_an_email_address_is_taken_out_of_its_wrapping(text: str, expected: str) -> None:
    assert normalise.email(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "ann", "ann@", "@example.com", "ann@@example.com", "ann at example.com", "ann@localhost", "a b@c.example"],
)
def test_what_is_no_email_address_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid, match="not valid") as caught:
        normalise.email(text)
    assert caught.value.code == "invalid_email"


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("(202) 555-0143", "US", "+12025550143"),
        ("+1 202.555.0143", None, "+12025550143"),
        ("202-555-0143 ext. 12", "US", "+12025550143"),
        ("07700 900123", "GB", "+447700900123"),
        ("+44 (0)7700 900123", None, "+447700900123"),
        ("0049 30 23125 001", None, "+493023125001"),
        ("030/23125-001", "DE", "+493023125001"),
        ("01 99 00 12 34", "FR", "+33199001234"),
        ("+353 1 555 0100", "US", "+35315550100"),
        ("+1 555 123 4567", None, "+15551234567"),  # possible, though in no range that is in use
    ],
)
def test_a_phone_number_becomes_e164_and_keeps_its_spelling(text: str, region: str | None, e164: str) -> None:
    assert normalise.phone(text, region) == normalise.Phone(e164, text)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("555-0143", "US"),
        ("202 555 0143", None),
        ("12", "DE"),
        ("call me", "US"),
        ("5.55E+12", "US"),
        ("+999 1234567", None),
    ],
)
def test_a_number_nobody_could_dial_is_refused(text: str, region: str | None) -> None:
    with pytest.raises(Invalid) as caught:
        normalise.phone(text, region)
    assert caught.value.code == "invalid_phone"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Germany", "DE"), ("de", "DE"), ("DEU", "DE"), ("Deutschland", "DE"), ("UK", "GB"), ("U.K.", "GB"),
        ("England", "GB"), ("USA", "US"), ("U.S.A.", "US"), ("United States of America", "US"), ("Österreich", "AT"),
        ("Côte d'Ivoire", "CI"), ("Bolivia", "BO"), ("  france ", "FR"), ("The Netherlands", "NL"), ("Türkiye", "TR"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_name_and_code(text: str, code: str) -> None:
    assert normalise.country(text) == code


@pytest.mark.parametrize("text", ["Europe", "Atlantis", "EMEA", "XX", "1"])
def test_an_unknown_country_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        normalise.country(text)
    assert caught.value.code == "unknown_country"


def test_country_names_and_codes_lead_back_to_each_other() -> None:
    assert normalise.country_name("CZ") == "Czechia"
    assert normalise.country_code("Czechia") == "CZ"
    assert normalise.country_name("XX") is None
    assert normalise.country_code("nowhere") is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.Example.com", "https://www.example.com"),
        ("HTTP://example.com/", "http://example.com"),
        ("example.com/en?x=1", "https://example.com/en?x=1"),
        ("//example.com", "https://example.com"),
        ("example.com:8443/a", "https://example.com:8443/a"),
        ("bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_website_becomes_an_http_address(text: str, address: str) -> None:
    assert normalise.website(text) == address


@pytest.mark.parametrize(
    "text",
    ["javascript:alert(1)", "ftp://example.com", "data:text/html,x", "http://", "see card", "localhost",
    "a" * 70 + ".example",
     "https://user@example.com", "https://example.com/a b", "http://[::1", "10.0.0.1",
     "mailto:a@example.com", "..", "a..b"],
)  # fmt: skip
def test_what_may_not_be_a_link_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        normalise.website(text)
    assert caught.value.code == "invalid_website"


@given(st.text(max_size=60))
def test_no_text_breaks_a_normaliser(text: str) -> None:
    codes = set()
    for make in (normalise.email, normalise.country, normalise.website, normalise.consent, normalise.score, us_phone):
        try:
            make(text)
        except Invalid as refused:
            codes.add(refused.code)
    assert all(codes)


def us_phone(text: str) -> normalise.Phone:
    return normalise.phone(text, "US")


@given(st.text(max_size=60))
def test_a_website_once_normalised_stays_as_it_is(text: str) -> None:
    try:
        once = normalise.website(text)
    except Invalid:
        return
    assert normalise.website(once) == once


@pytest.mark.parametrize(
    ("text", "amount", "currency", "minor"),
    [
        ("1234", "1234", None, 12_340_000),
        ("€1.234,56", "1234.56", "EUR", 12_345_600),
        ("$1,234.56", "1234.56", "USD", 12_345_600),
        ("1 234,56 EUR", "1234.56", "EUR", 12_345_600),
        ("CHF 1'234.50", "1234.50", "CHF", 12_345_000),
        ("1.234", "1234", None, 12_340_000),
        ("1,234,567", "1234567", None, 12_345_670_000),
        ("0.125", "0.125", None, 1250),
        ("12,5", "12.5", None, 125_000),
        ("50k", "50000", None, 500_000_000),
        ("£2.5m", "2500000", "GBP", 25_000_000_000),
        ("A$ 10", "10", "AUD", 100_000),
        ("-5.00", "-5.00", None, -50_000),
        ("usd 7", "7", "USD", 70_000),
        ("0.00005", "0.00005", None, 0),
    ],
)
def test_an_amount_is_read_as_it_was_meant(text: str, amount: str, currency: str | None, minor: int) -> None:
    money = parse_money(text)
    assert (Decimal(money.amount), money.currency, money.minor) == (Decimal(amount), currency, minor)
    assert "e" not in money.amount.lower()


@pytest.mark.parametrize(
    "text", ["", "about 10", "1,23,4", "1.2.3", "10 kr", "10-20", "(5)", "1.234,56,7", "9" * 29, "abc", "1e9", "NaN"]
)
def test_an_amount_that_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_money(text)


@given(st.text(alphabet="0123456789.,-$€ kKmMEURusd'", max_size=20))
def test_no_amount_breaks_the_parser(text: str) -> None:
    try:
        money = parse_money(text)
    except NotAnAmount:
        return
    assert abs(money.minor) < 2**63
    assert abs(Decimal(money.minor) / 10_000 - Decimal(money.amount)) <= Decimal("0.00005")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Ann Lee", "Ann", "Lee"),
        ("Lee, Ann", "Ann", "Lee"),
        ("Anna van den Berg", "Anna", "van den Berg"),
        ("Berg, Anna van den", "Anna", "van den Berg"),
        ("Ann Mary Lee", "Ann Mary", "Lee"),
        ("Plato", None, "Plato"),
        ("Juan de la Cruz", "Juan", "de la Cruz"),
    ],
)
def test_a_whole_name_is_split(text: str, first: str | None, last: str) -> None:
    assert normalise.split_name(text) == (first, last)


def test_tags_are_kept_once_whatever_their_case() -> None:
    assert normalise.tags([" VIP ", "vip", "", "two  words"]) == ("VIP", "two words")


@pytest.mark.parametrize(("text", "given"), [("Yes", True), ("opt-in", True), ("0", False), ("Opted out", False)])
def test_consent_is_yes_or_no(text: str, given: bool) -> None:
    assert normalise.consent(text) is given


def test_consent_is_never_guessed() -> None:
    with pytest.raises(Invalid, match="neither yes nor no"):
        normalise.consent("maybe")
