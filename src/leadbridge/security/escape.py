"""What lead data may look like where it leaves the hub: one function for each exit.

A lead is written by strangers. Its name can be a formula, a tag, a header, a script's address or a terminal's control
sequence; each is harmless until somebody else's program believes it. Every exit has one function here, and a check of
the source refuses writers that go around them. HTML pages go through Jinja2 with autoescape; ``html_text`` and
``html_attribute`` are for the little HTML that is not a page.
"""

from __future__ import annotations

import csv
import html
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

import phonenumbers

from leadbridge.kit.errors import InvalidInput

LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
MAX_LINK = 2048
_FORMULA = ("=", "-", "@", "\t", "\r")
_HEADER_BREAKS = re.compile(r"[\r\n\0\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TEAMS = re.compile(r"([\\`*_{}\[\]()#!|~])")
_TEAMS_FIRST = re.compile(r"(?m)^(\s*)([-+=:])|^(\s*\d+)([.)])")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


class HeaderBreak(InvalidInput):
    """A text for a mail header has a line break: behind it would stand headers of the sender's own making."""

    default_code = "line_break_in_header"
    default_hint = "Take the line breaks out of the subject and of the names of sender and recipients."


def csv_cell(text: str) -> str:
    """Return ``text`` so that a spreadsheet shows it and does not calculate it.

    ``=``, ``-``, ``@``, tab and carriage return start a formula in some program, ``+`` where no phone number follows;
    such a cell gets an apostrophe before it, which ``csv_plain`` takes off again.
    """
    if text[:1] in _FORMULA or (text[:1] == "+" and not _is_phone(text)):
        return "'" + text
    return text


def csv_plain(cell: str) -> str:
    """Return the text of a cell that ``csv_cell`` wrote; an apostrophe before anything else is the text's own."""
    if cell[:1] == "'" and (cell[1:2] in _FORMULA or cell[1:2] == "+") and len(cell) > 1:
        return cell[1:]
    return cell


def csv_line(cells: Iterable[str]) -> str:
    """Return one line of CSV (RFC 4180) for spreadsheets, every cell disarmed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([csv_cell(cell) for cell in cells])
    return out.getvalue()


def csv_raw_line(cells: Iterable[str]) -> str:
    """Return one line of CSV (RFC 4180) for programs, every cell as it is: a spreadsheet may calculate it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def href(address: str) -> str | None:
    """Return an address that a link may lead to, or None: only http, https, mailto and tel, and nothing ambiguous.

    The result is not HTML yet; it goes through ``html_attribute`` or Jinja2 like any other text.
    """
    text = address.strip(" ")
    if not text or len(text) > MAX_LINK or any(char <= " " or char == "\\" or _is_hidden(char) for char in text):
        return None  # browsers drop tabs and line breaks inside of a scheme: "java\nscript:"
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme.lower() not in LINK_SCHEMES:
        return None
    if parts.scheme.lower() in ("http", "https") and (not parts.hostname or "@" in parts.netloc):
        return None  # https://bank.example@evil.example leads to evil.example
    return text if parts.netloc or parts.path else None


def html_text(text: str) -> str:
    """Return ``text`` for the inside of an HTML element."""
    return html.escape(text, quote=True)


def html_attribute(text: str) -> str:
    """Return ``text`` as a quoted HTML attribute value, quotes included; line breaks and tabs cannot end it either."""
    escaped = html.escape(text, quote=True).replace("`", "&#96;")
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"&#{ord(match[0]) or 0xFFFD};", escaped) + '"'


def slack(text: str) -> str:
    """Return ``text`` for a Slack message, ``&``, ``<`` and ``>`` as entities.

    That is all mrkdwn needs for text to make no link, mention or channel (Slack, "Formatting text for app surfaces").
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def teams(text: str) -> str:
    """Return ``text`` for the Markdown of a Teams card: no link, picture, emphasis, heading or list of its own.

    Adaptive Cards take a subset of Markdown and no HTML (Microsoft, "Text features"); entities guard the clients that
    do render it. A line break becomes a paragraph.
    """
    lines = "\n\n".join(line.strip() for line in _LINE_ENDS.split(text))
    return _TEAMS_FIRST.sub(r"\1\3\\\2\4", _TEAMS.sub(r"\\\1", slack(lines)))


def mail(
    *, sender: tuple[str, str], recipients: Sequence[tuple[str, str]], subject: str, text: str, page: str | None = None
) -> EmailMessage:
    """Return a mail with its headers made by the standard library's policy; (name, address) pairs, ``page`` as HTML.

    Raises ``HeaderBreak`` for a line break in a subject, name or address, ``InvalidInput`` for no address at all.
    """
    message = EmailMessage()
    message["From"] = _mailbox(*sender)
    message["To"] = [_mailbox(*recipient) for recipient in recipients]
    message["Subject"] = mail_header(subject)
    message.set_content(text)
    if page is not None:
        message.add_alternative(page, subtype="html")
    return message


def mail_header(text: str) -> str:
    """Return ``text`` for a mail header; raises ``HeaderBreak``."""
    if _HEADER_BREAKS.search(text):
        raise HeaderBreak("A mail header cannot hold a line break.")
    return text


def terminal(text: str) -> str:
    """Return ``text`` for a log line or a terminal: what is not to be seen becomes a visible escape.

    Control characters move cursors and forge lines, direction marks turn text around, and lone surrogates cannot be
    written at all.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(char) if _is_hidden(char) else char for char in text)


def _visible(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN


def _mailbox(name: str, address: str) -> Address:
    """Return a mailbox as an object: joined to text, a name such as ``Söhne <GmbH>`` could be read as an address."""
    if "@" not in address or any(char in address for char in " ,;<>\"'()") or not address.isascii():
        raise InvalidInput("That is not one mail address.", code="invalid_mail_address", hint="Give name@host.")
    try:
        return Address(display_name=mail_header(name), addr_spec=mail_header(address))
    except (ValueError, HeaderParseError, IndexError) as error:
        raise InvalidInput(
            "That is not one mail address.", code="invalid_mail_address", hint="Give name@host."
        ) from error


def _is_phone(text: str) -> bool:
    if any(char.isalpha() or char in "=*/@|!" for char in text):
        return False  # a formula may begin with what the library would read as a number
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False
