"""The dashboard's pages and files over HTTP: policy, caching, and addresses that are not the dashboard's."""

from __future__ import annotations

import gzip
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest

from tests.support.hub import RunningHub
from tests.support.web import send

ROOT = Path(__file__).resolve().parents[3]
SESSION = {"cookie": "leadbridge_session=none-of-yours"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("dashboard") / "hub") as running:
        yield running


@pytest.mark.parametrize(
    "path",
    ["/super-user", "/super-user/leads", "/super-user/leads/674085f0c2a1b94d3e5f6071", "/sign-in", "/invitation"],
)
def test_every_page_is_served_under_a_strict_policy(hub: RunningHub, path: str) -> None:
    answers = [send("GET", hub.base_url + path) for _ in range(2)]
    nonces = set()
    for answer in answers:
        assert answer.status == 200
        assert answer.header("cache-control") == "no-store"
        policy = answer.header("content-security-policy") or ""
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        [nonce] = re.findall(r"style-src 'self' 'nonce-([A-Za-z0-9_-]{20,})'", policy)
        assert f'nonce="{nonce}"' in answer.text
        assert "__NONCE__" not in answer.text
        nonces.add(nonce)
        scripts = re.findall(r"<script[^>]*>([^<]*)</script>", answer.text)
        assert scripts
        assert not any(scripts), "a script stands inline"
        assert not re.search(r"<style|\sstyle=|\son\w+=", answer.text)
    assert len(nonces) == 2, "a nonce was used twice"


def test_files_are_compressed_and_kept_for_ever_where_their_name_is_their_content(hub: RunningHub) -> None:
    page = send("GET", f"{hub.base_url}/sign-in").text
    script = re.findall(r'type="module"[^>]*src="(/assets/[^"]+)"', page)[0]
    plain = send("GET", hub.base_url + script)
    packed = send("GET", hub.base_url + script, headers={"accept-encoding": "gzip"})
    assert (plain.status, plain.header("content-encoding")) == (200, None)
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    for answer in (plain, packed):
        assert answer.header("content-type") == "text/javascript; charset=utf-8"
        assert "immutable" in (answer.header("cache-control") or "")
        assert answer.header("vary") == "accept-encoding"
    assert send("GET", f"{hub.base_url}/assets/scheme.js").header("cache-control") == "no-cache"


@pytest.mark.parametrize(
    "path", ["/api/v1/nowhere", "/api", "/assets/none.js", "/assets/..%2findex.html", "/nowhere", "/super-users"]
)
def test_no_other_address_is_taken_for_a_page(hub: RunningHub, path: str) -> None:
    answer = send("GET", hub.base_url + path)
    assert answer.status == 404
    assert answer.json()["success"] is False


def test_the_integrations_page_is_the_dashboard_for_a_session_and_plain_for_a_stranger(hub: RunningHub) -> None:
    stranger = send("GET", f"{hub.base_url}/super-user/integrations")
    assert "<script" not in stranger.text
    assert 'role="tab"' in stranger.text
    known = send("GET", f"{hub.base_url}/super-user/integrations", headers=SESSION)
    assert 'type="module"' in known.text
    assert known.header("cross-origin-opener-policy") == "same-origin-allow-popups"
    address = f"{hub.base_url}/super-user/integrations/result?status=denied&code=consent_denied"
    ended = send("GET", address, headers=SESSION)
    assert ended.header("cross-origin-opener-policy") == "unsafe-none"
    told = send("GET", address)
    assert "Consent was refused" in told.text


def test_the_automation_tab_of_the_plain_page(hub: RunningHub) -> None:
    answer = send("GET", f"{hub.base_url}/super-user/integrations?tab=automation")
    assert "Automations are set up in the dashboard" in answer.text
    assert "Redirect address" not in answer.text


def test_a_built_wheel_carries_the_dashboard(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "leadbridge/dashboard/built/index.html" in names
    assert any(re.fullmatch(r"leadbridge/dashboard/built/assets/index-.+\.js\.gz", name) for name in names)
    assert not any("node_modules" in name for name in names)
