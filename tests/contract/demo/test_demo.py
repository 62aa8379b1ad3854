"""The demo on a person's own machine: run twice, on files of all sorts, and where something stands in the way."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contract.demo.running import EXAMPLE, ROOT, finish, first_rows, in_the_crm, run, start

FOREIGN = """\
Ansprechpartner;Firmenname;Postanschrift;Rufnummer;Kontakt-Mail;Lieblingsfarbe
Erika Mustermann;Muster GmbH;Heidestraße 17, 51147 Köln;+49 221 0000001;erika@muster.example;blau
Max Mustermann;Muster GmbH;;+49 221 0000002;max@muster.example;
;;;;;grün
"""


def test_the_same_file_again_ends_the_same(tmp_path: Path) -> None:
    leads = first_rows(tmp_path / "leads.csv", 120)
    first = run(tmp_path / "state", leads)
    again = run(tmp_path / "state", leads)
    assert again.steady == first.steady
    assert first.steady["unaccounted"] == 0
    assert first.steady["synced"] > 80
    # a new lead in each run, delivered to the scenario, found genuine by its filter, reported back
    assert first.steady["handed"] == {"status": "succeeded", "signatureChecked": True, "reported": True}
    assert again.figures["vendorCalls"] < first.figures["vendorCalls"]


def test_headers_nobody_planned_for(tmp_path: Path) -> None:
    leads = tmp_path / "kontakte.csv"
    leads.write_text(FOREIGN, encoding="utf-8")
    figures = run(tmp_path / "state", leads).figures
    assert (figures["read"], figures["unaccounted"]) == (3, 0)
    assert figures["rejected"] + figures["synced"] == 3
    assert figures["synced"] >= 2
    found = in_the_crm(tmp_path / "state")
    assert sum("erika@muster.example" in name for name in found) == 1


@pytest.mark.parametrize("name", ["leads-windows-1252.csv", "leads-utf16.csv"])
def test_files_in_other_encodings(tmp_path: Path, name: str) -> None:
    ended = run(tmp_path / "state", ROOT / "examples" / name)
    assert ended.figures["unaccounted"] == 0
    assert ended.figures["synced"] > 0
    found = "".join(in_the_crm(tmp_path / "state"))
    assert "\ufffd" not in found
    assert "Ã" not in found, "UTF-8 read as something else"
    assert any(ord(letter) > 127 for letter in found), "the example has names with accents"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "There is no file"), (b"", "file is empty"), (b"\x00\x01\x02\xff" * 300, "")],
    ids=["missing", "empty", "not text"],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, said: str) -> None:
    leads = tmp_path / "leads.csv"
    if content is not None:
        leads.write_bytes(content)
    assert said in run(tmp_path / "state", leads).refusal


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert "--leads" in run(tmp_path / "state", tmp_path).refusal


def test_a_provider_without_a_sandbox(tmp_path: Path) -> None:
    assert "nobody" in run(tmp_path / "state", EXAMPLE, "--provider", "nobody").refusal


def test_ports_that_others_have_taken(tmp_path: Path) -> None:
    leads = first_rows(tmp_path / "leads.csv", 20)
    first = run(tmp_path / "state", leads).steady
    taken = []
    for name in ("hub", "sandbox-hubspot"):
        port = int((tmp_path / "state" / f"{name}.port").read_text())
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.append(holder)
        with suppress(OSError):  # another demo on this machine has it already: as good
            holder.bind(("127.0.0.1", port))
            holder.listen()
    try:
        assert run(tmp_path / "state", leads).steady == first
    finally:
        for holder in taken:
            holder.close()


def test_a_state_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("mine")
    assert "cannot be used" in run(tmp_path / "state", EXAMPLE).refusal
    assert (tmp_path / "state").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_state_folder(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o500)
    assert "cannot be used" in run(tmp_path / "state", EXAMPLE).refusal


def test_a_database_that_cannot_be(tmp_path: Path) -> None:
    leads = first_rows(tmp_path / "leads.csv", 5)
    refusal = run(tmp_path / "state", leads, "--database-url", f"sqlite:///{tmp_path}/none/hub.db").refusal
    assert "does not exist" in refusal


def test_two_demos_in_one_folder(tmp_path: Path) -> None:
    leads = first_rows(tmp_path / "leads.csv", 300)
    processes = [start(tmp_path / "state", leads) for _ in range(3)]
    ended = [finish(process) for process in processes]
    winners = [one for one in ended if one.code == 0]
    assert len(winners) >= 1
    for one in ended:
        if one.code != 0:
            assert "Another demo is running" in one.refusal
    assert len(winners) < 3
    assert winners[0].figures["unaccounted"] == 0
    assert max(in_the_crm(tmp_path / "state").values()) == 1
