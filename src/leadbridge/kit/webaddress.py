"""Web addresses in one plain form.

Two programs that read one address differently are how a check is passed by one and a request sent by the other. So an
address is read here, strictly, and what goes out is built from the parts that were read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from yarl import URL

MAX_LENGTH = 8192
PORTS = {"http": 80, "https": 443}
_PARTS = re.compile(r"(https?)://([^/?#]*)([/?][^#]*)?(?:#.*)?\Z", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::([0-9]{1,5}))?\Z", re.ASCII)
_TARGET = re.compile(r"[!-\[\]-~]*\Z")  # visible ASCII but for the backslash
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")


class UnreadableAddress(ValueError):
    """A text is not a web address in the one plain form that is taken; the text is a sentence that says why."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address in its plain form: lower-case ASCII host, a port, and the path and query as they were given."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """``https://host``, with the port where it is not the scheme's own."""
        return f"{self.scheme}://{self.host}" + ("" if self.port == PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.target

    def __repr__(self) -> str:
        return f"WebAddress({self.origin!r})"  # path and query may hold a secret


def parse_web_address(url: str) -> WebAddress:
    """Return the parts of an http or https address; raises ``UnreadableAddress`` for anything with two readings.

    A fragment is left out, since it is never sent. International host names become their ASCII form.
    """
    if len(url) > MAX_LENGTH:
        raise UnreadableAddress(f"The address is longer than {MAX_LENGTH} characters.")
    if "\\" in url:
        raise UnreadableAddress("The address holds a backslash.")
    if any(char.isspace() or not char.isprintable() for char in url):
        raise UnreadableAddress("The address holds a space or an invisible character.", hint="Write a space as %20.")
    match = _PARTS.match(url)
    if match is None:
        raise UnreadableAddress("The address does not start with https:// (or http://).")
    scheme, authority, target = match[1].lower(), match[2], match[3] or "/"
    if "@" in authority:
        raise UnreadableAddress("The address holds a user name or password before its host.")
    if not _TARGET.match(target):
        raise UnreadableAddress("The path of the address holds characters that must be percent-encoded.")
    place = _AUTHORITY.match(authority)
    if place is None:
        raise UnreadableAddress("The host or port of the address cannot be read.")
    port = int(place[2]) if place[2] else PORTS[scheme]
    if not 1 <= port <= 65535:
        raise UnreadableAddress("The port of the address is not between 1 and 65535.")
    return WebAddress(scheme, _host(place[1]), port, target if target.startswith("/") else "/" + target)


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            return f"[{IPv6Address(text[1:-1]).compressed}]"
        except ValueError:
            raise UnreadableAddress("The IPv6 address in brackets cannot be read.") from None
    if not text.isascii():
        try:
            text = URL.build(scheme="https", host=text).raw_host or ""
        except ValueError:
            raise UnreadableAddress("The host name is not a valid international name.") from None
    name = text.lower()
    labels = name.split(".")
    if name.endswith("."):
        raise UnreadableAddress("The host name ends with a dot.")
    if len(name) > 253 or not all(_LABEL.match(label) for label in labels):
        raise UnreadableAddress("The host name is not valid.")
    if _NUMBER.match(labels[-1]):  # a browser reads 2130706433, 0x7f.1 and 0177.0.0.1 as IPv4 addresses
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise UnreadableAddress("The host is a number that is not a plain IPv4 address.") from None
    return name
