"""Every test on a MongoDB server is listened to: what it sends beyond the written subset fails it."""

from collections.abc import Generator

import pytest

from tests.support.wire_server import LISTENER


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test that sent a command, operator or option that is not in the tables."""
    LISTENER.take()
    result = yield
    found = LISTENER.take()
    if found:
        pytest.fail(f"beyond the written subset of MongoDB: {', '.join(sorted(set(found)))}")
    return result
