"""Webhooks and the scenarios behind them, as a person sets them up."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

from ..control import ControlProblem
from ..world import World
from .settings import Settings

ADDRESS_CHARACTERS = 32
_ALPHABET = string.ascii_lowercase + string.digits
SIGNATURE = "x-leadbridge-signature"

Doc = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a Webhook response module answers."""

    status: int = 200
    body: str = "Accepted"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallBack:
    """An HTTP module at the scenario's end: what it calls, and what it tells of the event it ran on."""

    url: str = ""
    secret: str = ""
    executionId: bool = True  # noqa: N815 - names are those of the control API's JSON
    hop: bool = False
    body: Doc = field(default_factory=lambda: {"status": "success"})


@dataclass(frozen=True, slots=True)
class Scenario:
    """What runs on a hook's items. `filter` stands behind the trigger: groups joined by OR, conditions by AND."""

    name: str = "Scenario"
    on: bool = False
    filter: list[list[Doc]] = field(default_factory=list)
    response: Answer | None = None
    callback: CallBack | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook. Its address is all that a caller needs, unless it has API keys."""

    id: int
    udid: str
    name: str
    queueLimit: int  # noqa: N815
    detachedAt: int | None  # noqa: N815 - milliseconds; None: it is attached to a scenario
    apiKeys: tuple[str, ...] = ()  # noqa: N815
    scenario: Scenario | None = None

    def as_json(self) -> Doc:
        """Return it as the control API shows it, its keys and secrets included: they are made up."""
        return {**asdict(self), "apiKeys": list(self.apiKeys)}


class Hooks:
    """All webhooks, kept in the database."""

    def __init__(self, world: World[Settings], address: str) -> None:
        self._world, self._address = world, address
        self._all: dict[str, Hook] = {}
        for doc in world.db.load("make.hooks") or []:
            hook = _hook(doc)
            self._all[hook.udid] = hook

    def get(self, udid: str) -> Hook | None:
        """Return the hook at an address, or None."""
        return self._all.get(udid)

    def named(self, udid: object) -> Hook:
        """Return the hook a control request names. Raises ControlProblem."""
        found = self._all.get(str(udid))
        if found is None:
            raise ControlProblem(f"there is no hook {udid}; make one with the action 'hook'")
        return found

    def all(self) -> list[Hook]:
        """Return all hooks, the oldest first."""
        return list(self._all.values())

    def url(self, hook: Hook) -> str:
        """Return a hook's address."""
        return f"{self._address}/{hook.udid}"

    def make(self, given: Doc) -> Hook:
        """Make a hook, of `name`, `queueLimit` and `apiKeys`; it belongs to no scenario yet."""
        _known(given, {"name", "queueLimit", "apiKeys", "udid"})
        udid = given.get("udid") or "".join(secrets.choice(_ALPHABET) for _ in range(ADDRESS_CHARACTERS))
        keys = given.get("apiKeys") or []
        if not isinstance(keys, list) or any(not isinstance(key, str) or len(key) > 512 for key in keys):
            raise ControlProblem("apiKeys is a list of texts of at most 512 characters")
        hook = Hook(
            id=len(self._all) + 1,
            udid=str(udid),
            name=str(given.get("name") or "Custom webhook")[:128],
            queueLimit=int(given.get("queueLimit") or self._world.settings.queueLimit),
            detachedAt=self._world.clock.now_ms(),
            apiKeys=tuple(keys),
        )
        return self._keep(hook)

    def attach(self, hook: Hook, given: Doc) -> Hook:
        """Attach a scenario, or change the one that is: `on`, `name`, `filter`, `response`, `callback`.

        `signedWith` makes the filter that lets only those bodies through which are signed with this secret.
        """
        _known(given, {"hook", "signedWith", *(one.name for one in fields(Scenario))})
        changes = {name: value for name, value in given.items() if name not in ("hook", "signedWith")}
        if given.get("signedWith"):
            changes["filter"] = signature_filter(str(given["signedWith"]))
        if "response" in changes:
            changes["response"] = _part(Answer, changes["response"])
        if "callback" in changes:
            changes["callback"] = _part(CallBack, changes["callback"])
        scenario = replace(hook.scenario or Scenario(), **changes)
        return self._keep(replace(hook, scenario=scenario, detachedAt=None))

    def detach(self, hook: Hook) -> Hook:
        """Take the scenario away; after five days the hook is gone."""
        return self._keep(replace(hook, scenario=None, detachedAt=self._world.clock.now_ms()))

    def delete(self, hook: Hook) -> None:
        """Delete a hook."""
        del self._all[hook.udid]
        self._save()

    def gone(self, hook: Hook) -> bool:
        """Return whether a hook belonged to no scenario for so long that it was switched off."""
        limit = self._world.settings.detachedSeconds * 1000
        return hook.detachedAt is not None and self._world.clock.now_ms() - hook.detachedAt >= limit

    def clear(self) -> None:
        """Delete all."""
        self._all.clear()
        self._save()

    def _keep(self, hook: Hook) -> Hook:
        self._all[hook.udid] = hook
        self._save()
        return hook

    def _save(self) -> None:
        with self._world.db.transaction():
            self._world.db.save("make.hooks", [hook.as_json() for hook in self._all.values()])


def signature_filter(secret: str) -> list[list[Doc]]:
    """Return the filter that compares a header's hex HMAC-SHA256 with that of the raw body, as users write it."""
    quoted = secret.replace("\\", "\\\\").replace('"', '\\"')
    header = f'{{{{get(map(1.__IMTHEADERS__; "value"; "name"; "{SIGNATURE}"); 1)}}}}'
    return [[{"a": header, "o": "text:equal", "b": f'{{{{sha256(1.value; "hex"; "{quoted}")}}}}'}]]


def _known(given: Doc, names: set[str]) -> None:
    if unknown := sorted(set(given) - names):
        raise ControlProblem(f"not known here: {', '.join(unknown)}; known are {', '.join(sorted(names))}")


def _part(kind: type[T], given: Any) -> T | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise ControlProblem(f"a {kind.__name__.lower()} is an object or null")
    try:
        return kind(**given)
    except TypeError as error:
        raise ControlProblem(f"a {kind.__name__.lower()} does not have that: {error}") from error


def _hook(doc: Doc) -> Hook:
    scenario = doc["scenario"]
    if scenario is not None:
        parts = {"response": _part(Answer, scenario["response"]), "callback": _part(CallBack, scenario["callback"])}
        scenario = Scenario(**{**scenario, **parts})
    return Hook(**{**doc, "apiKeys": tuple(doc["apiKeys"]), "scenario": scenario})
