"""The built dashboard as it lies in the package: which files there are, and in which form a browser takes each."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BUILT = Path(__file__).with_name("built")
"""Where the build puts its files. They are not committed: a checkout builds them, a wheel carries them."""
NONCE_MARK = "__NONCE__"
"""Stands in the built page wherever a response's own nonce belongs."""
SHELL_MARK = "<!--shell-->"
"""Stands in the built page where a page's own words go, which are there before any script has run."""
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings a file may lie beside itself in, the best first."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file to be served. ``hashed`` names change with their content, so they may be kept for ever."""

    path: Path
    media_type: str
    hashed: bool
    codings: tuple[str, ...]

    def taken_as(self, accepted: str) -> tuple[Path, str | None]:
        """Return the file to send and its coding, for an ``Accept-Encoding`` header."""
        wanted = _accepted(accepted)
        for coding in self.codings:
            if coding in wanted:
                return self.path.with_name(self.path.name + ENCODINGS[coding]), coding
        return self.path, None


class Built:
    """The built dashboard; without a page where nothing was built."""

    def __init__(self, folder: Path = BUILT) -> None:
        page = folder / "index.html"
        self.page = page.read_text(encoding="utf-8") if page.is_file() else None
        self.assets: Mapping[str, Asset] = _assets(folder / "assets") if self.page is not None else {}

    @property
    def there(self) -> bool:
        """Whether there is a dashboard to serve."""
        return self.page is not None


def _assets(folder: Path) -> dict[str, Asset]:
    """Return every file of ``folder`` by its name; nothing outside this list is ever opened for a request."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.suffix in ENCODINGS.values() or not path.is_file():
            continue
        codings = tuple(c for c, suffix in ENCODINGS.items() if path.with_name(path.name + suffix).is_file())
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if path.suffix == ".js":
            media_type = "text/javascript"
        found[path.name] = Asset(path, media_type, "-" in path.stem, codings)
    return found


def _accepted(header: str) -> set[str]:
    """Return the codings that an ``Accept-Encoding`` header takes (RFC 9110, 12.5.3); a weight of 0 refuses one."""
    accepted = set()
    for part in header.split(","):
        coding, _, parameters = part.partition(";")
        weight = parameters.replace(" ", "").lower().removeprefix("q=")
        if coding.strip() and not (weight and not weight.strip("0.")):
            accepted.add(coding.strip().lower())
    return accepted
