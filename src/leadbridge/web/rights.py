"""Who may do what: the rights there are, which role has which, and how an endpoint asks for one.

This is the only place where a right is declared. An endpoint names its right by ``needs``; it stands in the API
document as the scope of the endpoint's security requirement and as ``x-required-right``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from fastapi import FastAPI, Security
from fastapi.security import SecurityScopes

from leadbridge.kit.errors import Forbidden
from leadbridge.tenancy.model import ApiKey, Role
from leadbridge.web.caller import Caller, CallerDep
from leadbridge.web.tickets import StreamCallerDep


class Right(StrEnum):
    """Something a caller may be allowed to do."""

    ACCOUNT_READ = "account.read"
    ACCOUNT_OWN = "account.own"
    COMPANY_READ = "company.read"
    COMPANY_MANAGE = "company.manage"
    USERS_READ = "users.read"
    USERS_MANAGE = "users.manage"
    KEYS_MANAGE = "keys.manage"
    AUDIT_READ = "audit.read"
    LEADS_READ = "leads.read"
    LEADS_WRITE = "leads.write"
    LEADS_ERASE = "leads.erase"
    RECORDS_CONFIGURE = "records.configure"
    TEAM_READ = "team.read"
    TEAM_MANAGE = "team.manage"
    IMPORTS_RUN = "imports.run"
    CONNECTIONS_READ = "connections.read"
    CONNECTIONS_TEST = "connections.test"
    CONNECTIONS_MANAGE = "connections.manage"
    SYNC_RUN = "sync.run"
    RUNS_READ = "runs.read"
    ERRORS_READ = "errors.read"
    USAGE_READ = "usage.read"
    FORMS_READ = "forms.read"
    FORMS_MANAGE = "forms.manage"
    AUTOMATIONS_READ = "automations.read"
    AUTOMATIONS_MANAGE = "automations.manage"
    HOOKS_MANAGE = "hooks.manage"
    WORK_MANAGE = "work.manage"


MEANING: Mapping[Right, str] = {
    Right.ACCOUNT_READ: "see who one is",
    Right.ACCOUNT_OWN: "change one's password, make and revoke one's own API keys",
    Right.COMPANY_READ: "see the company's name and settings",
    Right.COMPANY_MANAGE: "change them",
    Right.USERS_READ: "see the company's users",
    Right.USERS_MANAGE: "invite, change and remove users up to one's own role",
    Right.KEYS_MANAGE: "see and revoke all API keys, make keys for programs",
    Right.AUDIT_READ: "read the audit trail",
    Right.LEADS_READ: "read leads, contacts, accounts and deals, and what imports did",
    Right.LEADS_WRITE: "create, change, merge and delete them",
    Right.LEADS_ERASE: "export and erase what is kept about a person",
    Right.RECORDS_CONFIGURE: "declare custom fields, lay down what is of high value",
    Right.TEAM_READ: "see the sales team",
    Right.TEAM_MANAGE: "change the sales team",
    Right.IMPORTS_RUN: "import files",
    Right.CONNECTIONS_READ: "see connections to CRMs",
    Right.CONNECTIONS_TEST: "test a connection",
    Right.CONNECTIONS_MANAGE: "connect, change and disconnect CRMs",
    Right.SYNC_RUN: "push leads to a CRM, try failures again",
    Right.RUNS_READ: "follow runs",
    Right.ERRORS_READ: "read the error log",
    Right.USAGE_READ: "see what was used, and the limits",
    Right.FORMS_READ: "see forms and how to embed them",
    Right.FORMS_MANAGE: "make, change and end forms",
    Right.AUTOMATIONS_READ: "see automations, subscriptions and what they did",
    Right.AUTOMATIONS_MANAGE: "make, change, test and end automations, which hand leads outside; send executions again",
    Right.HOOKS_MANAGE: "subscribe addresses to events, as Zapier and n8n do by themselves; with `leads.read` only",
    Right.WORK_MANAGE: "see and repeat work that was given up",
}

_PROGRAM = frozenset(
    {
        Right.ACCOUNT_READ,
        Right.COMPANY_READ,
        Right.LEADS_READ,
        Right.LEADS_WRITE,
        Right.TEAM_READ,
        Right.IMPORTS_RUN,
        Right.CONNECTIONS_READ,
        Right.CONNECTIONS_TEST,
        Right.SYNC_RUN,
        Right.RUNS_READ,
        Right.ERRORS_READ,
        Right.USAGE_READ,
        Right.FORMS_READ,
        Right.AUTOMATIONS_READ,
        Right.HOOKS_MANAGE,
    }
)

ROLE_RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.SUPER_USER: frozenset(Right),
    Role.ADMIN: frozenset(Right) - {Right.COMPANY_MANAGE},
    Role.MEMBER: _PROGRAM | {Right.ACCOUNT_OWN, Right.USERS_READ},
    Role.SERVICE: _PROGRAM,
}
"""Which role has which rights. What is not listed is forbidden."""

ALWAYS = frozenset({Right.ACCOUNT_READ})
"""What an API key with restricted rights may do all the same."""


def rights_of(role: Role, key: ApiKey | None = None) -> frozenset[Right]:
    """Return the rights of a role, less what an API key withholds.

    They are taken from the role of the moment, so that a lowered user's keys are lowered with them.
    """
    rights = ROLE_RIGHTS[role]
    return rights if key is None or key.rights is None else (rights & set(key.rights)) | (ALWAYS & rights)


def rights_table() -> str:
    """Return the rights of every role as a Markdown table: the one in the docs."""
    lines = [f"| right | allows to | {' | '.join(role.value for role in Role)} |", f"|---|---|{':-:|' * len(Role)}"]
    for right in Right:
        marks = " | ".join("yes" if right in ROLE_RIGHTS[role] else "" for role in Role)
        lines.append(f"| `{right.value}` | {MEANING[right]} | {marks} |")
    return "\n".join(lines) + "\n"


async def permitted(scopes: SecurityScopes, caller: CallerDep) -> Caller:
    """Return who is calling if they have the rights the endpoint names; raises ``Forbidden``."""
    return _checked(scopes, caller)


async def permitted_stream(scopes: SecurityScopes, caller: StreamCallerDep) -> Caller:
    """Return who reads an event stream, by ticket or bearer token, if they have the rights the endpoint names."""
    return _checked(scopes, caller)


def _checked(scopes: SecurityScopes, caller: Caller) -> Caller:
    held = rights_of(caller.user.role, caller.key)
    if missing := [scope for scope in scopes.scopes if scope not in held]:
        raise Forbidden(
            f"This needs the right {missing[0]}, which the role {caller.role} or the API key does not have.",
            hint="Ask an administrator of the company, or use a key that has it.",
            details={"right": missing[0]},
        )
    return replace(caller, rights=held)


def needs(right: Right) -> Any:
    """Return the dependency by which an endpoint asks for ``right``: ``Annotated[Caller, needs(Right.LEADS_READ)]``."""
    return Security(permitted, scopes=[right.value])


def needs_to_stream(right: Right) -> Any:
    """Return what ``needs`` does for an event stream, whose caller may come with a ticket."""
    return Security(permitted_stream, scopes=[right.value])


OPEN = "x-open"


def open_to_all(why: str) -> dict[str, Any]:
    """Return the mark (``openapi_extra``) of an endpoint that asks nobody who they are, with the reason."""
    return {OPEN: why}


def describe_rights(app: FastAPI) -> None:
    """Make the API document of ``app`` tell each operation's right, beside the scope of its security requirement."""
    generate = app.openapi

    def described() -> dict[str, Any]:
        document = generate()
        for operations in document.get("paths", {}).values():
            for operation in operations.values():
                if not isinstance(operation, dict):
                    continue
                scopes = {
                    scope for demand in operation.get("security", []) for names in demand.values() for scope in names
                }
                if scopes:
                    operation["x-required-right"] = min(scopes)
        return document

    app.openapi = described  # type: ignore[method-assign]  # the framework's own way to extend the document
