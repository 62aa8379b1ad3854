"""Fails where code sends something out of the hub from a place that is not listed here, or makes a client of its own.

``python -m tests.outbound``. Each place in ``PATHS`` is tried with a corpus of hostile addresses
(``tests/contract/security/test_ssrf.py``), so one that is added here needs its way of being tried there.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "leadbridge"
PATHS = {
    "automation/delivery/sender.py:send": "an event to the address that a company gave",
    "integrations/callback.py:_exchange": "the code of a consent for tokens",
    "integrations/calls.py:send": "every call to a vendor, by the places around",
    "integrations/session.py:_send": "every call to a CRM on behalf of a connection",
    "integrations/vendor.py:refresh": "a refresh token for new tokens",
    "integrations/vendor.py:revoke": "giving a grant back",
    "leads/forms/service.py:_passed": "what a visitor of a form answered to a challenge",
    "tenancy/jwks.py:_fetch": "the public keys of a host application",
}
"""Every use of the guarded transport, with what it is for."""
NETWORK = {
    "aiohttp", "asyncssh", "ftplib", "http.client", "httpx", "imaplib", "poplib", "requests", "smtplib", "socket",
    "telnetlib", "urllib.request", "urllib3", "websockets",
}  # fmt: skip
MAKERS = {"create_connection", "create_datagram_endpoint", "open_connection", "open_unix_connection", "urlopen"}
OWN = {
    "security/http.py": "the guarded transport itself",
    "server.py": "listens",
    "demo/client.py": "the demo's own browser, which talks to the demo's hub and sandbox on this machine",
    "demo/ports.py": "looks for free ports on this machine",
    "demo/run.py": "looks at ports of this machine",
}
"""Files that may use the network otherwise."""


def uses(source: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Return the places that send through a transport, and the files that use the network by themselves, with lines."""
    sends: dict[str, int] = {}
    networks: dict[str, int] = {}
    for path in sorted(source.rglob("*.py")):
        name = path.relative_to(source).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    if isinstance(node, ast.Attribute) and node.attr == "send" and _of_a_transport(node.value):
                        sends[f"{name}:{function.name}"] = node.lineno
        for node in ast.walk(tree):
            if _network(node):
                networks.setdefault(name, getattr(node, "lineno", 0))
    return sends, networks


def _of_a_transport(value: ast.expr) -> bool:
    named = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return "transport" in named.lower() or named in ("calls", "_calls")  # what notes a vendor's calls sends them too


def _network(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(_listed(alias.name) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return _listed(module) or any(_listed(f"{module}.{alias.name}") for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr in MAKERS


def _listed(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in NETWORK)


def faults(sends: dict[str, int], networks: dict[str, int]) -> list[str]:
    """Return a sentence for everything that is not listed and every entry that nothing uses."""
    wrong = [
        f"src/leadbridge/{place} (line {line}) sends something out: list it in tests/outbound.py and try it in "
        "tests/contract/security/test_ssrf.py"
        for place, line in sends.items()
        if place not in PATHS
    ]
    wrong += [
        f"src/leadbridge/{name}:{line} uses the network by itself: use the guarded transport (security/http.py)"
        for name, line in networks.items()
        if name not in OWN
    ]
    gone = (PATHS.keys() - sends.keys()) | (OWN.keys() - networks.keys())
    return wrong + [f"{entry} sends nothing any more: take it off the list" for entry in sorted(gone)]


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    sends, networks = uses(SOURCE)
    wrong = faults(sends, networks)
    for sentence in wrong:
        sys.stderr.write(sentence + "\n")
    sys.stdout.write(f"{len(sends)} places send something out, {len(wrong)} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
