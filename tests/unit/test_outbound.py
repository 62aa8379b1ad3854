"""The list of everything that leaves the hub is whole, and would notice an addition."""

from __future__ import annotations

from pathlib import Path

from tests.outbound import OWN, PATHS, SOURCE, faults, uses


def test_nothing_leaves_the_hub_from_a_place_that_is_not_listed() -> None:
    assert faults(*uses(SOURCE)) == []


def test_a_new_way_out_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "mail.py").write_text(
        "import smtplib\n\nclass Mail:\n    async def post(self, r):\n        return await self._transport.send(r)\n"
    )
    (tmp_path / "quiet.py").write_text("from urllib import request\n")
    (tmp_path / "raw.py").write_text("import asyncio\n\nasync def f():\n    await asyncio.open_connection('h', 1)\n")
    (tmp_path / "fine.py").write_text("from urllib.parse import urlsplit\nimport http\n")
    sends, networks = uses(tmp_path)
    assert list(sends) == ["mail.py:post"]
    assert list(networks) == ["mail.py", "quiet.py", "raw.py"]
    told = faults(sends, networks)
    assert len(told) == 4 + len(PATHS) + len(OWN)
    assert any("mail.py:post (line 5) sends something out" in one for one in told)
