"""Building the dashboard into the Python package, once for each state of its sources."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from pathlib import Path

from frontend.node import HERE, ROOT, Node, find_node

BUILT = ROOT / "src" / "leadbridge" / "dashboard" / "built"
STAMP = BUILT / "sources.sha256"
INSTALLED = HERE / "node_modules" / ".installed"
SOURCES = ("src", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
LIMIT = 250_000
"""Bytes of compressed script (gzip) that the integrations page may load, both its tabs together."""


class TooHeavy(Exception):
    """A page loads more script than it may."""


def sources_hash() -> str:
    """Return what the build depends on, as one hash of names and contents."""
    found = hashlib.sha256()
    for name in SOURCES:
        path = HERE / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found.update(str(file.relative_to(HERE)).encode() + b"\0")
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def ensure_packages() -> Node:
    """Return Node with the locked packages installed; they are installed again only when the lock has changed."""
    node = find_node()
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    if not INSTALLED.is_file() or INSTALLED.read_text() != wanted:
        node.run(*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", quiet=True)
        INSTALLED.write_text(wanted)
    return node


def build() -> bool:
    """Build where the sources have changed since the last time; tell whether that was so."""
    wanted = sources_hash()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return False
    node = ensure_packages()
    node.tool("tsc", "--noEmit")
    made = HERE / "node_modules" / ".built"
    node.tool("vite", "build", "--outDir", str(made), "--emptyOutDir", "--logLevel", "warn")
    check_weight(made)
    for asset in (made / "assets").iterdir():
        if asset.suffix in (".js", ".css", ".svg"):
            packed = gzip.compress(asset.read_bytes(), 9, mtime=0)
            asset.with_name(asset.name + ".gz").write_bytes(packed)
    (made / STAMP.name).write_text(wanted)
    if BUILT.exists():
        shutil.rmtree(BUILT)
    shutil.move(made, BUILT)
    return True


def check_weight(made: Path) -> dict[str, int]:
    """Return the compressed bytes of script of the integrations page with both its tabs, by file.

    Raises ``TooHeavy`` over the limit.
    """
    manifest = json.loads((made / ".vite" / "manifest.json").read_text())
    weights: dict[str, int] = {}

    def load(name: str) -> None:
        entry = manifest[name]
        if entry["file"] not in weights:
            weights[entry["file"]] = len(gzip.compress((made / entry["file"]).read_bytes(), 9))
            for imported in entry.get("imports", ()):
                load(imported)

    load("index.html")
    load("src/pages/integrations/IntegrationsPage.tsx")
    load("src/pages/integrations/AutomationTab.tsx")
    total = sum(weights.values())
    if total > LIMIT:
        listed = ", ".join(f"{name} {size}" for name, size in weights.items())
        raise TooHeavy(f"The integrations page loads {total} bytes of compressed script, over {LIMIT}: {listed}")
    return weights
