"""Every operation of the API document, tried with many generated requests: no 5xx, and nothing undocumented."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.hub_in_process import running_hub

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 20
WRITES = {"post", "put", "patch", "delete"}
OPEN: dict[str, set[str]] = {
    "/healthz": set(),
    "/readyz": set(),
    "/metrics": set(),
    "/api/v1/crm-integration/oauth/callback/{provider}": set(),
    "/api/v1/auth/login": {"400", "401", "409", "413", "415", "429"},
    "/api/v1/webhook/crm/{provider}": {"401"},
    "/api/v1/webhook/crm/{provider}/{connection_key}": {"401", "413", "429"},
    "/api/v1/webhook/automation/{key}": {"401", "409", "413", "429"},
    "/f/{key}": {"404", "429"},
    "/f/{key}/thanks": {"404"},
    "/api/v1/invitations/accept": {"400", "404", "409", "413", "415", "429"},
}
"""What asks nobody who they are, each with the failures it tells: there is no caller whose key could be repeated."""


class RunningHub:
    """A hub in a thread of its own, since the generated requests are sent by blocking calls."""

    def __init__(self, folder: Path) -> None:
        self.base = self.token = ""
        self._folder = folder
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(30), "the hub did not start"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(30)
        self._loop.close()

    async def _serve(self) -> None:
        async with running_hub(self._folder, rate_tenant=0, rate_principal=0, rate_address=0) as hub:
            self.base, self.token = hub.base, hub.token
            self._ready.set()
            await self._end.wait()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def document(hub: RunningHub) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{hub.base}/openapi.json")


def test_no_request_breaks_an_operation_or_surprises_its_reader(
    hub: RunningHub, document: schemathesis.BaseSchema
) -> None:
    tried: Counter[str] = Counter()
    failures: list[str] = []
    session = requests.Session()
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def each(case: schemathesis.Case[Any]) -> None:
            tried[case.operation.label] += 1
            case.call_and_validate(
                session=session,
                # a kept connection may have been closed by the hub while the next case was thought of
                headers={"authorization": f"Bearer {hub.token}", "connection": "close"},
                checks=CHECKS,
                allow_redirects=False,
                timeout=20,
            )

        try:
            each()
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001  # every operation is tried, and all that failed are told
            failures.append(f"{operation.label}: {error}")
    session.close()
    assert not failures, "\n\n".join(failures)
    assert len(tried) >= 20
    assert sum(tried.values()) >= 5 * len(tried)


def test_every_write_takes_an_idempotency_key_and_every_operation_tells_its_failures(hub: RunningHub) -> None:
    """Walks the document, so that a router added without the shared route class is noticed."""
    paths = requests.get(f"{hub.base}/openapi.json", timeout=20).json()["paths"]
    writes = 0
    for path, operations in paths.items():
        for method, operation in operations.items():
            told = set(operation["responses"])
            assert ("x-open" in operation) is (path in OPEN), f"{method} {path}"
            if path in OPEN:
                assert OPEN[path] <= told, f"{method} {path}"
                continue
            assert {"400", "401", "403", "404", "409", "429"} <= told, f"{method} {path}"
            names = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
            assert ("idempotency-key" in names) is (method in WRITES), f"{method} {path}"
            if method in WRITES:
                writes += 1
                assert {"413", "415", "422"} <= told, f"{method} {path}"
    assert writes >= 9
