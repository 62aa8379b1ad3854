"""Runs the conformance suite on a real MongoDB server: ``python -m tests.conformance mongodb://...``.

Everything that is marked ``mongodb`` runs, the explain checks included, each run in databases of its own that are
dropped at the end. What needs a test command of the server (``failCommand``) is skipped and says so.
"""

import os
import sys
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: list[str]) -> int:
    """Run the suite on the server that the first argument names; returns pytest's exit code, 2 without a server."""
    if not arguments or not arguments[0].startswith(("mongodb://", "mongodb+srv://")):
        sys.stderr.write("name a server: make conformance MONGODB_URI='mongodb://host:27017/?replicaSet=rs0'\n")
        return 2
    environment = {**os.environ, "LEADBRIDGE_TEST_MONGODB_URI": arguments[0]}
    command = [sys.executable, "-m", "pytest", "tests/contract", "-m", "mongodb", "--durations=20", *arguments[1:]]
    return run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
