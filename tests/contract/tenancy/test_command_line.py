"""The operator's commands, on the database of a hub that is running, and what the first start hands over."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.hub import RunningHub, clean_environment
from tests.support.web import Answer, send

PASSWORD = "a few unrelated words"


def command(hub: RunningHub, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``leadbridge`` on the hub's database."""
    return subprocess.run(
        [sys.executable, "-m", "leadbridge", *words],
        env=clean_environment({"LEADBRIDGE_DATA_DIR": str(hub.data_dir)}),
        cwd=hub.data_dir,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def sign_in(hub: RunningHub, email: str, password: str) -> Answer:
    return send("POST", f"{hub.base_url}/api/v1/auth/login", json={"email": email, "password": password})


@pytest.mark.timeout(400)  # a dozen commands, each a process
def test_an_operator_manages_companies_users_and_keys_while_the_hub_runs(tmp_path: Path) -> None:
    with RunningHub(tmp_path / "data") as hub:
        first = hub.data_dir / "first-password"
        assert stat.S_IMODE(first.stat().st_mode) == 0o600
        password = first.read_text().strip()
        assert sign_in(hub, "admin@localhost", password).json()["data"]["role"] == "super_user"
        assert password not in hub.log_tail(1000)

        made = command(hub, "company", "create", "Other", "--external-id", "c-9")
        assert made.returncode == 0, made.stderr
        company = made.stdout.strip()
        assert command(hub, "company", "create", "Twin", "--external-id", "c-9").returncode == 2
        assert command(hub, "company", "rename", company, "Renamed").returncode == 0
        listed = command(hub, "company", "list").stdout
        assert f"{company}  c-9  Renamed" in listed

        created = command(hub, "user", "create", "--name", "Ana", "--email", "ana@example.com", "--company", company)
        id = created.stdout.splitlines()[0]
        kept = hub.data_dir / f"password-{id}"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        assert kept.read_text().strip() not in created.stdout
        assert sign_in(hub, "ana@example.com", kept.read_text().strip()).status == 200

        of = ("--company", company)
        weak = command(hub, "user", "password", "ana@example.com", *of, stdin="short\n")
        assert (weak.returncode, weak.stdout) == (2, "")
        assert "fewer than 12" in weak.stderr
        set_ = command(hub, "user", "password", "ana@example.com", *of, stdin=f"{PASSWORD}\n")
        assert set_.returncode == 0, set_.stderr
        assert sign_in(hub, "ana@example.com", PASSWORD).status == 200
        assert command(hub, "user", "role", "ana@example.com", "super_user", *of).returncode == 0
        assert f"{id}  super_user  active  ana@example.com  Ana" in command(hub, "user", "list", *of).stdout
        assert command(hub, "user", "role", "ana@example.com", "member", *of).returncode == 2  # the last one
        assert command(hub, "user", "role", "ana@example.com", "operator", *of).returncode == 2

        key = hub.data("POST", "/api/v1/auth/tokens", json={"name": "old program"})
        assert "old program" in command(hub, "apikey", "list").stdout
        assert command(hub, "apikey", "revoke", key["_id"]).returncode == 0
        revoked = send("GET", f"{hub.base_url}/api/v1/auth/me", headers={"Authorization": f"Bearer {key['token']}"})
        assert revoked.status == 401
        [entry] = hub.data("GET", "/api/v1/audit?action=api_key.revoked")
        assert (entry["via"], entry.get("userId")) == ("command_line", None)


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    with RunningHub(tmp_path / "data", public_url="https://hub.example.com") as hub:
        password = (hub.data_dir / "first-password").read_text().strip()
        [cookie] = sign_in(hub, "admin@localhost", password).all_headers("set-cookie")
        assert cookie.startswith("__Host-leadbridge_session=")
        assert "; Secure" in cookie
        assert "Domain" not in cookie
