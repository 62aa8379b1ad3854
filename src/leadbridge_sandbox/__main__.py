"""`python -m leadbridge_sandbox`: start the sandboxed vendors, each on its own port."""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

import uvloop

from .process import CannotStart, bind, serve, url_of
from .store import Database, StoreUnusable
from .vendors import VENDORS


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="leadbridge_sandbox",
        description="Local stand-ins for vendors' APIs. Prints their addresses as one line of JSON.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=0, help="port of the first vendor, the next has the next; 0 picks free ones"
    )
    parser.add_argument(
        "--vendor", action="append", choices=tuple(VENDORS), help="one to start; may be repeated (default: all)"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="keep everything in this SQLite file")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end when standard input reaches its end")
    parser.add_argument("--ready-line", action="store_true", help="print the JSON line only, nothing for people")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run until told to end; return the exit code: 0, or 2 when it could not start."""
    options = _arguments(argv)
    chosen = tuple(dict.fromkeys(options.vendor or VENDORS))
    bound: dict[str, socket.socket] = {}
    try:
        try:
            for place, vendor in enumerate(chosen):
                bound[vendor] = bind(options.host, options.port + place if options.port else 0)
            db = Database.open(options.data)
        except BaseException:
            for taken in bound.values():
                taken.close()
            raise
    except (CannotStart, StoreUnusable) as problem:
        sys.stderr.write(f"leadbridge_sandbox: {problem}\n")
        return 2
    if not options.ready_line:
        for vendor in chosen:
            address = url_of(bound[vendor])
            sys.stderr.write(f"{VENDORS[vendor].name} sandbox: {address} (records and their pages; Ctrl-C ends it)\n")
    apps = {vendor: (bound[vendor], VENDORS[vendor].build(db, url_of(bound[vendor]))) for vendor in chosen}
    try:
        uvloop.run(serve(apps, until_stdin_closes=options.until_stdin_closes))
    finally:
        db.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
