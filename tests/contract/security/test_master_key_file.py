"""The master key file on a real file system: made once and for its owner only, and refused with cause and cure."""

from __future__ import annotations

import base64
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leadbridge.kit.errors import StartRefused
from leadbridge.security.errors import MasterKeyMissing
from leadbridge.security.keys import FileKeyProvider, LocalKeyProvider

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY)


def written(path: Path, text: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(text)
    path.chmod(mode)
    return path


async def test_made_when_absent_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "master.key"
    before = os.umask(0o277)
    try:
        made = FileKeyProvider(path, create=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(base64.b64decode(path.read_bytes(), validate=False)) == 32
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]
    again = FileKeyProvider(path, create=True)
    assert again.key_id == made.key_id
    assert await again.unwrap(await made.wrap(b"data key", b"x"), made.key_id, b"x") == b"data key"


def test_of_many_at_once_one_makes_it(tmp_path: Path) -> None:
    for turn in range(20):
        path = tmp_path / f"{turn}.key"
        with ThreadPoolExecutor(8) as pool:
            ids = set(pool.map(lambda _: FileKeyProvider(path, create=True).key_id, range(8)))  # noqa: B023
        assert len(ids) == 1
    assert len(list(tmp_path.iterdir())) == 20


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = written(tmp_path / "k", b"")
    with pytest.raises(StartRefused, match="does not hold a key"):
        FileKeyProvider(path, create=True)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601, 0o777])
def test_open_to_others(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "k", TEXT, mode)
    with pytest.raises(StartRefused, match="can be read by others") as refused:
        FileKeyProvider(path, create=False)
    assert refused.value.hint == f"Run: chmod 600 {path}"


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_for_its_owner_only(tmp_path: Path, mode: int) -> None:
    assert FileKeyProvider(written(tmp_path / "k", b" " + TEXT + b"\r\n", mode), create=False).key_id


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", KEY, base64.b64encode(KEY[:31]), base64.b64encode(KEY + b"x"), TEXT[:-1], TEXT + b"\n" + TEXT,
     b"cAnAry9f3k2!", KEY.hex().encode(), TEXT * 100],
)  # fmt: skip
def test_malformed(tmp_path: Path, text: bytes) -> None:
    path = written(tmp_path / "k", text)
    with pytest.raises(StartRefused, match="does not hold a key") as refused:
        FileKeyProvider(path, create=False)
    shown = str(refused.value).replace(str(path), "")
    assert "cAnAry" not in shown
    assert TEXT[:20].decode() not in shown
    assert refused.value.hint


def test_missing_folder_pipe_and_loop(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="does not exist"):
        FileKeyProvider(tmp_path / "none", create=False)
    with pytest.raises(StartRefused, match=r"cannot be read|is not a file"):
        FileKeyProvider(tmp_path, create=False)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(StartRefused, match="is not a file"):
        FileKeyProvider(tmp_path / "pipe", create=False)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(StartRefused, match="cannot be read"):
        FileKeyProvider(tmp_path / "loop", create=False)


def test_a_place_where_nothing_can_be_made(tmp_path: Path) -> None:
    blocked = written(tmp_path / "a file", b"") / "master.key"
    with pytest.raises(StartRefused, match=r"cannot be (made|read)") as refused:
        FileKeyProvider(blocked, create=True)
    assert refused.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="cannot be read"):
        FileKeyProvider(written(tmp_path / "k", TEXT, 0o000), create=False)


async def test_a_wrapped_key_is_bound_to_master_key_and_context() -> None:
    one, other = LocalKeyProvider(KEY), LocalKeyProvider(KEY[::-1])
    wrapped = await one.wrap(b"data key", b"company a")
    assert await one.unwrap(wrapped, one.key_id, b"company a") == b"data key"
    for provider, key_id, context, text in (
        (other, one.key_id, b"company a", wrapped),
        (other, other.key_id, b"company a", wrapped),
        (one, one.key_id, b"company b", wrapped),
        (one, one.key_id, b"company a", wrapped[:-1]),
        (one, one.key_id, b"company a", b""),
    ):
        with pytest.raises(MasterKeyMissing):
            await provider.unwrap(text, key_id, context)
    assert base64.b64encode(KEY).decode() not in repr(one) + one.key_id
    with pytest.raises(ValueError, match="32 bytes"):
        LocalKeyProvider(b"short")
