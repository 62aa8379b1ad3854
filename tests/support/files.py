"""Files to import, on disk for as long as they are needed: a search for somebody's bytes must not find them there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def on_disk(data: bytes | str) -> Iterator[Path]:
    """Yield a file that holds ``data``."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "upload"
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        yield file
