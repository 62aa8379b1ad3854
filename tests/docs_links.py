"""Checks that every relative link in the project's pages leads to a file, and every anchor to a heading.

`python -m tests.docs_links` prints one line for each broken link and ends with code 1, or prints a summary.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?:(?!\1).)+?\1(?!`)")
_TARGET = r"<([^<>]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))*)"
_INLINE = re.compile(rf"\]\(\s*(?:{_TARGET})(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]^][^\]]*\]:\s*<?([^\s>]+)>?")
_HTML = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_NAMED = re.compile(r"<[a-z0-9]+\b[^>]*?\b(?:id|name)\s*=\s*[\"']([^\"']+)[\"']", re.IGNORECASE)


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Every line outside fenced code, with its number from 1."""
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and line.strip() == mark[1]:
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            yield number, line


def links(text: str) -> Iterator[tuple[int, str]]:
    """Every link target of a Markdown page, with its line: inline, image, reference definition, HTML."""
    for number, line in prose(text):
        plain = _CODE.sub("", line)
        for found in _INLINE.finditer(plain):
            yield number, found[1] if found[1] is not None else found[2]
        for pattern in (_DEFINITION, _HTML):
            for found in pattern.finditer(plain):
                yield number, found[1]


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading: its words in lower case, without punctuation, joined by hyphens."""
    words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    words = re.sub(r"<[^>]*>", "", words).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")


def anchors(text: str) -> set[str]:
    """Every anchor of a page: its headings (a repeated one gets -1, -2 ...) and what HTML names."""
    found: set[str] = set()
    seen: dict[str, int] = {}
    before = ""
    for _, line in prose(text):
        heading = _HEADING.match(line)
        title = heading[1] if heading else before if _UNDERLINE.match(line) and before.strip() else None
        if title is not None:
            base = slug(title)
            count = seen.get(base, 0)
            seen[base] = count + 1
            found.add(f"{base}-{count}" if count else base)
        found.update(_NAMED.findall(_CODE.sub("", line)))
        before = "" if title is not None else line
    return found


@cache
def _anchors_of(page: Path) -> set[str]:
    return anchors(page.read_text(encoding="utf-8"))


def fault(page: Path, target: str, root: Path = ROOT) -> str | None:
    """Why a link of `page` leads nowhere, or None. Links to other sites are not followed."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    if not target:
        return "is empty"
    path = unquote(parts.path)
    aim = page if not path else (root / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve()
    if not aim.is_relative_to(root):
        return "leads out of the repository"
    if not aim.exists():
        return "leads to no file"
    if parts.fragment and aim.suffix == ".md" and unquote(parts.fragment).lower() not in _anchors_of(aim):
        return "names no heading there"
    return None


def main() -> int:
    """Check every page. Returns 1 when a link is broken."""
    pages = [ROOT / name for name in PAGES if (ROOT / name).exists()] + sorted((ROOT / "docs").rglob("*.md"))
    checked, broken = 0, 0
    for page in pages:
        for number, target in links(page.read_text(encoding="utf-8")):
            checked += 1
            if why := fault(page, target):
                broken += 1
                sys.stdout.write(f"{page.relative_to(ROOT)}:{number}: {target} {why}\n")
    if not broken:
        sys.stdout.write(f"docs links: {checked} in {len(pages)} pages, all lead somewhere\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
