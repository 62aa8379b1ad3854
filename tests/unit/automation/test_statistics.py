"""Executions from the sums of usage: settled ones only, of every automation, and the share as a text."""

from __future__ import annotations

from leadbridge.automation.statistics import Tallied, tallied
from leadbridge.usage.rows import Cell

A, B = "a" * 24, "b" * 24


def cell(type: str, status: str, automation: str, events: int) -> Cell:
    return Cell(type, "automation", status, "", automation, events, 3 * events, 0)


def test_executions_are_summed_by_automation_and_nothing_else_is() -> None:
    found = tallied(
        [
            cell("make_workflow_executed", "success", A, 1200),
            cell("make_workflow_executed", "failed", A, 45),
            cell("workflow_executed", "failed", B, 5),
            cell("webhook_received", "success", A, 99),
            cell("webhook_delivered", "failed", "", 7),
            cell("crm_sync", "success", "", 3),
        ]
    )
    assert found.all.view() == {
        "totalExecutions": 1250, "successfulExecutions": 1200, "failedExecutions": 50, "successRate": "96.00",
    }  # fmt: skip
    assert found.of(A) == Tallied(1200, 45)
    assert found.of(B) == Tallied(0, 5)
    assert found.of("c" * 24) == Tallied()


def test_a_success_that_was_taken_back_is_a_failure() -> None:
    found = tallied(
        [
            cell("make_workflow_executed", "success", A, 2),
            cell("make_workflow_executed", "success", A, -1),
            cell("make_workflow_executed", "failed", A, 1),
        ]
    )
    assert found.of(A) == Tallied(1, 1)
    assert found.all.view()["successRate"] == "50.00"


def test_no_executions_have_a_share_too() -> None:
    assert Tallied().view()["successRate"] == "0.00"
    assert Tallied(1, 2).view()["successRate"] == "33.33"
