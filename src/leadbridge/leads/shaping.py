"""What a company lays down for its records: declared custom fields, and from when on a lead is of high value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pydantic import Field, StrictBool, StrictInt

from leadbridge.kit.clock import Clock
from leadbridge.kit.document import Body
from leadbridge.kit.text import squeeze
from leadbridge.kit.values import clean_text
from leadbridge.leads.bodies import MoneyBody
from leadbridge.leads.draft import money_of
from leadbridge.leads.errors import FieldNotFound, InvalidSettings
from leadbridge.leads.fields import PLAIN
from leadbridge.leads.normalise import Invalid, shown
from leadbridge.leads.settings import (
    MAX_CHOICES,
    MAX_DECLARED,
    SETTINGS,
    DeclaredField,
    FieldType,
    RecordSettings,
    Threshold,
)
from leadbridge.leads.types import RecordType
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store

MAX_CHOICE_TEXT = 48 * 1024
"""Characters of all choices of one type together: they stand in one document."""
_STANDARD = {
    "closeDate": "date", "employees": "number", "probability": "number", "score": "number", "value": "money",
    "consent": "consent", "email": "email", "phone": "phone", "website": "url",
}  # fmt: skip


class FieldBody(Body):
    """A custom field as a caller declares it."""

    label: str | None = Field(default=None, min_length=1, max_length=100, examples=["Plan"])
    type: FieldType = Field(examples=["choice"])
    choices: tuple[str, ...] = Field(default=(), max_length=MAX_CHOICES, examples=[["gold", "silver"]])
    filter: StrictBool = Field(default=False, description="Whether lists can be narrowed by it: ?custom.plan=gold")


class ThresholdBody(Body):
    """From when on a lead is of high value; null for what does not count."""

    value: MoneyBody | None = None
    score: StrictInt | None = Field(default=None, ge=-1_000_000, le=1_000_000)


class Shapes:
    """The settings of every company's records."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, company: str, type: RecordType) -> RecordSettings:
        """Return what a company has laid down for one type; nothing, where it never did."""
        id = f"{company}:{type.name}"
        found = await self._store[SETTINGS].of(company).get(id)
        return found or RecordSettings(id=id, company_id=company, record=type.name)

    async def declare(self, company: str, type: RecordType, key: str, body: FieldBody) -> tuple[RecordSettings, bool]:
        """Declare a custom field, or change its declaration; return the settings and whether an index lacks it.

        Values that are already stored stay as they are until they are next written. Raises ``InvalidSettings``.
        """
        key = squeeze(clean_text(key))
        _check(type, key, body)

        def changed(settings: RecordSettings) -> RecordSettings:
            before = next((one for one in settings.fields if one.key == key), None)
            declared = DeclaredField(
                key=key,
                label=squeeze(clean_text(body.label or key)),
                type=body.type,
                choices=tuple(squeeze(clean_text(choice)) for choice in body.choices),
                filter=body.filter,
                created_at=before.created_at if before is not None else self._clock.now(),
            )
            others = tuple(one for one in settings.fields if one.key != key)
            if len(others) >= MAX_DECLARED:
                raise InvalidSettings(
                    f"A company declares at most {MAX_DECLARED} custom fields of a type.", hint="Delete one first."
                )
            fields = (*others, declared)
            if sum(len(choice) for one in fields for choice in one.choices) > MAX_CHOICE_TEXT:
                raise InvalidSettings("The choices of all fields are too long together.", hint="Shorten or drop some.")
            return settings.model_copy(update={"fields": tuple(sorted(fields, key=lambda one: one.key))})

        before, after = await self._change(company, type, changed)
        had = any(one.key == key and one.filter for one in before.fields)
        return after, body.filter and not had

    async def forget(self, company: str, type: RecordType, key: str) -> None:
        """Take a declaration back; values stay with their records. Raises ``FieldNotFound``."""

        def changed(settings: RecordSettings) -> RecordSettings:
            fields = tuple(one for one in settings.fields if one.key != key)
            if len(fields) == len(settings.fields):
                raise FieldNotFound(f"No custom field {shown(key)} is declared.")
            return settings.model_copy(update={"fields": fields})

        await self._change(company, type, changed)

    async def set_threshold(self, company: str, type: RecordType, body: ThresholdBody) -> RecordSettings:
        """Lay down from when on a lead is of high value; raises ``InvalidSettings``."""
        try:
            money = None if body.value is None else money_of(body.value)
        except Invalid as invalid:
            raise InvalidSettings(str(invalid), code=invalid.code, hint="Correct it, or leave it out.") from invalid
        threshold = Threshold(
            minor=None if money is None else money.minor,
            amount=None if money is None else money.amount,
            currency=None if money is None else money.currency,
            score=body.score,
        )
        kept = None if money is None and body.score is None else threshold
        _, after = await self._change(company, type, lambda settings: settings.model_copy(update={"high_value": kept}))
        return after

    async def _change(
        self, company: str, type: RecordType, change: Callable[[RecordSettings], RecordSettings]
    ) -> tuple[RecordSettings, RecordSettings]:
        async def build() -> tuple[WriteBatch | None, tuple[RecordSettings, RecordSettings]]:
            before = await self.of(company, type)
            after = change(before)
            if after == before:
                return None, (before, before)
            batch = WriteBatch()
            if before.rev:
                batch.replace(SETTINGS, after)
            else:
                batch.insert(SETTINGS, after)
            return batch, (before, after)

        return await self._store.attempt(build)


def _check(type: RecordType, key: str, body: FieldBody) -> None:
    if not key or len(key) > 64:
        raise InvalidSettings("The name of a custom field has 1 to 64 characters.", hint="Choose another name.")
    chosen = body.type in (FieldType.CHOICE, FieldType.CHOICES)
    if chosen != bool(body.choices):
        raise InvalidSettings(
            "A field of type choice or choices lists its choices, and no other field does.",
            hint='Send "choices": ["gold", "silver"], or another type.',
        )
    if any(not choice.strip() or len(choice) > 64 for choice in body.choices):
        raise InvalidSettings("A choice has 1 to 64 characters.", hint="Correct the choices.")


def standard_fields(type: RecordType) -> list[dict[str, Any]]:
    """Return the fields that every record of ``type`` may have, as the API shows them."""
    found = []
    for attribute in type.body.model_fields:
        name = type.body.model_fields[attribute].alias or attribute
        if attribute in ("allow_erased", "custom"):
            continue
        kind = "tags" if name == "tags" else "address" if name == "address" else _STANDARD.get(name, "text")
        found.append({"key": name, "label": name, "type": kind, "custom": False, "filter": name in PLAIN})
    return found


def field_view(declared: DeclaredField) -> dict[str, Any]:
    """Return a declared field as the API shows it."""
    return declared.model_dump(mode="json", by_alias=True) | {"custom": True}


def threshold_view(settings: RecordSettings) -> dict[str, Any]:
    """Return the threshold of high value as the API shows it."""
    here = settings.high_value
    if here is None:
        return {"value": None, "score": None}
    value = None if here.amount is None else {"amount": str(Decimal(here.amount)), "currency": here.currency}
    return {"value": value, "score": here.score}
