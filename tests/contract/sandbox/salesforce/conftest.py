"""One sandbox process for the folder, emptied before every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.salesforce import SalesforceProcess


@pytest.fixture(scope="package")
def shared_sandbox() -> Iterator[SalesforceProcess]:
    with SalesforceProcess() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: SalesforceProcess) -> SalesforceProcess:
    shared_sandbox.control("POST", "/reset")
    return shared_sandbox


@pytest.fixture
def access(sandbox: SalesforceProcess) -> str:
    """An access token for the API."""
    token: str = sandbox.issue_tokens()["access_token"]
    return token
