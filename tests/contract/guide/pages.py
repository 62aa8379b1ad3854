"""What a person sees of an HTML page: its words, its links and its tabs."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.contract.guide.data import Page

_UNSEEN = frozenset({"script", "style", "template", "title"})


@dataclass
class Seen:
    """The page's words, its links (target -> words) and the names of its tabs (elements with role=tab)."""

    text: str = ""
    links: dict[str, str] = field(default_factory=dict)
    tabs: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: dict[str, list[str]] = {}
        self.tabs: list[list[str]] = []
        self._unseen = 0
        self._into: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._unseen += tag in _UNSEEN
        if tag == "a" and (target := given.get("href")):
            self._into.append((tag, self.links.setdefault(target, [])))
        if given.get("role") == "tab":
            self.tabs.append([])
            self._into.append((tag, self.tabs[-1]))

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        self._into = [(opened, words) for opened, words in self._into if opened != tag]

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self.words.append(data)
        for _, words in self._into:
            words.append(data)


def read_page(html: str) -> Seen:
    """Read a page as it comes from the server, before any script of it has run."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    links = {target: _joined(words) for target, words in reader.links.items()}
    return Seen(_joined(reader.words), links, [_joined(words) for words in reader.tabs])


def _joined(words: list[str]) -> str:
    return " ".join(" ".join(words).split())


def page_problems(wanted: Page, content_type: str | None, html: str) -> list[str]:
    """How a page fails what an item asks of it; empty when it does not."""
    if not (content_type or "").startswith("text/html"):
        return [f"the page is {content_type}, not text/html"]
    seen = read_page(html)
    problems = [f"the page does not say {word!r}" for word in wanted.texts if word not in seen.text]
    problems += [f"the page has no tab {tab!r}" for tab in wanted.tabs if tab not in seen.tabs]
    for target, words in wanted.links.items():
        if words not in seen.links.get(target, ""):
            problems.append(f"the page has no link {words!r} to {target}")
    return problems
