"""Runs the conformance suite on a real MongoDB server: ``python -m tests.conformance mongodb://...``.

The benchmarks follow, where nothing failed (``--no-benchmarks`` leaves them out). Everything that is marked ``mongodb``
runs, the explain checks included, each run in databases of its own that are
dropped at the end. What needs a test command of the server (``failCommand``) is skipped and says so.
"""

import os
import sys
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).resolve().parents[1]
NO_BENCHMARKS = "--no-benchmarks"


def main(arguments: list[str]) -> int:
    """Run suite and benchmarks on the server that the first argument names.

    Returns the exit code of the first that failed, 2 without a server. Further arguments are pytest's.
    """
    if not arguments or not arguments[0].startswith(("mongodb://", "mongodb+srv://")):
        sys.stderr.write("name a server: make conformance MONGODB_URI='mongodb://host:27017/?replicaSet=rs0'\n")
        return 2
    environment = {**os.environ, "LEADBRIDGE_TEST_MONGODB_URI": arguments[0]}
    more = [argument for argument in arguments[1:] if argument != NO_BENCHMARKS]
    command = [sys.executable, "-m", "pytest", "tests/contract", "-m", "mongodb", "--durations=20", *more]
    code = run(command, cwd=ROOT, env=environment, check=False).returncode
    if code or NO_BENCHMARKS in arguments:
        return code
    return run([sys.executable, "-m", "benchmarks.mongodb", arguments[0]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
