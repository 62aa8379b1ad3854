"""What days and times mean."""

from __future__ import annotations

from collections.abc import Hashable
from zoneinfo import ZoneInfo

from leadbridge.mapping import read
from leadbridge.mapping.model import Context, Field, Type, Value


class Times:
    """Days and times. Where either side has days only, they are compared as days of the zone."""

    def __init__(self, type: Type, ours: Field, theirs: Field, context: Context) -> None:
        self._day = type is Type.DATE
        self._ours, self._theirs = ours.type, theirs.type
        self._zone = ZoneInfo(context.zone)

    def key_ours(self, value: Value) -> Hashable:
        return self._key(value)

    def key_theirs(self, raw: Value) -> Hashable:
        return self._key(raw)

    def to_crm(self, value: Value) -> Value:
        return self._form(value, self._theirs)

    def to_ours(self, raw: Value) -> Value:
        return self._form(raw, self._ours)

    def _form(self, value: Value, of: Type) -> str:
        if not self._day:
            return read.iso(read.moment(value, self._zone))
        meant = read.day(value, self._zone)
        return read.iso(read.start(meant, self._zone)) if of is Type.DATETIME else meant.isoformat()

    def _key(self, value: Value) -> Hashable:
        return read.day(value, self._zone) if self._day else read.moment(value, self._zone)
