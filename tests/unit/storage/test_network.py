"""Telling a network file system from a local one."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadbridge.storage.sqlite.network import from_mount_command, from_proc, network_of, network_type

PROC = """\
/dev/vda / ext4 rw,discard 0 0
proc /proc proc rw 0 0
server:/export /srv/shared nfs4 rw,vers=4.2 0 0
/dev/vdb /srv/shared/local ext4 rw 0 0
//office/share /mnt/two\\040words cifs rw 0 0
me@host:/ /mnt/far fuse.sshfs rw 0 0
tmpfs /mnt/hidden tmpfs rw 0 0
server:/over /mnt/hidden nfs rw 0 0
"""
MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//me@nas._smb._tcp.local/data on /Volumes/data (smbfs, nodev, nosuid, mounted by me)
nas:/volume on /Volumes/on two (old) (nfs, asynchronous)
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/var/lib/hub.db", None),
        ("/srv/shared/hub.db", "nfs4"),
        ("/srv/shared/local/hub.db", None),
        ("/srv/shared-not/hub.db", None),
        ("/mnt/two words/hub.db", "cifs"),
        ("/mnt/far/deep/down/hub.db", "fuse.sshfs"),
        ("/mnt/hidden/hub.db", "nfs"),
    ],
)
def test_linux(path: str, expected: str | None) -> None:
    assert network_of(Path(path), from_proc(PROC)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/Users/me/hub.db", None), ("/Volumes/data/hub.db", "smbfs"), ("/Volumes/on two (old)/hub.db", "nfs")],
)
def test_macos(path: str, expected: str | None) -> None:
    assert network_of(Path(path), from_mount_command(MACOS)) == expected


def test_nothing_known_refuses_nothing(tmp_path: Path) -> None:
    assert network_of(tmp_path, []) is None
    assert network_type(tmp_path / "hub.db") is None
