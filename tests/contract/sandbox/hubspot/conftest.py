"""One sandbox process for the folder, emptied before every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.sandbox import SandboxProcess


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: SandboxProcess) -> SandboxProcess:
    shared_sandbox.control("POST", "/reset")
    return shared_sandbox


@pytest.fixture
def access(sandbox: SandboxProcess) -> str:
    """An access token with every scope."""
    token: str = sandbox.issue_tokens()["access_token"]
    return token
