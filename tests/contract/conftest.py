"""Every test on a MongoDB server is listened to: what it sends beyond the written subset fails it."""

from collections.abc import Generator
from functools import partial

import pytest
import structlog
from argon2 import PasswordHasher

from tests.support.wire_server import LISTENER

# without a set-up of its own a log shows an exception with every local variable on its way: of a whole hub, in a minute
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.set_exc_info,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=True),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture
def real_passwords() -> None:
    """For a test that needs passwords hashed at their real cost."""


@pytest.fixture(autouse=True)
def _cheap_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords by the same algorithm at a hundredth of its cost, in hubs inside the test's process."""
    if "real_passwords" not in request.fixturenames:
        cheap = partial(PasswordHasher, time_cost=1, memory_cost=1024, parallelism=1)
        monkeypatch.setattr("leadbridge.tenancy.passwords.PasswordHasher", cheap)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail the test that sent a command, operator or option that is not in the tables."""
    LISTENER.take()
    result = yield
    found = LISTENER.take()
    if found:
        pytest.fail(f"beyond the written subset of MongoDB: {', '.join(sorted(set(found)))}")
    return result
