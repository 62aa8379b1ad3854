"""Change tracking: everything once, then only what changed and what was deleted, until the token is too old."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dynamics import DynamicsProcess

TRACK = "odata.track-changes"


def read(sandbox: DynamicsProcess, access: str, link: str, size: int = 0) -> tuple[list[dict[str, Any]], str]:
    """Return all rows of a tracked read, page after page, and the link for the next one."""
    prefer = f"{TRACK},odata.maxpagesize={size}" if size else TRACK
    path = link if link.startswith("http") else f"{sandbox.url}/api/data/v9.2/{link}"
    rows: list[dict[str, Any]] = []
    while True:
        status, headers, body = sandbox.follow(path, access, Prefer=prefer)
        assert status == 200, body
        assert headers["preference-applied"].startswith(TRACK)
        assert not size or len(body["value"]) <= size
        rows += body["value"]
        if "@odata.deltaLink" in body:
            assert "@odata.nextLink" not in body
            return rows, body["@odata.deltaLink"]
        path = body["@odata.nextLink"]


def test_everything_first_and_then_only_what_changed(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.seed(250, at="2026-11-20T10:00:00Z")
    rows, link = read(sandbox, access, "leads?$select=lastname,modifiedon", 100)
    assert len({row["leadid"] for row in rows}) == 250
    assert read(sandbox, access, link)[0] == []
    one, two = rows[0]["leadid"], rows[1]["leadid"]
    sandbox.edit(one, lastname="edited")
    assert sandbox.web("DELETE", f"leads({two})", access)[0] == 204
    new = sandbox.add(access, "leads", lastname="new")
    brief = sandbox.add(access, "leads", lastname="brief")
    assert sandbox.web("DELETE", f"leads({brief})", access)[0] == 204
    changed, later = read(sandbox, access, link)
    assert [row["lastname"] for row in changed if "lastname" in row] == ["edited", "new"]
    gone = [(row["id"], row["reason"]) for row in changed if "reason" in row]
    assert gone == [(two, "deleted"), (brief, "deleted")]
    assert [row["@odata.context"].rpartition("#")[2] for row in changed[2:]] == ["leads/$deletedEntity"] * 2
    assert read(sandbox, access, link, 1)[0] == changed
    assert read(sandbox, access, later)[0] == []
    assert {row["leadid"] for row in changed[:2]} == {one, new}


def test_what_changes_while_pages_are_read_comes_next_time(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.seed(20)
    prefer = f"{TRACK},odata.maxpagesize=10"
    _, _, body = sandbox.web("GET", "leads?$select=lastname", access, Prefer=prefer)
    edited = body["value"][0]["leadid"]
    sandbox.edit(edited, lastname="edited meanwhile")
    _, link = read(sandbox, access, body["@odata.nextLink"], 10)
    assert [row["leadid"] for row in read(sandbox, access, link)[0]] == [edited]


def test_a_batch_of_one_time_is_walked_whole(sandbox: DynamicsProcess, access: str) -> None:
    _, link = read(sandbox, access, "leads?$select=lastname")
    sandbox.seed(12_000, at="2026-11-20T10:00:00Z")
    rows, _ = read(sandbox, access, link, 5000)
    assert len({row["leadid"] for row in rows}) == 12_000


def test_a_token_ends_after_seven_days(sandbox: DynamicsProcess, access: str) -> None:
    _, link = read(sandbox, access, "leads?$select=lastname")
    sandbox.advance(6 * 86_400)
    fresh = sandbox.issue_tokens()["access_token"]
    assert read(sandbox, fresh, link)[0] == []
    sandbox.advance(86_401)
    fresh = sandbox.issue_tokens()["access_token"]
    status, _, body = sandbox.follow(link, fresh)
    assert (status, body["error"]["code"]) == (400, "0x80044352")
    assert "full sync" in body["error"]["message"]


@pytest.mark.parametrize(
    "option", ["$filter=lastname eq 'a'", "$orderby=lastname", "$top=5", "$expand=parentaccountid"]
)
def test_other_options_do_not_go_with_it(sandbox: DynamicsProcess, access: str, option: str) -> None:
    status, _, body = sandbox.web("GET", f"leads?{option}", access, Prefer=TRACK)
    assert status == 400
    assert option.partition("=")[0] in body["error"]["message"]


def test_it_needs_the_right_to_read_all_and_a_tracked_table(sandbox: DynamicsProcess, access: str) -> None:
    assert sandbox.web("GET", "systemusers", access, Prefer=TRACK)[0] == 400
    sandbox.settings(organizationWideRead=False)
    status, _, body = sandbox.web("GET", "leads", access, Prefer=TRACK)
    assert (status, body["error"]["code"]) == (403, "0x80040220")
    assert sandbox.web("GET", "leads", access)[0] == 200
    assert sandbox.calls("records.delta") == 1
