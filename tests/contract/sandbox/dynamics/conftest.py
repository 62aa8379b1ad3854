"""One sandbox process for the folder, emptied before every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.dynamics import DynamicsProcess


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[DynamicsProcess]:
    with DynamicsProcess() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: DynamicsProcess) -> DynamicsProcess:
    shared_sandbox.control("POST", "/reset")
    return shared_sandbox


@pytest.fixture
def access(sandbox: DynamicsProcess) -> str:
    """An access token of the organisation's user."""
    token: str = sandbox.issue_tokens()["access_token"]
    return token
