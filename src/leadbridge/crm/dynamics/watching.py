"""Ordering Dynamics' webhooks: a service endpoint with our address, and a step for each table and message.

What is there is looked at first and put right, so that ordering twice leaves one of each. It takes the role of a
System Customizer; without it the connection lives by walking changes alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from leadbridge.crm.dynamics import answers, requests
from leadbridge.crm.dynamics.defaults import OBJECTS
from leadbridge.crm.provider import Session
from leadbridge.security.transport import HttpResponse

MESSAGES = ("Create", "Update", "Delete")
AGAIN = timedelta(days=1)
"""Steps do not expire; they are looked after once a day, since an administrator may have switched them off."""
_WEBHOOK = 8
_WEBHOOK_KEY = 4
_DISABLED = 1
_ID = re.compile(r"\(([0-9a-fA-F-]{36})\)$")
_AFTER_THE_FACT, _IN_THE_BACKGROUND = 40, 1
"""Stage and mode: the person's own saving must never wait for us or fail with us."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is there."""

    id: str
    enabled: bool


async def watch(session: Session, address: str, secret: SecretStr) -> datetime:
    """Order webhooks to ``address`` and return when to look after them; raises ``CallFailed``."""
    endpoint, answered = await _endpoint(session, address, secret)
    there = await _steps(session, endpoint)
    for step in there.values():
        if not step.enabled:
            enable = requests.send(
                session.app, "PATCH", f"sdkmessageprocessingsteps({step.id})", {"statecode": 0, "statuscode": 1}
            )
            answered = await session.call(enable)
            answers.ensure(answered, 200, 204)
    for message in MESSAGES:
        found = await _rows(session, "sdkmessages", "sdkmessageid", f"name eq {requests.literal(message)}")
        if not found:
            continue
        message_id = str(found[0]["sdkmessageid"])
        for table in OBJECTS:
            name = f"Leadbridge: {message} of {table}"
            if name in there:
                continue
            about = f"primaryobjecttypecode eq {requests.literal(table)} and _sdkmessageid_value eq {message_id}"
            filters = await _rows(session, "sdkmessagefilters", "sdkmessagefilterid", about)
            if not filters:  # the table is not there: no Sales app
                continue
            wanted = _step(name, endpoint, message_id, str(filters[0]["sdkmessagefilterid"]))
            made = requests.send(session.app, "POST", "sdkmessageprocessingsteps", wanted)
            answered = await session.call(made)
            answers.ensure(answered, 201, 204)
    return _now(answered) + AGAIN


async def unwatch(session: Session, address: str) -> None:
    """Remove what was ordered to ``address``; nothing there is no error."""
    for endpoint in await _endpoints(session, address):
        steps = await _steps(session, endpoint)
        for path in (
            *(f"sdkmessageprocessingsteps({step.id})" for step in steps.values()),
            f"serviceendpoints({endpoint})",
        ):
            answers.ensure(await session.call(requests.send(session.app, "DELETE", path)), 204, 404)


async def _endpoint(session: Session, address: str, secret: SecretStr) -> tuple[str, HttpResponse]:
    """Return the id of the endpoint for ``address``, made or brought up to date: a secret cannot be read back."""
    wanted: dict[str, Any] = {
        "name": "Leadbridge",
        "url": address,
        "contract": _WEBHOOK,
        "authtype": _WEBHOOK_KEY,
        "authvalue": secret.get_secret_value(),
        "messageformat": 2,
        "connectionmode": 1,
        "userclaim": 1,
    }
    found = await _endpoints(session, address)
    if found:
        changed = requests.send(
            session.app, "PATCH", f"serviceendpoints({found[0]})", {"authvalue": wanted["authvalue"]}
        )
        answered = await session.call(changed)
        answers.ensure(answered, 200, 204)
        return found[0], answered
    answered = await session.call(requests.send(session.app, "POST", "serviceendpoints", wanted))
    answers.ensure(answered, 201, 204)
    made = _ID.search(answered.headers.get("odata-entityid", ""))
    return (made[1] if made else (await _endpoints(session, address))[0]), answered


async def _endpoints(session: Session, address: str) -> list[str]:
    rows = await _rows(session, "serviceendpoints", "serviceendpointid,url", f"contract eq {_WEBHOOK}")
    return [str(one["serviceendpointid"]) for one in rows if one.get("url") == address]


async def _steps(session: Session, endpoint: str) -> dict[str, Step]:
    """Return an endpoint's steps by name."""
    path = f"serviceendpoints({endpoint})/serviceendpoint_sdkmessageprocessingstep"
    rows = await _rows(session, path, "sdkmessageprocessingstepid,name,statecode", "")
    return {
        str(one.get("name")): Step(str(one["sdkmessageprocessingstepid"]), one.get("statecode") != _DISABLED)
        for one in rows
    }


async def _rows(session: Session, path: str, select: str, filter: str) -> list[dict[str, Any]]:
    named: Mapping[str, str] = {"filter": filter} if filter else {}
    request = requests.get(session.app, path, select=tuple(select.split(",")), **named)
    return answers.rows(answers.ensure(await session.call(request), 200))


def _step(name: str, endpoint: str, message: str, filter: str) -> dict[str, Any]:
    return {
        "name": name,
        "stage": _AFTER_THE_FACT,
        "mode": _IN_THE_BACKGROUND,
        "rank": 1,
        "supporteddeployment": 0,
        "asyncautodelete": True,
        "eventhandler_serviceendpoint@odata.bind": f"/serviceendpoints({endpoint})",
        "sdkmessageid@odata.bind": f"/sdkmessages({message})",
        "sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({filter})",
    }


def _now(response: HttpResponse) -> datetime:
    """Return the vendor's time, by its last answer."""
    try:
        moment = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return answers.EPOCH
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
