"""The receiver as an ASGI app: keeps every request at every path, and answers by rules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from ..clock import iso_ms
from ..control import ControlProblem, control_routes
from ..faults import Fault
from ..gate import Gate
from ..inbox import Inbox
from ..pages import Pages
from ..settings import Settings
from ..store import Database
from ..world import World

SHOWN = 200
_page = Pages("receiver")
Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delayMs: int = 0  # noqa: N815 - names are those of the control API's JSON


@dataclass(slots=True)
class Rule:
    """What is answered at a path: `answers` one after the other, the last of them from then on."""

    answers: list[Answer]
    given: int = 0

    def next(self) -> Answer:
        """Return the next answer."""
        answer = self.answers[min(self.given, len(self.answers) - 1)]
        self.given += 1
        return answer


class Receiver:
    """Keeps requests and answers them. It is its own side of the control API; records are `requests`."""

    def __init__(self, world: World[Settings]) -> None:
        self.world = world
        self.inbox = Inbox("receiver", world.db)
        self._rules: dict[str, Rule] = {}

    async def take(self, request: Request) -> Response:
        """Keep a request and answer it: by the rule of its path, else by that of `*`, else with 200."""
        body = await request.body()
        rule = self._rules.get(request.url.path) or self._rules.get("*")
        answer = rule.next() if rule is not None else Answer()
        self.inbox.add(request.url.path, self.world.clock.now_ms(), request, body, "kept", {"answered": answer.status})
        if answer.delayMs:
            await asyncio.sleep(answer.delayMs / 1000)
        return Response(answer.body, answer.status, answer.headers)

    def answers(self, given: Doc) -> Doc:
        """Say what is answered at `path` (default: everywhere): `answers`, each of status, body, headers, delayMs."""
        listed = given.get("answers")
        if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
            raise ControlProblem("answers is a list of at least one object")
        try:
            made = [Answer(**one) for one in listed]
        except TypeError as error:
            raise ControlProblem(f"an answer does not have that: {error}") from error
        self._rules[str(given.get("path") or "*")] = Rule(made)
        return {"rules": len(self._rules)}

    def by_name(self) -> Mapping[str, Callable[[Doc], Any]]:
        """Return the actions."""
        return {"answers": self.answers}

    def records(self, account: str | None, object_name: str) -> Doc:
        """Return the requests, of one path where `account` names one."""
        if object_name != "requests":
            raise ControlProblem("there are requests")
        return {"records": [arrival.as_json() for arrival in self.inbox.of(account)]}

    def edit(self, account: str | None, object_name: str, record_id: str | None, properties: Any) -> Doc:
        """Refuse: what came is kept as it came."""
        raise ControlProblem("what came is kept as it came")

    def archive(self, account: str | None, object_name: str, record_id: str) -> Doc:
        """Refuse: what came is kept until a reset."""
        raise ControlProblem("what came is kept until a reset")

    def apps(self) -> list[Doc]:
        """Return no apps."""
        return []

    def accounts(self) -> list[Doc]:
        """Return no accounts."""
        return []

    def put_app(self, given: Doc) -> Doc:
        """Refuse: there are no apps."""
        raise ControlProblem("the receiver knows no apps")

    def put_account(self, given: Doc) -> Doc:
        """Refuse: there are no accounts."""
        raise ControlProblem("the receiver knows no accounts")

    def issue_tokens(self, given: Doc) -> Doc:
        """Refuse: there are no tokens."""
        raise ControlProblem("the receiver knows no tokens")

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return nothing: there are no refresh tokens."""
        return {}

    def reset(self) -> None:
        """Forget every request and rule."""
        self.inbox.clear()
        self._rules.clear()


def build(db: Database) -> Starlette:
    """Return the receiver as an ASGI app, with its page at `/` (GET) and its control at `/_control/`."""
    world = World.load("receiver", db, Settings())
    receiver = Receiver(world)

    def faulty(fault: Fault) -> Response:
        status = 429 if fault.kind == "rate_limited" else fault.status
        return PlainTextResponse("" if fault.body is None else str(fault.body), status, fault.headers)

    async def page(_: Request) -> HTMLResponse:
        rows = [
            {
                "at": iso_ms(one.at_ms),
                "call": f"{one.method} {one.path}",
                "answered": one.doc["answered"],
                "headers": "\n".join(f"{name}: {value}" for name, value in one.headers),
                "body": one.text[:2000],
            }
            for one in reversed(receiver.inbox.of(newest=SHOWN))
        ]
        return _page("requests.html", 200, rows=rows)

    gate = Gate(world, "receive", receiver.take, faulty)
    app = Starlette(
        routes=[
            Route("/", page, methods=["GET"]),
            control_routes(world, receiver, receiver.by_name()),
            Route("/{path:path}", gate),
        ]
    )
    app.router.redirect_slashes = False
    return app
