"""Every promise of the guide, replayed against a running hub over real HTTP.

What is not built yet is a strict expected failure: whoever builds it removes `waits_for` from the item, because
the run fails as soon as the promise is kept. Only a promise not kept is expected: a hub that does not start, or a
mistake of this runner, fails every item.
"""

from collections.abc import Iterator

import pytest

from tests.contract.guide.data import Item, load
from tests.contract.guide.replay import replay
from tests.contract.guide.stage import PromiseNotKept, Stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def _parameter(item: Item) -> object:
    if item.waits_for is None:
        return pytest.param(item, id=item.id)
    reason = f"waits for: {item.waits_for}"
    return pytest.param(item, id=item.id, marks=pytest.mark.xfail(strict=True, raises=PromiseNotKept, reason=reason))


@pytest.mark.parametrize("item", [_parameter(item) for item in load().items])
def test_the_hub_keeps_the_promise(stage: Stage, item: Item) -> None:
    replay(stage, item)
