"""The link check reads Markdown as its readers see it."""

from pathlib import Path

import pytest

from tests.docs_links import anchors, fault, links, slug

PAGE = """# Title

[plain](a.md) ![image](b.png "title") [angle](<c d.md>) [paren](e_(f).md) `[code](no.md)`

```
[fenced](no.md)
# no heading
```

~~~ python
[fenced too](no.md)
~~~

[defined]: g.md#part
<a href="h.md">h</a> <img src='i.png'> [empty]()
"""


def test_every_kind_of_link_is_found_with_its_line_and_code_is_left_out() -> None:
    assert list(links(PAGE)) == [
        (3, "a.md"),
        (3, "b.png"),
        (3, "c d.md"),
        (3, "e_(f).md"),
        (14, "g.md#part"),
        (15, ""),
        (15, "h.md"),
        (15, "i.png"),
    ]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Two words", "two-words"),
        ("`code` & *more*", "code--more"),
        ("1. A [link](x.md)!", "1-a-link"),
        ("snake_case, Ünïcode", "snake_case-ünïcode"),
    ],
)
def test_a_heading_gets_the_anchor_that_github_gives_it(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor


def test_repeated_headings_are_numbered_and_named_places_count() -> None:
    text = '# A\n## A\n### B ###\nUnder\n-----\n<a id="here"></a>\n```\n# not\n```\n'
    assert anchors(text) == {"a", "a-1", "b", "under", "here"}


def test_a_link_is_broken_when_file_or_heading_is_missing(tmp_path: Path) -> None:
    page, other = tmp_path / "README.md", tmp_path / "docs" / "other page.md"
    other.parent.mkdir()
    page.write_text("# Here\n", encoding="utf-8")
    other.write_text("# There\n", encoding="utf-8")
    for good in ("#here", "docs/other%20page.md#there", "docs", "/docs", "https://example.com/x", "mailto:a@b.c"):
        assert fault(page, good, tmp_path) is None, good
    assert fault(other, "../README.md#here", tmp_path) is None
    for bad in ("#there", "docs/none.md", "docs/other%20page.md#here", "../outside.md", ""):
        assert fault(page, bad, tmp_path), bad
