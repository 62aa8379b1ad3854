"""Starts Make's sandbox, or the receiver, as a real child process, and steers it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.support.vendor import VendorProcess


class MakeProcess(VendorProcess):
    """Make with its webhooks."""

    vendor = "make"
    default_object = "deliveries"

    def hook(self, **given: Any) -> dict[str, Any]:
        """Make a webhook; its address is `url`."""
        made: dict[str, Any] = self.control("POST", "/do/hook", given)
        return made

    def scenario(self, hook: dict[str, Any], **given: Any) -> dict[str, Any]:
        """Attach a scenario to a webhook, switched on unless said otherwise, or change it."""
        changed: dict[str, Any] = self.control("POST", "/do/scenario", {"hook": hook["udid"], "on": True, **given})
        return changed

    def deliveries(
        self, enough: Callable[[list[dict[str, Any]]], bool] = bool, seconds: float = 60.0
    ) -> list[dict[str, Any]]:
        """Return what came as soon as it is enough; fails the test after `seconds`."""
        deadline = time.monotonic() + seconds
        while not enough(found := self.records()):
            assert time.monotonic() < deadline, f"only {len(found)} deliveries: {found[-3:]}"
            time.sleep(0.02)
        return found


class ReceiverProcess(MakeProcess):
    """The receiver, which answers what it is told to."""

    vendor = "receiver"
    default_object = "requests"

    def answers(self, *answers: dict[str, Any], path: str = "*") -> None:
        """Say what is answered, one after the other, the last from then on."""
        self.control("POST", "/do/answers", {"path": path, "answers": list(answers)})
