"""A company's own rules for one type of record, as decisions need them: types of custom fields, thresholds. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from leadbridge.kit.text import fold
from leadbridge.kit.values import clean_text
from leadbridge.leads import normalise
from leadbridge.leads.fields import FieldValue
from leadbridge.leads.normalise import Invalid, shown
from leadbridge.leads.settings import DeclaredField, FieldType, RecordSettings, Threshold
from leadbridge.leads.stored import Money


@dataclass(frozen=True)
class Rules:
    """What a company has laid down for one type of record."""

    fields: Mapping[str, DeclaredField] = field(default_factory=dict)
    high_value: Threshold | None = None

    @property
    def filters(self) -> tuple[str, ...]:
        """The keys of custom fields that lists are narrowed by."""
        return tuple(key for key, declared in self.fields.items() if declared.filter)


NO_RULES = Rules()


def rules_from(settings: RecordSettings | None) -> Rules:
    """Return the rules in a company's settings; without settings there are none."""
    if settings is None:
        return NO_RULES
    return Rules({declared.key: declared for declared in settings.fields}, settings.high_value)


def custom_value(declared: DeclaredField, value: FieldValue) -> FieldValue:
    """Return ``value`` as a declared field holds it; raises ``Invalid`` where it does not fit the type."""
    match declared.type:
        case FieldType.NUMBER:
            return _number(declared, value)
        case FieldType.BOOLEAN:
            return _boolean(declared, value)
        case FieldType.CHOICES:
            given = value if isinstance(value, tuple) else (value,)
            return tuple(dict.fromkeys(_choice(declared, one) for one in given))
        case _:
            if not isinstance(value, str):
                raise _wrong(declared, "a text", value)
    match declared.type:
        case FieldType.DATE:
            try:
                return date.fromisoformat(value.strip()).isoformat()
            except ValueError as error:
                raise _wrong(declared, "a day such as 2026-03-31", value) from error
        case FieldType.CHOICE:
            return _choice(declared, value)
        case FieldType.URL:
            return normalise.website(clean_text(value))
        case FieldType.EMAIL:
            return normalise.email(clean_text(value))
        case _:
            return clean_text(value)


def passes(threshold: Threshold | None, value: object, score: object) -> bool:
    """Tell whether a lead's value or score is at or above the threshold. Amounts in other currencies never are."""
    if threshold is None:
        return False
    if threshold.score is not None and isinstance(score, int) and score >= threshold.score:
        return True
    if threshold.minor is None or not isinstance(value, Money) or value.minor < threshold.minor:
        return False
    return None in (threshold.currency, value.currency) or threshold.currency == value.currency


def _number(declared: DeclaredField, value: FieldValue) -> FieldValue:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(declared, "a number", value)
    if not isinstance(value, str):
        return value
    try:
        number = float(value.strip())
    except ValueError as error:
        raise _wrong(declared, "a number", value) from error
    if not math.isfinite(number) or abs(number) >= 2**63:
        raise _wrong(declared, "a number", value)
    return int(number) if number.is_integer() else number


def _boolean(declared: DeclaredField, value: FieldValue) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return normalise.consent(value)
        except Invalid as error:
            raise _wrong(declared, "true or false", value) from error
    raise _wrong(declared, "true or false", value)


def _choice(declared: DeclaredField, value: object) -> str:
    for choice in declared.choices:
        if isinstance(value, str) and fold(choice) == fold(value):
            return choice
    raise _wrong(declared, f"one of {', '.join(declared.choices[:10])}", value)


def _wrong(declared: DeclaredField, wanted: str, value: object) -> Invalid:
    return Invalid(
        "invalid_custom_field", f"The custom field {shown(declared.key)} holds {wanted}, not {shown(str(value))}."
    )
