"""The integrations page: plain HTML made here, without scripts.

Nothing from the address is believed or repeated but a handle of the right form: status and code choose sentences from
a fixed table, and the account's name comes from the store, by a reference that only the connecting browser has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadbridge.settings import INTEGRATIONS_PAGE

_HANDLE = re.compile(r"oh_[A-Za-z0-9_-]{20,80}\Z")


class Listed(Protocol):
    """A CRM as the page lists it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def configured(self) -> bool: ...
    @property
    def available(self) -> bool: ...
    @property
    def redirect_uri(self) -> str: ...
    @property
    def missing(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a connect ended: what happened, why, and what comes next. ``tone`` is good, wait or bad."""

    tone: str
    title: str
    why: str
    then: str


AGAIN = "Begin again: POST /api/v1/crm-integration/oauth/init, or the connect button of your application."
NOTHING_KEPT = "Nothing was connected, and nothing was stored."

OUTCOMES: Mapping[tuple[str, str], Outcome] = {
    ("connected", "connected"): Outcome(
        "good",
        "The CRM is connected.",
        "The CRM gave this hub access, and the hub keeps it renewed.",
        "Leads can be sent to it now. A test of everything it needs is POST /api/v1/crm-integration/test-connection.",
    ),
    ("pending", "confirmation_needed"): Outcome(
        "wait",
        "One step is left: the person who began must confirm.",
        "This browser is not known as the one that began the connect. If you were sent the link to the consent page by "
        "somebody else, that person would get access to your CRM: confirm only what you began yourself.",
        "Within ten minutes, the user who began sends the request below. Otherwise the access is given back.",
    ),
    ("denied", "consent_denied"): Outcome(
        "bad", "The access was not granted.", "Consent was refused at the CRM.", AGAIN
    ),
    ("error", "vendor_refused"): Outcome("bad", "The CRM did not offer its consent.", NOTHING_KEPT, AGAIN),
    ("error", "code_missing"): Outcome("bad", "The CRM's answer was incomplete.", NOTHING_KEPT, AGAIN),
    ("error", "state_unknown"): Outcome(
        "bad",
        "This connect is not known here.",
        "The address was not made by this hub, or it is long past its time.",
        AGAIN,
    ),
    ("error", "state_used"): Outcome(
        "bad",
        "This connect has already ended.",
        "Each connect can be finished once; perhaps the page was loaded again.",
        "See the connection's status: GET /api/v1/crm-integration. " + AGAIN,
    ),
    ("error", "state_expired"): Outcome(
        "bad", "This connect took too long.", "The consent must be given within ten minutes.", AGAIN
    ),
    ("error", "state_mismatch"): Outcome(
        "bad", "This answer belongs to another CRM.", "The connect was begun for a different one.", AGAIN
    ),
    ("error", "exchange_failed"): Outcome(
        "bad",
        "The CRM did not hand over its tokens.",
        "Mostly the client id, the client secret or the redirect address differs from what is registered at the CRM. "
        "The error log has the CRM's own words: GET /api/v1/crm-integration/error-logs.",
        "Compare the redirect address below with the one at the CRM, then begin again.",
    ),
    ("error", "foreign_server"): Outcome(
        "bad",
        "The CRM named a server that is not known to be its own.",
        "Nothing was sent there or stored. The error log names it: GET /api/v1/crm-integration/error-logs.",
        "If the CRM has opened a new data centre, a newer Leadbridge may know it. Otherwise begin again from here.",
    ),
    ("error", "offline_access_missing"): Outcome(
        "bad",
        "The CRM gave access for a short time only.",
        "It gave no refresh token, so the connection would end within the hour. " + NOTHING_KEPT,
        "Remove this app in the CRM's own list of connected apps, then begin again.",
    ),
    ("error", "account_unknown"): Outcome(
        "bad",
        "The CRM did not say which account this is.",
        "The access was given back. The error log has the reason: GET /api/v1/crm-integration/error-logs.",
        AGAIN,
    ),
    ("error", "wrong_account"): Outcome(
        "bad",
        "Another account was approved than the connection's own.",
        "A connection keeps its account, because its records are linked to it. The access was given back.",
        "Sign in to the right account at the CRM and begin again, or connect the other account as a new connection.",
    ),
    ("error", "connect_failed"): Outcome(
        "bad", "The connection could not be stored.", "The access was given back.", AGAIN
    ),
    ("error", "provider_not_configured"): Outcome(
        "bad",
        "This CRM is not set up on this hub.",
        "Its client id or secret is missing.",
        "See below what is missing.",
    ),
}
UNKNOWN = Outcome(
    "wait", "A connect has ended.", "How it ended cannot be told from this address.", "See GET /api/v1/crm-integration."
)

STYLESHEET = f"{INTEGRATIONS_PAGE}.css"
"""A file of its own, since the page's policy lets nothing inline style it."""

_loader = PackageLoader("leadbridge.integrations")
_templates = Environment(loader=_loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def render(providers: Sequence[Listed], query: Mapping[str, str], shown: tuple[str, str] | None) -> str:
    """Return the page. ``shown`` is provider and account name of the connect that this browser has just finished."""
    outcome = None
    if "status" in query:
        outcome = OUTCOMES.get((query["status"], query.get("code", "")), UNKNOWN)
    named = query.get("provider", "") if shown is None else shown[0]
    handle = query.get("handle", "")
    return _templates.get_template("integrations.html").render(
        stylesheet=STYLESHEET,
        tab="automation" if query.get("tab") == "automation" else "crm",
        providers=providers,
        outcome=outcome,
        provider=next((listed.name for listed in providers if listed.id == named), None),
        account=shown[1] if shown is not None and query.get("status") in ("connected", "pending") else None,
        handle=handle if query.get("status") == "pending" and _HANDLE.match(handle) else None,
    )


def stylesheet() -> str:
    """Return the page's stylesheet."""
    return _loader.get_source(_templates, "integrations.css")[0]
