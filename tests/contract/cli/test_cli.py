"""``leadbridge serve`` and ``leadbridge token`` as an operator meets them: what stops a start, and how it is told."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contract.demo.running import first_rows, run
from tests.support.hub import RunningHub, clean_environment, free_port
from tests.support.web import send

SECONDS = 60


def command(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``leadbridge`` to its end, with its data in ``folder / "data"`` unless ``env`` says otherwise."""
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "leadbridge", *words],
        cwd=folder,
        env=clean_environment({"LEADBRIDGE_DATA_DIR": str(folder / "data"), **(env or {})}),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def refusal(folder: Path, env: Mapping[str, str] | None = None, *more: str) -> str:
    """Return the one sentence with which ``serve`` refuses to start."""
    ended = command(folder, "serve", "--port", str(free_port()), *more, env=env)
    assert ended.returncode == 2, ended
    assert "Traceback" not in ended.stderr, ended.stderr
    lines = [line for line in ended.stderr.splitlines() if line.startswith("leadbridge: ")]
    assert len(lines) == 1, ended.stderr
    return lines[0]


def asked(hub: RunningHub, token: str) -> int:
    """Return the status with which the API answers the bearer of ``token``."""
    return send("GET", f"{hub.base_url}/api/v1/leads", headers={"Authorization": f"Bearer {token}"}).status


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LEADBRIDGE_PUBLIC_URL", "hub.example.com", "must be a web address"),
        ("LEADBRIDGE_CORS_ORIGINS", "https://a.example/path", "without a path"),
        ("LEADBRIDGE_HUBSPOT_API_VERSION", "latest", "2026-03"),
        ("LEADBRIDGE_HUBSPOT_API_URL", "https://evil.example", "not the vendor's own address"),
        ("LEADBRIDGE_DATABASE_URL", "postgres://me:hunter2@db/hub", "does not know"),
        ("LEADBRIDGE_DATABASE_URL", "hub.db", "not an address"),
    ],
)
def test_a_wrong_variable(tmp_path: Path, name: str, value: str, said: str) -> None:
    told = refusal(tmp_path, {name: value})
    assert name in told
    assert said in told
    assert "hunter2" not in told


def test_a_half_set_vendor_does_not_stop_the_hub(tmp_path: Path) -> None:
    with RunningHub(tmp_path / "data", env={"HUBSPOT_CLIENT_ID": "only-half"}) as hub:
        assert hub.api("GET", "/healthz").status == 200


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert f"Port {port} on 127.0.0.1 is in use" in refusal(tmp_path, None, "--port", str(port))


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    assert "data folder" in refusal(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_data_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    assert "cannot be used" in refusal(tmp_path)


def test_a_master_key_that_is_no_key(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("not a key\n")
    key.chmod(0o600)
    told = refusal(tmp_path, {"LEADBRIDGE_MASTER_KEY_FILE": str(key)})
    assert "does not hold a key" in told
    assert "not a key" not in told.replace("does not hold a key", "")


def test_a_master_key_that_others_can_read(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("A" * 43 + "=\n")
    key.chmod(0o644)
    assert "chmod 600" in refusal(tmp_path, {"LEADBRIDGE_MASTER_KEY_FILE": str(key)})


def test_a_token_from_the_command_line_opens_the_api(tmp_path: Path) -> None:
    ended = command(tmp_path, "token", "create", "--name", "script")
    assert ended.returncode == 0, ended.stderr
    (token,) = ended.stdout.split()
    again = command(tmp_path, "token", "create")
    assert again.stdout.strip() not in ("", token)
    with RunningHub(tmp_path / "data") as hub:
        for one in (token, again.stdout.strip()):
            assert asked(hub, one) == 200
        assert asked(hub, "lb_wrong") == 401
        assert not (tmp_path / "data" / "first-token").exists()


def test_the_first_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with RunningHub(data) as hub:
        token = hub.token
        assert stat.S_IMODE((data / "first-token").stat().st_mode) == 0o600
        assert token not in hub.log_tail()
    (data / "first-token").unlink()
    with RunningHub(data) as hub:
        assert not (data / "first-token").exists()
        assert asked(hub, token) == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_within_seconds(tmp_path: Path, number: signal.Signals) -> None:
    data = tmp_path / "data"
    data.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "leadbridge", "serve", "--port", str(free_port())],
        cwd=tmp_path,
        env=clean_environment({"LEADBRIDGE_DATA_DIR": str(data)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "Ctrl-C" not in (line := process.stdout.readline()):
        assert line, process.communicate()[1]
    time.sleep(0.3)
    begun = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=SECONDS)
    assert time.monotonic() - begun < 10
    assert process.returncode in ((0,) if number is signal.SIGTERM else (0, 130)), err
    assert "Traceback" not in err


def test_a_lost_master_key_stops_the_start_and_is_not_replaced(tmp_path: Path) -> None:
    data = tmp_path / "data"
    state = tmp_path / "demo"
    leads = first_rows(tmp_path / "leads.csv", 5)
    assert run(state, leads).code == 0  # a store with a connection has a data key
    state.rename(data)
    key = data / "master.key"
    kept = key.read_bytes()
    key.unlink()
    assert "master.key does not exist" in refusal(tmp_path)
    assert not key.exists()
    key.write_bytes(kept)
    key.chmod(0o600)
    with RunningHub(data):
        pass


def test_the_doctor_tells_what_the_hub_stands_on(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "leadbridge", "doctor"],
        env=clean_environment({"LEADBRIDGE_DATA_DIR": str(tmp_path / "data")}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "SQLite" in told.stdout
    assert all(line.split()[0] in ("ok", "warning") for line in told.stdout.splitlines())
