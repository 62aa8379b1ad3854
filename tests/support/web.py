"""A small HTTP client for tests: sends exactly what it is told and follows nothing by itself.

Redirects, cookies and credentials are part of what the tests check, so none of them may happen unseen.
"""

import http.client
import json as jsonlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read to its end. Header names are in lower case, in the order received."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, or None."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    def all_headers(self, name: str) -> list[str]:
        """Every header of that name, e.g. several `Set-Cookie`."""
        return [value for key, value in self.headers if key == name.lower()]

    @property
    def text(self) -> str:
        """The body as UTF-8; bytes that are not UTF-8 become the replacement character."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is not JSON."""
        return jsonlib.loads(self.body)


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    json: object = None,
    body: bytes | None = None,
    timeout: float = 30.0,
) -> Answer:
    """Send one request over a fresh connection and return its answer, whatever its status.

    `json` is encoded and sent as `application/json`; `body` is sent as it is. `timeout` is in seconds.
    Raises OSError when the server cannot be reached or hangs up.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname is None:
        raise ValueError(f"the tests speak plain http to local servers only, not {parts.scheme}://{parts.netloc}")
    fields = dict(headers or {})
    if json is not None:
        body = jsonlib.dumps(json).encode()
        fields.setdefault("Content-Type", "application/json")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)) as connection:
        try:
            connection.request(method, target, body=body, headers=fields)
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"{method} {parts.path}: no whole HTTP answer ({error!r})") from error
        return Answer(answer.status, tuple((k.lower(), v) for k, v in answer.getheaders()), content)
