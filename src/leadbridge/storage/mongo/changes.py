"""Changes as MongoDB is told them: conditional writes whose outcome is certain, and writes of what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from leadbridge.kit.values import Value
from leadbridge.storage.apply import REMEMBERED_BATCHES
from leadbridge.storage.batch import After, Expect, Patch
from leadbridge.storage.kind import Kind, to_json
from leadbridge.storage.mongo.codec import TOUCHED, Unfit, codec_of
from leadbridge.storage.mongo.plan import Change
from leadbridge.storage.mongo.schema import Bracket
from leadbridge.storage.mongo.statements import ABSENT, Filter
from leadbridge.storage.query import Unset

SURE_BYTES = 32 * 1024
"""A document of at most this BSON size stays below the limit, however JSON spells it, when a small patch is added."""
SMALL_PATCH = 16 * 1024


def plain(expect: Mapping[str, Value | Unset]) -> bool:
    """Tell whether equalities can be asked of MongoDB exactly: top-level fields that are compared with scalars."""
    return all("." not in path and not isinstance(value, list | dict) for path, value in expect.items())


def expected(kind: Kind[Any], id: str, company: str | None, expect: Expect) -> Filter:
    """Return the filter of a document as it is expected; raises ``Unfit`` where it can never be so."""
    codec = codec_of(kind)
    result: Filter = {"_id": codec.asked("_id", id)}
    if company is not None:
        result["companyId"] = codec.asked("companyId", company)
    conditions: list[Filter] = []
    if expect.rev is not None:
        conditions.append({"rev": expect.rev})
    for path, value in expect.where.items():
        if isinstance(value, Unset):
            conditions.append({path: ABSENT})
        else:
            # equality of MongoDB also holds of a list with such an element
            conditions.append({path: {"$eq": codec.asked(path, value), "$not": {"$type": "array"}}})
    if conditions:
        result["$and"] = conditions
    return result


def _small(filter: Filter) -> Filter:
    return filter | {"$expr": {"$lte": [{"$bsonSize": "$$ROOT"}, SURE_BYTES]}}


def _stamp(batch: str) -> dict[str, Any]:
    return {"_b": {"$each": [batch], "$slice": -REMEMBERED_BATCHES}}


def patch(operation: Patch, batch: str) -> tuple[Filter, dict[str, Any]] | None:
    """Return the conditional update of a patch, None where it has to be decided on the document itself.

    It finds its document only where the outcome is certain: also that it stays below the size limit.
    """
    if not plain(operation.expect.where) or len(to_json(operation.values, operation.kind.name)) > SMALL_PATCH:
        return None
    try:
        filter = expected(operation.kind, operation.id, operation.company, operation.expect)
    except Unfit:
        return None
    codec = codec_of(operation.kind)
    update: dict[str, Any] = {"$inc": {"rev": 1}, "$push": _stamp(batch)}
    if operation.values:
        update["$set"] = {name: codec.field(name, value) for name, value in operation.values.items()}
    if operation.unset:
        update["$unset"] = dict.fromkeys(operation.unset, "")
    return _small(filter), update


def after(operation: After, batch: str, *, guarded: bool) -> tuple[Filter, dict[str, Any]] | None:
    """Return the update that follows a commit, None where it has to be decided on the document itself.

    ``guarded``: not where the document remembers the batch, which then was followed already.
    """
    named = [*operation.values, *operation.add, *operation.least, *operation.most]
    if not plain(operation.where) or len(set(named)) != len(named):
        return None
    if len(to_json(dict(operation.values), operation.kind.name)) > SMALL_PATCH:
        return None
    codec = codec_of(operation.kind)
    try:
        filter = expected(operation.kind, operation.id, operation.company, Expect(None, operation.where))
    except Unfit:
        return None
    conditions = filter.setdefault("$and", [])
    conditions += [_absent_or(name, ["int", "long"]) for name in operation.add]
    for name, bound in (*operation.least.items(), *operation.most.items()):
        if isinstance(bound, list | dict | bool):
            return None
        alike = "date" if codec.brackets(name) == (Bracket.TIME,) else "string"
        conditions.append(_absent_or(name, [alike] if isinstance(bound, str) else ["int", "long", "double"]))
    if guarded:
        conditions.append({"_b": {"$ne": batch}})
    if not conditions:
        del filter["$and"]
    update: dict[str, Any] = {"$inc": {**operation.add, "rev": 1}, "$push": _stamp(batch)}
    for operator, values in (("$set", operation.values), ("$min", operation.least), ("$max", operation.most)):
        if values:
            update[operator] = {name: codec.field(name, value) for name, value in values.items()}
    return _small(filter), update


def _absent_or(path: str, types: list[str]) -> Filter:
    return {"$or": [{path: ABSENT}, {path: {"$type": types}}]}


def request(change: Change, *, guarded: bool) -> Any:
    """Return the write of one change, on the document as it was read where nothing else guards it."""
    codec = codec_of(change.kind)
    if change.before is None and change.body is not None:
        return InsertOne(codec.document(change.body))
    before: Mapping[str, Any] = change.before or {}
    filter: dict[str, Any] = {"_id": codec.asked("_id", change.id)}
    if "companyId" in before:
        filter["companyId"] = codec.field("companyId", before["companyId"])
    if guarded:
        filter["_b"] = before.get("_b", {"$exists": False})
    if change.body is None:
        return DeleteOne(filter)
    if change.required:
        return UpdateOne(filter, {"$inc": {TOUCHED: 1}})
    return ReplaceOne(filter, codec.document(change.body))
