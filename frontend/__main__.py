"""``python -m frontend build | check | client``: build the dashboard, check its sources, renew its client's types."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from frontend.build import BUILT, TooHeavy, build, check_weight, ensure_packages
from frontend.contract import HEADER, document
from frontend.node import HERE, NodeMissing

SCHEMA = HERE / "src" / "api" / "schema.gen.ts"


def generated() -> str:
    """Return the generated file as it must be, made anew from the hub's document."""
    node = ensure_packages()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "openapi.json", Path(folder) / "schema.ts"
        source.write_text(json.dumps(document()))
        node.tool("openapi-typescript", str(source), "--output", str(target), quiet=True)
        schema = target.read_text().partition("*/\n\n")[2]  # its own header goes
    return HEADER + "\n" + schema


def check() -> int:
    """Check types, weight and that the generated file is that of today's API; return the exit code."""
    if not SCHEMA.is_file() or SCHEMA.read_text() != generated():
        sys.stderr.write(f"{SCHEMA.relative_to(HERE.parent)} is not what the API says today: run 'make client'\n")
        return 1
    if not build():
        ensure_packages().tool("tsc", "--noEmit")
    weight = sum(check_weight(BUILT).values())
    print(f"dashboard: types and client are right; integrations page {weight / 1000:.1f} kB of compressed script")
    return 0


def main(arguments: list[str]) -> int:
    """Do what the one argument names; return the exit code."""
    try:
        match arguments:
            case ["build"]:
                if build():
                    print(f"dashboard: built into {BUILT.relative_to(HERE.parent)}")
                return 0
            case ["client"]:
                SCHEMA.write_text(generated())
                return 0
            case ["check"]:
                return check()
    except (NodeMissing, TooHeavy) as error:
        sys.stderr.write(f"dashboard: {error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"dashboard: '{Path(error.cmd[0]).name}' failed; what it said stands above\n")
        return 1
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
