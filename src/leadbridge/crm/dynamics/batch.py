"""The Web API's ``$batch``: operations written into one multipart body, and their outcomes read out of the answer.

Source: Microsoft's documentation of batch operations. The standard library's reader of mail is not used: it takes
what is no batch answer for a message, and parts whose line ends it does not like for text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

BOUNDARY = "batch_leadbridge"
"""Always the same: a line that begins with it cannot stand in JSON, which has no raw line ends within a text."""
CONTENT_TYPE = f"multipart/mixed; boundary={BOUNDARY}"
_END = b"\r\n"
_QUOTED = re.compile(r'boundary="?([^";,]+)"?', re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3})")
_BLANK = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Part:
    """One operation: its path begins at the host's root, its content is JSON or nothing."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The outcome of one operation. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def body(parts: Sequence[Part]) -> bytes:
    """Return the body of a batch request."""
    lines: list[bytes] = []
    for part in parts:
        lines += [
            f"--{BOUNDARY}".encode(),
            b"Content-Type: application/http",
            b"Content-Transfer-Encoding: binary",
            b"",
            f"{part.method} {part.path} HTTP/1.1".encode(),
            b"Accept: application/json",
            *(f"{name}: {text}".encode() for name, text in part.headers.items()),
            *([b"Content-Type: application/json; type=entry"] if part.content is not None else []),
            b"",
            part.content or b"",
        ]
    return _END.join((*lines, f"--{BOUNDARY}--".encode(), b""))


def read(content_type: str, content: bytes) -> tuple[Answered, ...]:
    """Return the outcomes in the order of the operations; fewer than were sent where Dataverse stopped early.

    A part that is no HTTP answer ends the list: what comes behind it cannot be matched. Raises ``ValueError`` for an
    answer without a boundary.
    """
    named = _QUOTED.search(content_type)
    if named is None:
        raise ValueError("the answer to a batch names no boundary")
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(named[1].strip().encode()) + rb"(?=--|\r?\n)", content)
    found: list[Answered] = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        answered = _part(piece)
        if answered is None:
            break
        found.append(answered)
    return tuple(found)


def _part(piece: bytes) -> Answered | None:
    outer = _BLANK.split(piece.lstrip(b"\r\n"), maxsplit=1)
    if len(outer) != 2:
        return None
    inner = _BLANK.split(outer[1], maxsplit=1)
    head = inner[0].splitlines()
    status = _STATUS.match(head[0]) if head else None
    if status is None:
        return None
    headers: dict[str, str] = {}
    for line in head[1:]:
        name, _, text = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = text.strip()
    return Answered(int(status[1]), headers, inner[1].strip(b"\r\n") if len(inner) == 2 else b"")
