"""Prints ``docs/operations/mongo-subset.md``: ``python -m leadbridge.storage.mongo.subset``."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from leadbridge.storage.mongo import allowed
from leadbridge.storage.mongo.allowed import Allowed, Command

_HEAD = """# What is used of MongoDB

This page is made from `leadbridge/storage/mongo/allowed.py` by `python -m leadbridge.storage.mongo.subset`; do not edit
it. In tests a listener compares every command that is sent with these tables and fails on anything else. The lowest
server is the highest version in them: MongoDB {lowest}. A start on an older one is refused.

MongoDB 7 and 8: conformance suite provided, not yet run by us on a real server.
"""
_TABLES: tuple[tuple[str, str, Mapping[str, Allowed | Command]], ...] = (
    (
        "Commands",
        "Beside their own fields they carry sessions, transactions, concerns and time limits.",
        allowed.COMMANDS,
    ),
    ("Read concerns", "Writes are acknowledged with `w: majority, j: true`.", allowed.READ_CONCERNS),
    ("Query operators", "", allowed.QUERY),
    ("Expressions", "Inside `$expr`.", allowed.EXPRESSIONS),
    ("Variables", "", allowed.VARIABLES),
    ("Update operators", "", allowed.UPDATE),
    ("Modifiers of `$push`", "", allowed.PUSH),
    ("Index options", "Keys are ascending only.", allowed.INDEX),
    ("Operators in partial filters", "", allowed.PARTIAL),
    ("Aggregation stages", "None: pipelines are not used, neither to read nor to update.", allowed.STAGES),
)


def page() -> str:
    """Return the whole page as Markdown."""
    parts = [_HEAD.format(lowest=_shown(allowed.LOWEST_SERVER))]
    for title, remark, table in _TABLES:
        parts.append(f"\n## {title}\n\n" + (f"{remark}\n" if remark else ""))
        if table:
            rows = "".join(f"| `{name}` | {_shown(one.since)} | {_use(one)} |\n" for name, one in table.items())
            parts.append(("\n" if remark else "") + "| name | since | used for |\n|---|---|---|\n" + rows)
    return "".join(parts)


def _use(one: Allowed | Command) -> str:
    fields = sorted(one.fields) if isinstance(one, Command) else []
    return one.why + (f"; with {', '.join(f'`{field}`' for field in fields)}" if fields else "")


def _shown(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


if __name__ == "__main__":
    sys.stdout.write(page())
