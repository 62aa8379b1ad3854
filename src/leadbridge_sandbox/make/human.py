"""What the control API can do to hooks, scenarios and what they received."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..control import ControlProblem
from .gateway import QUEUED, Gateway
from .hooks import Hook

Doc = dict[str, Any]


class MakeControl:
    """The vendor's side of the control API. Methods take and return JSON; they raise ControlProblem.

    Records are `deliveries` (of one hook where `account` names one) and `hooks`.
    """

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.hooks = gateway.hooks

    def shown(self, hook: Hook) -> Doc:
        """Return a hook as the control API shows it."""
        waiting = self.gateway.inbox.count(hook.udid, QUEUED)
        return hook.as_json() | {"url": self.hooks.url(hook), "queueCount": waiting, "gone": self.hooks.gone(hook)}

    def records(self, account: str | None, object_name: str) -> Doc:
        """Return the deliveries, or the hooks."""
        if object_name == "hooks":
            return {"records": [self.shown(hook) for hook in self.hooks.all()]}
        if object_name != "deliveries":
            raise ControlProblem("there are deliveries and hooks")
        return {"records": [arrival.as_json() for arrival in self.gateway.inbox.of(account)]}

    def edit(self, account: str | None, object_name: str, record_id: str | None, properties: Any) -> Doc:
        """Make a hook; its scenario is changed by the action `scenario`."""
        if object_name != "hooks" or record_id is not None or not isinstance(properties, dict):
            raise ControlProblem("hooks are made here; a scenario is changed by the action 'scenario'")
        return self.shown(self.hooks.make(properties))

    def archive(self, account: str | None, object_name: str, record_id: str) -> Doc:
        """Delete a hook."""
        if object_name != "hooks":
            raise ControlProblem("only hooks are deleted")
        hook = self.hooks.named(record_id)
        self.hooks.delete(hook)
        return {"hook": hook.id}

    def apps(self) -> list[Doc]:
        """Return no apps: whoever has an address may call it."""
        return []

    def accounts(self) -> list[Doc]:
        """Return the hooks, which are what callers know."""
        return [self.shown(hook) for hook in self.hooks.all()]

    def put_app(self, given: Doc) -> Doc:
        """Refuse: there are no apps."""
        raise ControlProblem("Make's webhooks know no apps")

    def put_account(self, given: Doc) -> Doc:
        """Make a hook."""
        return self.shown(self.hooks.make(given))

    def issue_tokens(self, given: Doc) -> Doc:
        """Refuse: there are no tokens."""
        raise ControlProblem("Make's webhooks know no tokens; apiKeys of a hook are what a caller may need")

    def presentations(self) -> dict[str, dict[str, int]]:
        """Return nothing: there are no refresh tokens."""
        return {}

    def reset(self) -> None:
        """Forget every hook and delivery."""
        self.hooks.clear()
        self.gateway.clear()

    def by_name(self) -> Mapping[str, Callable[[Doc], Any]]:
        """Return the actions: `hook`, `scenario`, `detach`."""

        def scenario(given: Doc) -> Doc:
            hook = self.hooks.attach(self.hooks.named(given.get("hook")), given)
            return {**self.shown(hook), "ran": self.gateway.run_queued(hook)}

        def detach(given: Doc) -> Doc:
            return self.shown(self.hooks.detach(self.hooks.named(given.get("hook"))))

        return {
            "hook": lambda given: self.shown(self.hooks.make(given)),
            "scenario": scenario,
            "detach": detach,
        }
