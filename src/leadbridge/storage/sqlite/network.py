"""Network file systems: they neither lock nor flush as SQLite needs, so a database on one is refused at start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "afs", "webdav", "davfs", "ncpfs"),
        *("glusterfs", "ceph", "lustre", "beegfs", "gpfs"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.davfs2", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse"),
    )
)
"""Types as Linux and macOS name them."""


def network_type(path: Path) -> str | None:
    """Return the type of the network file system that ``path`` is on; None where it is local, or cannot be told."""
    try:
        if sys.platform == "darwin":
            listed = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=True).stdout
            mounts = from_mount_command(listed)
        else:
            mounts = from_proc(Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape"))
    except (OSError, subprocess.SubprocessError):
        return None
    return network_of(path.resolve(), mounts)


def network_of(path: Path, mounts: list[tuple[str, str]]) -> str | None:
    """Return the type of the mount that ``path`` lies in, if it is a network's; the last of the deepest ones counts."""
    inside = [(len(Path(place).parts), at, kind) for at, (place, kind) in enumerate(mounts) if _in(path, place)]
    kind = max(inside)[2] if inside else ""
    return kind if kind in _NETWORK else None


def from_proc(text: str) -> list[tuple[str, str]]:
    """Return place and type of each mount in the text of ``/proc/self/mounts``."""
    lines = (line.split(" ") for line in text.splitlines())
    return [(_unescaped(fields[1]), fields[2]) for fields in lines if len(fields) > 2]


def from_mount_command(text: str) -> list[tuple[str, str]]:
    """Return place and type of each mount in what macOS's ``mount`` prints: ``disk on /place (type, options)``."""
    mounts: list[tuple[str, str]] = []
    for line in text.splitlines():
        _, on, rest = line.partition(" on ")
        place, bracket, options = rest.rpartition(" (")
        if on and bracket:
            mounts.append((place, options.split(",")[0].rstrip(")").strip()))
    return mounts


def _in(path: Path, place: str) -> bool:
    return path.is_relative_to(place)


def _unescaped(text: str) -> str:
    for escape, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(escape, character)
    return text
