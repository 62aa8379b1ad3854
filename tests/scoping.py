"""Fails where code reaches documents across companies outside the files that may, each with its reason.

``python -m tests.scoping``. Everything else goes through ``.of(company)``, where one company's caller cannot meet
another's documents.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "leadbridge"
DOOR = "across_companies"
ALLOWED = {
    "automation/inbound/addresses.py": "an automation's address is looked up by its key before its company is known",
    "integrations/callback.py": "a vendor's redirect names a state, and the state its company",
    "integrations/grants.py": "whether a grant may be revoked depends on every company that shares it",
    "integrations/hints/service.py": "a vendor's webhook names an account, and the account its connections",
    "integrations/oauth.py": "a handle or a result is looked up before its company is known",
    "integrations/sharing.py": "a company is warned when another one is connected to the same vendor account",
    "integrations/sweep.py": "removes what has expired, of all companies",
    "integrations/watching/service.py": "a webhook's address names its connection; orders of all companies are kept up",
    "leads/imports/pausing.py": "paused imports go on when there is room again, of all companies",
    "leads/imports/receiving.py": "files that never came in whole are ended, of all companies",
    "security/vault.py": "whether the master key fits is told by any company's data key",
    "storage/store.py": "the door itself",
    "work/budgets.py": "a vendor account's limits are shared by all companies that use the account",
    "work/daily.py": "what is left of a vendor account's day is shared by all companies that use the account",
    "work/chores.py": "a hub's own upkeep belongs to no company",
    "work/reading.py": "the next lane to work on is picked across all companies, which is what makes them equal",
    "work/lanes.py": "the next lane to work on is picked across all companies, which is what makes them equal",
    "work/schedules.py": "whatever is due next, of all companies",
    "work/shares.py": "companies are compared with each other by their share of the work",
    "work/sweep.py": "finds waiting work whose wake-up was lost, of all companies",
    "leads/forms/service.py": "a form's public address is looked up before its company is known",
    "usage/fold.py": "finds whose counts wait to be folded, of all companies",
    "privacy/people.py": "an erasure journal is checked against every company's hash key",
    "privacy/restore.py": "a restore fills the whole store",
    "privacy/retention.py": "what is past its time goes, of all companies",
    "privacy/service.py": "erasures that were cut off go on, of all companies",
    "privacy/tenant.py": "erasures of companies that were cut off go on",
    "security/keywalk.py": "the master key wraps the keys of all companies",
    "security/rotation.py": "rotations that were begun go on, of all companies",
    "storage/state.py": "the store's own state belongs to no company",
    "tenancy/addresses.py": "an e-mail address names the companies it belongs to",
    "tenancy/companies.py": "the operator's list is of all companies",
    "tenancy/expiry.py": "removes what has expired, of all companies",
    "tenancy/hosts.py": "a host's token names a company by the host's own id",
    "tenancy/invitations.py": "an invitation's token is looked up before its company is known",
    "tenancy/keys.py": "an API key is looked up before its company is known",
    "tenancy/sessions.py": "a session is looked up before its company is known",
    "tenancy/signin.py": "failed sign-ins are counted by address, whatever the company",
    "web/idempotency.py": "removes what has expired, of all companies",
    "web/ratelimit.py": "an address is limited whatever the company",
    "web/tickets.py": "a ticket is looked up before its company is known",
    "tenancy/service.py": "a bearer token names its company; the first company is the hub's",
}


def uses(source: Path) -> dict[str, list[int]]:
    """Return by file below ``source`` the lines on which it goes across companies."""
    found: dict[str, list[int]] = {}
    for path in sorted(source.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lines = [
            node.lineno
            for node in ast.walk(tree)
            if (isinstance(node, ast.Attribute) and node.attr == DOOR)
            or (isinstance(node, ast.FunctionDef) and node.name == DOOR)
            or (isinstance(node, ast.Constant) and node.value == DOOR)
        ]
        if lines:
            found[path.relative_to(source).as_posix()] = sorted(lines)
    return found


def faults(found: Mapping[str, list[int]], allowed: Mapping[str, str]) -> list[str]:
    """Return a sentence for every use that is not allowed and every permission that nothing uses."""
    wrong = [
        f"src/leadbridge/{name}:{lines[0]} goes across companies; go through .of(company), or say in tests/scoping.py "
        "why this file must"
        for name, lines in found.items()
        if name not in allowed
    ]
    return wrong + [
        f"{name} does not go across companies any more; take it off the list" for name in allowed.keys() - found.keys()
    ]


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    found = uses(SOURCE)
    wrong = faults(found, ALLOWED)
    for sentence in wrong:
        sys.stderr.write(sentence + "\n")
    sys.stdout.write(f"{len(found)} files go across companies, {len(wrong)} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
