"""Chromium for the browser tests: the machine's own, else one that is installed now.

``python -m tests.support.chromium`` says which one is used, and installs one where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowser(Exception):
    """There is no Chromium, and none could be installed; the text says what to do."""


def installed() -> Path | None:
    """Return the Chromium of this machine or of Playwright, or None."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    places = (
        *home.glob("chromium-*/chrome-linux*/chrome"),
        *home.glob("chromium-*/chrome-mac*/*.app/Contents/MacOS/*"),
    )
    return max((path for path in places if os.access(path, os.X_OK)), default=None)


def ensure() -> Path:
    """Return a Chromium, installing the Debian package (as root) or Playwright's own; raises ``NoBrowser``."""
    if (found := installed()) is not None:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    if installed() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if (found := installed()) is not None:
        return found
    raise NoBrowser(
        "The browser tests need Chromium, and none could be installed: 'apt-get install chromium' as root, or "
        "'python -m playwright install chromium', then try again."
    )


def main() -> int:
    """Say which browser is used, installing one where there is none; return the exit code."""
    before = installed()
    try:
        found = ensure()
    except NoBrowser as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"browser tests use {found}" + ("\n" if before else " (installed now)\n"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
