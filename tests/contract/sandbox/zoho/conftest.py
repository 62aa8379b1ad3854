"""One sandbox process for the folder, emptied before every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.zoho import ZohoProcess


@pytest.fixture(scope="package")
def shared_zoho() -> Iterator[ZohoProcess]:
    with ZohoProcess() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_zoho: ZohoProcess) -> ZohoProcess:
    shared_zoho.control("POST", "/reset")
    return shared_zoho


@pytest.fixture
def access(sandbox: ZohoProcess) -> str:
    """An access token with every scope."""
    token: str = sandbox.issue_tokens()["access_token"]
    return token
