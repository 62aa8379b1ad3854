"""The part of MongoDB that is used, written down: every command, operator and option with its lowest version.

Tests listen to what is sent and fail on anything that is not in these tables; the documentation is made from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Version: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Allowed:
    """One thing that may be used: since which version of MongoDB it is there, and what it is used for."""

    since: Version
    why: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command, and which of its own fields may be sent."""

    since: Version
    why: str
    fields: frozenset[str]


def _command(since: Version, why: str, fields: str = "") -> Command:
    return Command(since, why, frozenset(fields.split()))


COMMANDS: dict[str, Command] = {
    "hello": _command((4, 4), "server time, replica set", "helloOk topologyVersion maxAwaitTimeMS"),
    "buildInfo": _command((3, 6), "server version"),
    "find": _command((3, 6), "every read", "filter sort limit hint projection batchSize singleBatch"),
    "getMore": _command((3, 6), "the rest of an answer larger than one batch", "collection batchSize"),
    "killCursors": _command((3, 6), "letting go of an answer", "cursors"),
    "insert": _command((3, 6), "new documents", "documents ordered"),
    "update": _command((3, 6), "changes", "updates ordered"),
    "delete": _command((3, 6), "deletions", "deletes ordered"),
    "commitTransaction": _command((4, 0), "batches of several documents", "recoveryToken"),
    "abortTransaction": _command((4, 0), "batches that are not applied", "recoveryToken"),
    "endSessions": _command((3, 6), "letting go of sessions"),
    "create": _command((3, 6), "collections, at start"),
    "listCollections": _command((3, 6), "collections, at start", "nameOnly cursor filter authorizedCollections"),
    "createIndexes": _command((3, 6), "indexes, at start", "indexes"),
    "listIndexes": _command((3, 6), "indexes, at start", "cursor"),
    "dropIndexes": _command((3, 6), "indexes of ours that are no longer declared, at start", "index"),
    "explain": _command((3, 6), "index checks of the conformance run", "verbosity"),
}
ENVELOPE = frozenset(
    [
        "$db",
        "lsid",
        "txnNumber",
        "startTransaction",
        "autocommit",
        "readConcern",
        "writeConcern",
        "maxTimeMS",
        "$clusterTime",
        "$readPreference",
    ]
)
"""What any command may carry beside its own fields."""
READ_CONCERNS: dict[str, Allowed] = {
    "majority": Allowed((3, 6), "every read outside a transaction"),
    "snapshot": Allowed((4, 0), "transactions"),
}
QUERY: dict[str, Allowed] = {
    "$eq": Allowed((3, 6), "equality"),
    "$in": Allowed((3, 6), "several ids or values"),
    "$gt": Allowed((3, 6), "walks"),
    "$gte": Allowed((3, 6), "walks and bounds"),
    "$lt": Allowed((3, 6), "walks and bounds"),
    "$lte": Allowed((3, 6), "the lease that ran out"),
    "$ne": Allowed((3, 6), "an update that follows a commit, once"),
    "$exists": Allowed((3, 6), "absent and present fields"),
    "$type": Allowed((3, 6), "counters; a field that is no list"),
    "$not": Allowed((3, 6), "a field that is no list"),
    "$and": Allowed((3, 6), "conditions on one path"),
    "$or": Allowed((3, 6), "a field that is absent or of one type"),
    "$elemMatch": Allowed((3, 6), "the next element of lists"),
    "$expr": Allowed((3, 6), "the size of a document"),
}
EXPRESSIONS: dict[str, Allowed] = {
    "$lte": Allowed((3, 6), "the size of a document"),
    "$bsonSize": Allowed((4, 4), "the size of a document"),
}
VARIABLES: dict[str, Allowed] = {"$$ROOT": Allowed((3, 6), "the size of a document")}
UPDATE: dict[str, Allowed] = {
    "$set": Allowed((3, 6), "fields"),
    "$unset": Allowed((3, 6), "fields that are removed"),
    "$inc": Allowed((3, 6), "rev, counters, and what a batch requires"),
    "$min": Allowed((3, 6), "lower bounds that follow a commit"),
    "$max": Allowed((3, 6), "upper bounds that follow a commit"),
    "$push": Allowed((3, 6), "the last four batches"),
}
PUSH: dict[str, Allowed] = {
    "$each": Allowed((3, 6), "the last four batches"),
    "$slice": Allowed((3, 6), "the last four batches"),
}
INDEX: dict[str, Allowed] = {
    "key": Allowed((3, 6), "ascending fields; over a list's elements where it is one"),
    "name": Allowed((3, 6), "lb_ and the declared name"),
    "unique": Allowed((3, 6), "unique values of a company"),
    "partialFilterExpression": Allowed((3, 6), "leaves out documents that lack the last field"),
}
PARTIAL: dict[str, Allowed] = {"$exists": Allowed((3, 6), "true only")}
STAGES: dict[str, Allowed] = {}
"""Aggregation pipelines are not used at all."""
LOWEST_SERVER: Version = max(
    one.since
    for table in (COMMANDS, READ_CONCERNS, QUERY, EXPRESSIONS, VARIABLES, UPDATE, PUSH, INDEX, PARTIAL, STAGES)
    for one in table.values()
)
"""The lowest server on which everything in the tables exists."""


def violations(name: str, command: Mapping[str, Any]) -> list[str]:
    """Return what a command, as it is sent, uses beyond the tables; empty for one that may be sent."""
    known = COMMANDS.get(name)
    if known is None:
        return [f"command {name}"]
    found = [f"{name}.{field}" for field in command if field not in known.fields | ENVELOPE | {name}]
    level = command.get("readConcern", {}).get("level")
    if level is not None and level not in READ_CONCERNS:
        found.append(f"read concern {level}")
    found += _query(command.get("filter", {}))
    for update in command.get("updates", []):
        found += [f"update.{field}" for field in update if field not in ("q", "u", "upsert", "multi")]
        found += [*_query(update["q"]), *_update(update["u"])]
    for delete in command.get("deletes", []):
        found += [f"delete.{field}" for field in delete if field not in ("q", "limit")]
        found += _query(delete["q"])
    for index in command.get("indexes", []):
        found += _index(index)
    return found


def _query(filter: Mapping[str, Any]) -> Iterator[str]:
    for name, value in filter.items():
        if not name.startswith("$"):
            yield from _condition(value)
        elif name not in QUERY:
            yield f"query operator {name}"
        elif name in ("$and", "$or"):
            for one in value:
                yield from _query(one)
        elif name == "$expr":
            yield from _expression(value)
        else:
            yield f"query operator {name} without a field"


def _condition(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        return
    for name, operand in value.items():
        if not name.startswith("$"):
            yield "equality with an object"
        elif name not in QUERY or name in ("$and", "$or", "$expr"):
            yield f"query operator {name}"
        elif name in ("$not", "$elemMatch"):
            yield from _condition(operand)


def _expression(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, operand in value.items():
            if name not in EXPRESSIONS:
                yield f"expression {name}"
            yield from _expression(operand)
    elif isinstance(value, list):
        for one in value:
            yield from _expression(one)
    elif isinstance(value, str) and value.startswith("$") and value not in VARIABLES:
        yield f"variable {value}"


def _update(update: Any) -> Iterator[str]:
    if not isinstance(update, Mapping):
        yield "update pipeline"
        return
    if not any(name.startswith("$") for name in update):
        return  # a whole document
    for name, fields in update.items():
        if name not in UPDATE:
            yield f"update operator {name}"
        elif name == "$push":
            for operand in fields.values():
                yield from (f"push modifier {one}" for one in operand if one not in PUSH)


def _index(index: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"index option {option}" for option in index if option not in INDEX)
    yield from (f"index direction {direction}" for direction in index["key"].values() if direction != 1)
    for operators in index.get("partialFilterExpression", {}).values():
        if not isinstance(operators, Mapping):
            yield "partial filter by equality"
            continue
        for name, operand in operators.items():
            if name not in PARTIAL or operand is not True:
                yield f"partial filter {name}: {operand}"
