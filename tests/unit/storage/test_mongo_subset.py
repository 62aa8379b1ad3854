"""The written subset of MongoDB: what it lets pass, what it does not, and its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadbridge.storage.mongo.allowed import violations
from leadbridge.storage.mongo.subset import page

PAGE = Path(__file__).parents[3] / "docs" / "operations" / "mongo-subset.md"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: python -m leadbridge.storage.mongo.subset > docs/operations/..."
    )


@pytest.mark.parametrize(
    ("name", "command", "found"),
    [
        ("aggregate", {"pipeline": []}, "command aggregate"),
        ("find", {"filter": {}, "collation": {}}, "find.collation"),
        ("find", {"filter": {"a": {"$regex": "x"}}}, "query operator $regex"),
        ("find", {"filter": {"$and": [{"a": {"$not": {"$nin": []}}}]}}, "query operator $nin"),
        ("find", {"filter": {"$where": "1"}}, "query operator $where"),
        ("find", {"filter": {"$expr": {"$gt": ["$a", 1]}}}, "expression $gt"),
        ("find", {"filter": {"a": {"b": 1}}}, "equality with an object"),
        ("find", {"filter": {}, "readConcern": {"level": "local"}}, "read concern local"),
        ("update", {"updates": [{"q": {}, "u": {"$rename": {"a": "b"}}}]}, "update operator $rename"),
        ("update", {"updates": [{"q": {}, "u": [{"$set": {}}]}]}, "update pipeline"),
        ("update", {"updates": [{"q": {}, "u": {"$push": {"a": {"$sort": 1}}}}]}, "push modifier $sort"),
        ("update", {"updates": [{"q": {}, "u": {}, "arrayFilters": []}]}, "update.arrayFilters"),
        ("delete", {"deletes": [{"q": {"a": {"$mod": [2, 0]}}, "limit": 1}]}, "query operator $mod"),
        ("createIndexes", {"indexes": [{"key": {"a": -1}}]}, "index direction -1"),
        ("createIndexes", {"indexes": [{"key": {"a": 1}, "sparse": True}]}, "index option sparse"),
        (
            "createIndexes",
            {"indexes": [{"key": {"a": 1}, "partialFilterExpression": {"a": {"$ne": None}}}]},
            "partial filter $ne: None",
        ),
        (
            "createIndexes",
            {"indexes": [{"key": {"a": 1}, "partialFilterExpression": {"a": {"$exists": False}}}]},
            "partial filter $exists: False",
        ),
    ],
)
def test_what_is_not_in_the_tables_is_found(name: str, command: dict[str, Any], found: str) -> None:
    assert found in violations(name, {name: "c", **command})
