"""Multipart bodies of `$batch`: read into parts, and parts written. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import Answer, bad_query

_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^;\s]+))', re.IGNORECASE)
_REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    412: "Precondition Failed",
    413: "Payload Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch. Header names are lower-case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    content_id: str | None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Requests that are done together or not at all."""

    parts: list[Part]


def boundary_of(content_type: str) -> str:
    """Return the boundary in a Content-Type. Raises VendorError 400."""
    match = _BOUNDARY.search(content_type)
    if match is None or not content_type.lower().startswith("multipart/mixed"):
        raise bad_query("The Content-Type of a batch must be multipart/mixed with a boundary.")
    return match[1] or match[2]


def _split(raw: bytes) -> tuple[dict[str, str], bytes]:
    """Return the headers and the rest; lines may end in CRLF or LF."""
    head, mark, rest = raw.partition(b"\r\n\r\n")
    if not mark or b"\n\n" in head:
        head, _, rest = raw.partition(b"\n\n")
    headers = {}
    for line in head.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return headers, rest


def _pieces(raw: bytes, boundary: str) -> list[bytes]:
    mark = b"--" + boundary.encode()
    pieces = (b"\n" + raw).split(b"\n" + mark)
    if len(pieces) < 2:
        raise bad_query("The batch does not have its boundary.")
    found: list[bytes] = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            return found
        found.append(piece.lstrip(b" ").removeprefix(b"\r").removeprefix(b"\n").removesuffix(b"\r"))
    raise bad_query("The batch does not end with its boundary.")


def read(raw: bytes, content_type: str) -> list[Part | ChangeSet]:
    """Return what a batch asks for. Raises VendorError 400."""
    found: list[Part | ChangeSet] = []
    for piece in _pieces(raw, boundary_of(content_type)):
        headers, rest = _split(piece)
        kind = headers.get("content-type", "")
        if kind.lower().startswith("multipart/mixed"):
            inner = [_request(one) for one in _pieces(rest, boundary_of(kind))]
            if any(part.method == "GET" for part in inner):
                raise bad_query("A change set must not have GET requests.")
            found.append(ChangeSet(inner))
        else:
            found.append(_of(headers, rest))
    return found


def _request(piece: bytes) -> Part:
    return _of(*_split(piece))


def _of(headers: dict[str, str], rest: bytes) -> Part:
    if not headers.get("content-type", "").lower().startswith("application/http"):
        raise bad_query("Each part of a batch must be application/http.")
    line, _, after = rest.lstrip(b"\r\n").partition(b"\n")
    method, _, more = line.decode("utf-8", "replace").strip().partition(" ")
    target, _, version = more.rpartition(" ")  # an address may have spaces: clients do not always encode its query
    if not target or not version.startswith("HTTP/"):
        raise bad_query(f"'{line.decode('utf-8', 'replace').strip()}' is no request line.")
    if after.startswith((b"\r\n", b"\n")):
        named: dict[str, str] = {}
        body = after.lstrip(b"\r\n")
    else:
        named, body = _split(after)
    return Part(method.upper(), target.strip(), named, body.rstrip(b"\r\n"), headers.get("content-id"))


def written(answers: list[Answer | list[tuple[str | None, Answer]]], boundary: str, inner: str) -> bytes:
    """Return the body of a batch's answer; a list is a change set's, with Content-IDs."""
    parts: list[bytes] = []
    for answer in answers:
        parts.append(f"--{boundary}\r\n".encode())
        if isinstance(answer, list):
            parts.append(f"Content-Type: multipart/mixed; boundary={inner}\r\n\r\n".encode())
            for content_id, one in answer:
                parts.append(f"--{inner}\r\n".encode() + _written(one, content_id))
            parts.append(f"--{inner}--\r\n".encode())
        else:
            parts.append(_written(answer, None))
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts)


def _written(answer: Answer, content_id: str | None) -> bytes:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id is not None:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in answer.all_headers().items()]
    return "\r\n".join([*lines, "", ""]).encode() + answer.content() + b"\r\n"
