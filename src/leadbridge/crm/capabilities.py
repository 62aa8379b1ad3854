"""What only some CRMs can do: each a protocol of its own, that a provider has or has not.

Ask with ``isinstance``; whether a connection's permissions allow it is told by ``Provider.capabilities``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import SecretStr

from leadbridge.crm.model import Check, ObjectDefaults, Owner, Pair, Pipeline, RemoteRecord, Version
from leadbridge.crm.provider import Session


@runtime_checkable
class Owners(Protocol):
    """Optional: records belong to people."""

    async def owners(self, session: Session) -> tuple[Owner, ...]: ...


@runtime_checkable
class Pipelines(Protocol):
    """Optional: deals move through stages."""

    async def pipelines(self, session: Session, object: str) -> tuple[Pipeline, ...]: ...


@runtime_checkable
class Associations(Protocol):
    """Optional: records of two objects belong together. ``associate`` returns a fault's text by pair, or none."""

    async def associate(self, session: Session, source: str, target: str, pairs: Sequence[Pair]) -> dict[Pair, str]: ...

    async def associated(
        self, session: Session, source: str, target: str, ids: Sequence[str]
    ) -> dict[str, tuple[Pair, ...]]: ...


@runtime_checkable
class History(Protocol):
    """Optional (``guarantees.value_history``): earlier values of fields, newest first, by record and field."""

    async def history(
        self, session: Session, object: str, ids: Sequence[str], fields: Sequence[str]
    ) -> dict[str, dict[str, tuple[Version, ...]]]: ...


@runtime_checkable
class Merging(Protocol):
    """Optional: two records become one; returns the survivor, whose id may be a new one."""

    async def merge(self, session: Session, object: str, winner: str, loser: str) -> RemoteRecord: ...


@runtime_checkable
class MoreKinds(Protocol):
    """Optional: kinds of ours beside leads have a counterpart too, each with defaults and an own key of its own."""

    more_defaults: tuple[ObjectDefaults, ...]

    async def prepare_own_key(self, session: Session, object: str) -> Check: ...


@runtime_checkable
class Watching(Protocol):
    """Optional: webhooks are ordered for each connection and end by themselves; returns when to order them again."""

    async def watch(self, session: Session, address: str, secret: SecretStr) -> datetime: ...

    async def unwatch(self, session: Session, address: str) -> None: ...
