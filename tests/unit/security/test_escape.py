"""Every exit, with everything that strangers may write: read back by a parser of what the other side reads."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment

from leadbridge.kit.errors import InvalidInput
from leadbridge.security import escape
from tests.unit.security.attack_corpus import (
    CHAT,
    EVERYTHING,
    FORMULAS,
    GOOD_LINKS,
    HEADERS,
    LINKS,
    PLAIN,
    TERMINAL,
)

WILD = st.text(max_size=40)


class Elements(HTMLParser):
    """Collects tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment", []))


@pytest.mark.parametrize("text", EVERYTHING)
def test_no_cell_begins_a_formula(text: str) -> None:
    [row] = csv.reader(io.StringIO(escape.csv_line([text, "next"]), newline=""))
    assert row[1:] == ["next"]
    assert row[0].removeprefix("'") == text.removeprefix("'")
    assert row[0][:1] not in ("=", "-", "@", "\t", "\r")
    assert row[0][:1] != "+" or re.fullmatch(r"\+[\d ]+", row[0])


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_disarmed_and_comes_back_as_it_was(text: str) -> None:
    assert escape.csv_cell(text) == "'" + text
    assert escape.csv_plain(escape.csv_cell(text)) == text


@given(WILD.filter(lambda text: not re.match(r"'[=\-@+\t\r]", text)))
@example("'")
@example("+49 30 23125001")
def test_what_the_report_writes_the_import_reads(text: str) -> None:
    assert escape.csv_plain(escape.csv_cell(text)) == text


@pytest.mark.parametrize("text", LINKS)
def test_no_link_leads_where_it_should_not(text: str) -> None:
    assert escape.href(text) is None


@pytest.mark.parametrize("text", GOOD_LINKS)
def test_ordinary_links_stay(text: str) -> None:
    assert escape.href(text) == text


@given(WILD)
def test_a_link_that_is_let_through_has_an_allowed_scheme(text: str) -> None:
    link = escape.href(text)
    assert link is None or link.partition(":")[0].lower() in escape.LINK_SCHEMES


@pytest.mark.parametrize("text", EVERYTHING)
def test_html_text_is_text(text: str) -> None:
    page = Elements(f"<p>{escape.html_text(text)}</p>")
    assert page.tags == [("p", [])]
    assert page.text == text


@pytest.mark.parametrize("text", EVERYTHING)
def test_an_attribute_is_one_attribute(text: str) -> None:
    page = Elements(f"<p title={escape.html_attribute(text)}>x</p>")
    [(tag, attributes)] = page.tags
    assert (tag, [name for name, _ in attributes], page.text) == ("p", ["title"], "x")


@pytest.mark.parametrize("text", EVERYTHING)
def test_a_page_made_by_the_template_engine_shows_it_as_text(text: str) -> None:
    template = Environment(autoescape=True).from_string('<p title="{{ it }}">{{ it }}</p>')
    page = Elements(template.render(it=text))
    assert [tag for tag, _ in page.tags] == ["p"]


@pytest.mark.parametrize("text", EVERYTHING)
def test_slack_sees_no_markup_of_its_own(text: str) -> None:
    shown = escape.slack(text)
    assert "<" not in shown
    assert ">" not in shown
    assert shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@pytest.mark.parametrize("text", EVERYTHING)
def test_teams_sees_no_markup_of_its_own(text: str) -> None:
    shown = escape.teams(text)
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "x", shown)  # each escaped character is as harmless as a letter
    assert not re.search(r"[`*_\[\]{}<>#!|~]", bare)
    assert not re.search(r"(?m)^\s*(?:[-+=>:]|\d+[.)])", bare)
    assert not re.search(r"(?<!\n)\n(?!\n)", shown)


@pytest.mark.parametrize("text", ["Ana Ruiz", "a-b", "50 %", "日本語", "e-mail me@example.com", "1-2"])
def test_teams_leaves_ordinary_text_alone(text: str) -> None:
    assert escape.teams(text) == text


@pytest.mark.parametrize("text", HEADERS)
@pytest.mark.parametrize("place", ["subject", "sender", "recipient", "address"])
def test_no_mail_header_takes_a_line_break(text: str, place: str) -> None:
    ana = (text if place == "recipient" else "Ana", f"{text}@example.com" if place == "address" else "ana@example.com")
    with pytest.raises(InvalidInput):
        escape.mail(
            sender=(text if place == "sender" else "Hub", "hub@example.com"),
            recipients=[ana],
            subject=text if place == "subject" else "News",
            text="x",
        )


@pytest.mark.parametrize("text", sorted(set(EVERYTHING) - set(HEADERS)))
def test_a_mail_has_the_headers_it_was_given_and_no_other(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    try:
        made = escape.mail(
            sender=("Hub", "hub@example.com"), recipients=[(text, "ana@example.com")], subject=text, text=text
        )
    except escape.HeaderBreak:
        assert len(text.splitlines()) > 1 or "\0" in text or text.splitlines() != [text]
        return
    read = email.message_from_bytes(bytes(made), policy=email.policy.default)
    names = {name.lower() for name in read}
    assert names == {"from", "to", "subject", "content-type", "content-transfer-encoding", "mime-version"}
    assert [str(one.addr_spec) for one in read["to"].addresses] == ["ana@example.com"]


@pytest.mark.parametrize("address", ["ana", "ana@x.example, all@evil.example", "<ana@x.example>", "ana @x.example", ""])
def test_a_recipient_is_one_address(address: str) -> None:
    with pytest.raises(InvalidInput):
        escape.mail(sender=("Hub", "hub@example.com"), recipients=[("A", address)], subject="s", text="t")


@pytest.mark.parametrize("text", EVERYTHING)
def test_a_terminal_shows_everything_and_obeys_nothing(text: str) -> None:
    shown = escape.terminal(text)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in shown)
    shown.encode()


@pytest.mark.parametrize("text", PLAIN)
def test_a_terminal_shows_ordinary_text_as_it_is(text: str) -> None:
    assert escape.terminal(text) == text


def test_the_corpus_has_what_each_exit_fears() -> None:
    assert all(escape.terminal(text) != text for text in TERMINAL)
    assert all(escape.slack(text) != text or escape.teams(text) != text for text in CHAT)
