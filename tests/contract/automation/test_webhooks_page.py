"""The page on webhooks: its table is the code's, and its snippets do what it says they do."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from leadbridge.automation.delivery.answers import ANSWERS, AnswerClass
from tests.contract.automation.delivering import BODY, Received, Yard, receiving

PAGE = Path(__file__).resolve().parents[3] / "docs" / "webhooks.md"
TEXT = PAGE.read_text(encoding="utf-8")


def snippet(language: str, containing: str) -> str:
    """Return the one code block of the page in ``language`` that holds ``containing``."""
    blocks = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    (found,) = [block for block in blocks if containing in block]
    return str(found)


def _row(known: AnswerClass) -> str:
    end = {None: "", 1: "at once"}.get(known.limit, f"after {known.limit} in a row")
    pause = f", after {known.least_pause:g} s or more" if known.least_pause else ""
    return f"| `{known.code}` | {known.when} | {known.follows.value}{pause} | {end} | {'yes' if known.trips else ''} |"


def answers_table() -> str:
    """Return the table of answers as the page must hold it."""
    head = "| code | answer | the execution | the endpoint is disabled | breaker |\n|---|---|---|---|---|\n"
    return head + "\n".join(_row(known) for known in ANSWERS.values())


def test_the_table_of_answers_is_the_codes() -> None:
    found = TEXT.partition("<!-- answers -->")[2].partition("<!-- /answers -->")[0].strip()
    assert found == answers_table(), f"write this into {PAGE.name}:\n{answers_table()}"


async def delivered(yard: Yard) -> tuple[str, Received]:
    """Return the secret and the request of a real delivery."""
    target = await yard.target()
    await yard.one(target)
    return target.secret, yard.receiver.requests[0]


async def test_the_python_snippet_takes_what_is_ours_and_nothing_else(yard: Yard) -> None:
    secret, request = await delivered(yard)
    code = snippet("python", "def verify") + (
        "\nimport json, sys\nprint(verify(sys.argv[1], json.loads(sys.argv[2]), sys.stdin.buffer.read()))\n"
    )
    _check([sys.executable, "-c", code], secret, request)


async def test_the_node_snippet_takes_what_is_ours_and_nothing_else(yard: Yard) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    secret, request = await delivered(yard)
    code = snippet("js", "function verify") + (
        "\nconst ours = verify(process.argv[1], JSON.parse(process.argv[2]), require('node:fs').readFileSync(0));\n"
        "console.log(ours ? 'True' : 'False');\n"
    )
    _check([node, "-e", code], secret, request)


def _check(command: list[str], secret: str, request: Received) -> None:
    other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    late = {**request.headers, "webhook-timestamp": "1614265330"}
    tried = [
        (secret, request.headers, request.body, "True"),
        (other, request.headers, request.body, "False"),
        (secret, request.headers, request.body + b" ", "False"),
        (secret, late, request.body, "False"),
    ]
    for key, headers, body, expected in tried:
        answer = subprocess.run(
            [*command, key, json.dumps(dict(headers))], input=body, capture_output=True, check=True, timeout=100
        )
        assert answer.stdout.decode().strip() == expected


async def test_the_openssl_line_gives_the_plain_signature(yard: Yard, tmp_path: Path) -> None:
    secret, request = await delivered(yard)
    answer = _shell(snippet("sh", "openssl dgst -sha256 -hmac"), request.body, tmp_path, SECRET=secret)
    assert answer == request.headers["x-leadbridge-signature"]


async def test_the_curl_lines_send_what_the_library_takes(tmp_path: Path) -> None:
    secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    async with receiving() as receiver:
        script = snippet("sh", "curl")
        await asyncio.to_thread(_shell, script, BODY.encode(), tmp_path, SECRET=secret, URL=f"{receiver.url}/try")
        (request,) = receiver.requests
    assert Webhook(secret).verify(request.body, dict(request.headers))["type"] == "lead.created"


def _shell(script: str, body: bytes, folder: Path, **variables: str) -> str:
    (folder / "body.json").write_bytes(body)
    answer = subprocess.run(
        ["sh", "-euc", script],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        check=True,
        timeout=100,
    )
    return answer.stdout.decode().strip()


def test_the_formulas_for_make_name_the_header_and_the_pass_through_value() -> None:
    assert '"x-leadbridge-signature"' in snippet("text", "__IMTHEADERS__")
    assert snippet("text", "sha256").strip() == '{{sha256(1.value; "hex"; "SECRET")}}'
