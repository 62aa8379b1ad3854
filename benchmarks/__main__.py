"""``python -m benchmarks [name ...]``: measure all, or those named, and write ``docs/benchmarks/<name>.md``.

``LEADBRIDGE_BENCH_SCALE=0.1`` does those that are long with a tenth of their size, and writes no page.
"""

from __future__ import annotations

import sys

from benchmarks import (
    accept,
    both,
    delivery,
    hubspot,
    hubspot_limits,
    hubspot_push,
    imports,
    leads_api,
    leads_lists,
    mapping,
    providers,
    request_overhead,
    store_processes,
    store_writes,
    sync_core,
    usage_summary,
    work,
)

BENCHMARKS = {
    "store_writes": store_writes.main,
    "store_processes": store_processes.main,
    "work": work.main,
    "accept": accept.main,
    "usage_summary": usage_summary.main,
    "request_overhead": request_overhead.main,
    "leads_api": leads_api.main,
    "leads_lists": leads_lists.main,
    "imports": imports.main,
    "mapping": mapping.main,
    "sync_core": sync_core.main,
    "providers": providers.main,
    "hubspot": hubspot.main,
    "hubspot_limits": hubspot_limits.main,
    "hubspot_push": hubspot_push.main,
    "delivery": delivery.main,
    "both": both.main,
}


def main(names: list[str]) -> int:
    """Run the benchmarks called ``names`` (none: all); return the exit status."""
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
