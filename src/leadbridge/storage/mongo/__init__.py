"""The engine on MongoDB. It uses a written subset of MongoDB (``allowed.py``) and nothing beside it."""

from leadbridge.storage.mongo.engine import MongoEngine

__all__ = ["MongoEngine"]
