"""Batches on MongoDB: one document by a conditional write, several in a transaction that only replays the batch.

A conditional write is tried first where it is certain to mean the same as on every engine. Where it finds nothing,
the document is read, the shared functions decide on it, and what they say is written if it is still as it was read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import pymongo
import structlog
from bson.codec_options import CodecOptions, DatetimeConversion
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from leadbridge.kit.errors import LeadbridgeError
from leadbridge.kit.values import Stored
from leadbridge.storage.apply import followed
from leadbridge.storage.batch import (
    After,
    Applied,
    Conflict,
    Delete,
    Duplicate,
    Expect,
    Insert,
    Operation,
    OutcomeUnknown,
    Patch,
    Require,
    WriteResult,
)
from leadbridge.storage.kind import Kind, to_json
from leadbridge.storage.mongo import changes as told
from leadbridge.storage.mongo import statements
from leadbridge.storage.mongo.codec import Unfit, codec_of
from leadbridge.storage.mongo.plan import Change, Key, clash_within, decide, groups, remembers
from leadbridge.storage.mongo.problems import is_duplicate, unavailable, was_surely_refused

OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)
TRANSACTION_SECONDS = 20.0
ROUNDS = 50
"""Reads and decisions before a document that others keep changing is reported as a conflict."""
REMEMBERED = 1000
_MAJORITY = WriteConcern(w="majority", j=True)

log = structlog.get_logger(__name__)


class _Stale(Exception):
    """A document is no longer as it was read: read and decide again."""


class _Answered(Exception):
    """Leaves a transaction with an answer."""

    def __init__(self, result: WriteResult) -> None:
        super().__init__()
        self.result = result


class _Taken(Exception):
    """A unique value was taken while ``changes`` were written, by the one at ``at`` (None: not told)."""

    def __init__(self, changes: list[Change], at: int | None) -> None:
        super().__init__()
        self.changes = changes
        self.at = at


class Writer:
    """Applies batches to one database."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]], hosts: str) -> None:
        self._database = database
        self._hosts = hosts
        self._unsure: OrderedDict[str, None] = OrderedDict()

    async def write(self, batch: str, operations: Sequence[Operation], afters: Sequence[After]) -> WriteResult:
        """Apply a batch; what follows the commit is a second write, whose failure leaves the batch applied."""
        if operations:
            result = await self._apply(batch, operations)
            if not isinstance(result, Applied):
                return result
        touched = {(operation.kind.name, operation.id) for operation in operations}
        for after in afters:
            key = (after.kind.name, after.id)
            try:
                await self._follow(batch, after, fresh=key not in touched)
            except (PyMongoError, LeadbridgeError, ValueError, TypeError) as error:
                if not operations:
                    raise self._unknown(batch, error) if isinstance(error, PyMongoError) else error from error
                log.error("store_after_failed", kind=after.kind.name, batch=batch, reason=type(error).__name__)
            touched.add(key)
        return Applied(batch)

    async def _apply(self, batch: str, operations: Sequence[Operation]) -> WriteResult:
        for _ in range(ROUNDS):
            try:
                if len(operations) == 1:
                    return await self._one(batch, operations[0])
                return await self._several(batch, operations)
            except _Stale:
                continue
            except _Taken as taken:
                duplicate = await self._duplicate(batch, taken)
                if duplicate is not None:
                    return duplicate
            except PyMongoError as error:
                problem = self._unknown(batch, error)
                if isinstance(problem, OutcomeUnknown) and await self._landed(batch, operations):
                    return Applied(batch)
                raise problem from error
        return Conflict(operations[0].kind.name, operations[0].id)

    def _unknown(self, batch: str, error: PyMongoError) -> Exception:
        in_transaction = error.has_error_label("TransientTransactionError")
        unsure = error.has_error_label("UnknownTransactionCommitResult")
        # once unknown stays unknown: that a repetition was refused tells nothing of the first
        if batch not in self._unsure and not unsure and (in_transaction or was_surely_refused(error)):
            log.warning("store_write_failed", reason=type(error).__name__, code=getattr(error, "code", None))
            return unavailable(error, self._hosts)
        self._unsure[batch] = None
        while len(self._unsure) > REMEMBERED:
            self._unsure.popitem(last=False)
        log.warning("store_outcome_unknown", batch=batch, reason=type(error).__name__)
        return OutcomeUnknown(f"MongoDB at {self._hosts} did not tell whether a batch was applied")

    async def _landed(self, batch: str, operations: Sequence[Operation]) -> bool:
        """Look into the first document that the batch leaves behind. What cannot be read stays unknown."""
        for operation in operations:
            if not isinstance(operation, Delete | Require):
                try:
                    read = await self._read([(operation.kind, operation.id)], None)
                except PyMongoError:
                    return False
                return remembers(read.get((operation.kind.name, operation.id)), batch) > 0
        return False

    async def _one(self, batch: str, operation: Operation) -> WriteResult:
        repeated = batch in self._unsure
        if not repeated and await self._directly(batch, operation):
            return Applied(batch)
        # an insert needs no look: the id and the unique indexes tell
        look = repeated or not isinstance(operation, Insert)
        read = await self._read([(operation.kind, operation.id)], None) if look else {}
        changes = decide(batch, [operation], read, repeated=repeated)
        if not isinstance(changes, list):
            return changes
        if changes and not changes[0].required:
            await self._put(changes, None)
        return Applied(batch)

    async def _directly(self, batch: str, operation: Operation) -> bool:
        """Try the one conditional write; False where it found nothing or does not say all, and nothing was done."""
        collection = self.collection(operation.kind)
        try:
            if isinstance(operation, Patch):
                update = told.patch(operation, batch)
                return update is not None and (await collection.update_one(*update)).matched_count == 1
            if isinstance(operation, Delete) and (operation.expect is None or told.plain(operation.expect.where)):
                expect = operation.expect or Expect()
                filter = told.expected(operation.kind, operation.id, operation.company, expect)
                return (await collection.delete_one(filter)).deleted_count == 1 or operation.expect is None
        except Unfit:
            return False
        except PyMongoError as error:
            if is_duplicate(error):
                return False
            raise
        return False

    async def _several(self, batch: str, operations: Sequence[Operation]) -> WriteResult:
        wanted = [(one.kind, one.id) for one in operations if not isinstance(one, Insert) or batch in self._unsure]

        async def replay(session: AsyncClientSession) -> None:
            read = await self._read(wanted, session)
            changes = decide(batch, operations, read, repeated=batch in self._unsure)
            if not isinstance(changes, list):
                raise _Answered(changes)
            await self._put(changes, session)

        try:
            with pymongo.timeout(TRANSACTION_SECONDS):
                async with self._database.client.start_session() as session:
                    await session.with_transaction(
                        replay, read_concern=ReadConcern("snapshot"), write_concern=_MAJORITY
                    )
        except _Answered as answered:
            return answered.result
        return Applied(batch)

    async def _put(self, changes: list[Change], session: AsyncClientSession | None) -> None:
        done = 0
        for group in groups(changes):
            requests = [told.request(change, guarded=session is None) for change in group]
            try:
                result = await self.collection(group[0].kind).bulk_write(requests, ordered=True, session=session)
            except PyMongoError as error:
                if not is_duplicate(error):
                    raise
                errors = error.details.get("writeErrors", []) if isinstance(error, BulkWriteError) else []
                raise _Taken(changes, done + int(errors[0]["index"]) if errors else None) from error
            if result.inserted_count + result.matched_count + result.deleted_count != len(group):
                raise _Stale
            done += len(group)

    async def _duplicate(self, batch: str, taken: _Taken) -> WriteResult | None:
        """Return which unique value was taken by whom; None where the other is gone again."""
        candidates = range(len(taken.changes)) if taken.at is None else [taken.at]
        for at in candidates:
            change, earlier = taken.changes[at], taken.changes[:at]
            kind = change.kind
            if change.body is None:
                continue
            if change.before is None:
                there = (await self._read([(kind, change.id)], None)).get((kind.name, change.id))
                if there is not None:
                    return (
                        Applied(batch) if remembers(there, batch) else Duplicate(kind.name, "_id", change.id, change.id)
                    )
            for index in kind.indexes:
                if not index.unique:
                    continue
                existing = clash_within(index, change, earlier)
                existing = existing or await self._holder(statements.holder(kind, index, change.body), change, earlier)
                if existing is not None:
                    return Duplicate(kind.name, index.name, existing, change.id)
        return None

    async def _holder(self, find: statements.Find | None, change: Change, earlier: Sequence[Change]) -> str | None:
        if find is None:
            return None
        ours = {one.id for one in earlier if one.kind.name == change.kind.name} | {change.id}
        codec = codec_of(change.kind)
        async with self.collection(change.kind).find(find.filter, hint=find.hint, limit=2) as cursor:
            for document in await cursor.to_list():
                id = str(codec.body(document)["_id"])
                if id not in ours:
                    return id
        return None

    async def _follow(self, batch: str, after: After, *, fresh: bool) -> None:
        update = told.after(after, batch, guarded=fresh)
        if update is not None:
            try:
                if (await self.collection(after.kind).update_one(*update)).matched_count == 1:
                    return
            except PyMongoError as error:
                # a counter that does not fit is told by the decision below; a taken unique value is left as it is
                if is_duplicate(error):
                    return
                if not was_surely_refused(error) or getattr(error, "code", None) is None:
                    raise
        for _ in range(ROUNDS):
            before = (await self._read([(after.kind, after.id)], None)).get((after.kind.name, after.id))
            if fresh and remembers(before, batch):
                return
            body = followed(after, before, batch)
            if body is None:
                return
            to_json(body, after.kind.name)
            try:
                await self._put([Change(after.kind, after.id, before, body)], None)
            except _Stale:
                continue
            except _Taken:
                if before is None and await self._read([(after.kind, after.id)], None):
                    continue  # another made it meanwhile
            return
        log.error("store_after_failed", kind=after.kind.name, batch=batch, reason="contention")

    async def _read(
        self, wanted: Sequence[tuple[Kind[Any], str]], session: AsyncClientSession | None
    ) -> dict[Key, Stored]:
        kinds = {kind.name: kind for kind, _ in wanted}
        found: dict[Key, Stored] = {}
        for name, kind in kinds.items():
            find = statements.by_ids(kind, None, [id for one, id in wanted if one.name == name])
            if find is None:
                continue
            codec = codec_of(kind)
            async with self.collection(kind).find(find.filter, session=session) as cursor:
                for document in await cursor.to_list():
                    body = codec.body(document)
                    found[(name, str(body["_id"]))] = body
        return found

    def collection(self, kind: Kind[Any]) -> AsyncCollection[dict[str, Any]]:
        """Return the collection of a kind, which gives times as numbers of milliseconds."""
        return self._database.get_collection(kind.name, codec_options=OPTIONS)
