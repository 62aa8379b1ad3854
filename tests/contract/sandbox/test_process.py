"""The process: what survives a kill, when it ends, and what it says when it cannot start."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sandbox import ROOT, SandboxError, SandboxProcess

CONTACTS = "/crm/v3/objects/contacts"


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    data = tmp_path / "vendor.sqlite"
    with SandboxProcess(data) as sandbox:
        sandbox.settings(rotation="rotating", rateLimits=False)
        sandbox.control("POST", "/clock", {"freezeAt": "2026-12-01T00:00:00Z"})
        tokens = sandbox.issue_tokens()
        _, rotated = sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        access = rotated["access_token"]
        definition = {
            "name": "own_key",
            "label": "Key",
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
            "hasUniqueValue": True,
        }
        assert sandbox.api("POST", "/crm/v3/properties/contacts", access, definition)[0] == 201
        rows = [{"properties": {"email": f"u{number}@example.test"}} for number in range(100)]
        assert sandbox.api("POST", f"{CONTACTS}/batch/create", access, {"inputs": rows})[0] == 201
        before = sandbox.records()
        assert sandbox.kill() == -signal.SIGKILL
    with SandboxProcess(data) as sandbox:
        assert sandbox.records() == before
        assert sandbox.control("GET", "/clock")["now"] == "2026-12-01T00:00:00.000Z"
        assert sandbox.presentations(tokens["refresh_token"]) == 1
        old = sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert old[1]["status"] == "BAD_REFRESH_TOKEN"
        assert sandbox.token(grant_type="refresh_token", refresh_token=rotated["refresh_token"])[0] == 200
        made = sandbox.api("POST", CONTACTS, access, {"properties": {"email": "n@e.test", "own_key": "1"}})
        assert made[0] == 201
        assert int(made[2]["id"]) == int(before[-1]["id"]) + 1


def test_it_ends_when_its_parents_pipe_closes() -> None:
    sandbox = SandboxProcess().start()
    assert sandbox.stop() == 0


def test_it_ends_on_sigterm() -> None:
    sandbox = SandboxProcess().start()
    process = sandbox.process
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    sandbox.stop()


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'leadbridge_sandbox', '--until-stdin-closes', '--ready-line']\n"
        "child = subprocess.Popen(command, stdin=subprocess.PIPE)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, env=environment, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["vendors"]["hubspot"]
        process.kill()
        # The sandbox writes to this pipe too, so it reads as ended only when the sandbox is gone.
        assert process.stdout.read() == b""
    port = int(url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_occupied_port_is_said_in_one_sentence() -> None:
    with SandboxProcess() as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        with pytest.raises(SandboxError) as refused:
            SandboxProcess(port=port).start()
    text = str(refused.value)
    assert text.startswith("exit 2: leadbridge_sandbox: cannot listen on 127.0.0.1:")
    assert "choose another --port" in text
    assert "\n" not in text


def test_an_unusable_data_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    text_file = tmp_path / "notes.txt"
    text_file.write_text("this is not a database, but it is longer than a header of a hundred bytes " * 20)
    taken = tmp_path / "taken.sqlite"
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE precious (id INTEGER)")
    connection.close()
    as_it_was = foreign.read_bytes()
    with SandboxProcess(taken):
        for path, said in (
            (tmp_path / "no" / "such" / "folder.sqlite", "cannot be written"),
            (tmp_path, "cannot be written"),
            (text_file, "is not an SQLite file"),
            (taken, "in use by another process"),
            (foreign, "was not made by this version of the sandbox"),
        ):
            with pytest.raises(SandboxError) as refused:
                SandboxProcess(path).start()
            assert str(refused.value).startswith("exit 2: leadbridge_sandbox: ")
            assert said in str(refused.value)
            assert "\n" not in str(refused.value)
    assert foreign.read_bytes() == as_it_was
