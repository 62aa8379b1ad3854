"""One changed field can be followed from the change to the write in under 300 lines, and the docs say where."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leadbridge.sync.core import fields, landing, reads, record
from leadbridge.sync.plan import _linked, _present, plan
from leadbridge.sync.push import Pusher

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "two-way-sync.md"
PATH: tuple[Callable[..., Any], ...] = (
    Pusher._decide,
    plan,
    _linked,
    _present,
    reads.freshness,
    record.reconcile,
    landing.settle,
    record._merge,
    fields.decide,
    fields._to_crm,
    record._Work.take,
    record._Work._flow,
    record._Work.plan,
    landing.intending,
    Pusher._carry_out,
    landing.landed,
)
"""What is called for a linked record whose field changed here, in this order."""


def test_a_changed_field_is_followed_in_under_300_lines_that_the_page_names() -> None:
    assert sum(len(inspect.getsource(one).splitlines()) for one in PATH) < 300
    page = PAGE.read_text(encoding="utf-8")
    for one in PATH:
        file = Path(inspect.getsourcefile(one) or "").resolve().relative_to(ROOT / "src" / "leadbridge").as_posix()
        assert f"`{file}`" in page, file
        assert f"`{one.__name__}`" in page, one.__name__
