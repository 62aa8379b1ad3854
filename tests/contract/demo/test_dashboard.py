"""Where the demo ends: an address and a login that work, with the demo's data behind them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tests.contract.demo.running import EXAMPLE, first_rows
from tests.support.hub import clean_environment
from tests.support.web import send


def test_the_demo_ends_on_a_dashboard_with_a_login_that_works(tmp_path: Path) -> None:
    state = tmp_path / "state"
    leads = first_rows(tmp_path / "leads.csv", 20)
    assert EXAMPLE.is_file()
    command = [sys.executable, "-m", "leadbridge", "demo", "--state", str(state), "--leads", str(leads)]
    command += ["--provider", "hubspot"]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=clean_environment({})
    )
    watchdog = threading.Timer(90, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        [address] = re.findall(r"^Dashboard +(http://127\.0\.0\.1:\d+)/$", said, re.MULTILINE)
        assert send("GET", f"{address}/").header("location") == "/super-user"
        [email] = re.findall(r"^Sign in +(\S+), password in ", said, re.MULTILINE)
        password = (state / "password").read_text().strip()
        assert (state / "password").stat().st_mode & 0o077 == 0
        assert password not in said, "a secret went where a log may be"
        signed_in = send("POST", f"{address}/api/v1/auth/login", json={"email": email, "password": password})
        assert signed_in.status == 200
        cookie = (signed_in.header("set-cookie") or "").partition(";")[0]
        found = send("GET", f"{address}/api/v1/leads?limit=200", headers={"cookie": cookie}).json()["data"]
        assert len(found) > 10
        connected = send("GET", f"{address}/api/v1/crm-integration", headers={"cookie": cookie}).json()["data"]
        assert connected["status"] == "active"
    finally:
        watchdog.cancel()
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0, "it was told to end, and ended in good order"
