"""Amounts as people write them. Pure; the ambiguous cases are decided here and nowhere else."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import pycountry

from leadbridge.kit.values import INT64
from leadbridge.leads.stored import Money

MINOR = Decimal(10_000)

_SYMBOLS = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "R$": "BRL", "€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "zł": "PLN", "₺": "TRY", "₪": "ILS",
    "Fr.": "CHF", "SFr.": "CHF", "Kč": "CZK", "Ft": "HUF", "₩": "KRW", "₴": "UAH",
}  # fmt: skip
_BY_LENGTH = sorted(_SYMBOLS, key=len, reverse=True)
_CODE = re.compile(r"(?i)(?<![a-z])([a-z]{3})(?![a-z])")
_FACTORS = {"k": Decimal(1000), "m": Decimal(1_000_000)}
_NUMBER = re.compile(r"(-?)(\d[\d.,]*|[.,]\d+)([kKmM]?)")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
MAX_DIGITS = 30


class NotAnAmount(ValueError):
    """A text that is no amount of money, or one that could mean two."""


@cache
def _currencies() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


def currency_code(text: str) -> str | None:
    """Return the ISO 4217 code ``text`` stands for, or None."""
    code = text.strip()
    return _SYMBOLS.get(code) or (code.upper() if code.upper() in _currencies() else None)


def parse_money(text: str, currency: str | None = None) -> Money:
    """Return the amount in ``text`` with its currency, else with ``currency``; raises ``NotAnAmount``.

    ``€1.234,56``, ``$1,234.56``, ``1 234,56 EUR``, ``CHF 1'234.50``, ``50k``. Where both separators occur the last is
    the decimal one. A single separator with exactly three digits behind it separates thousands (``1.234`` is 1234:
    money is hardly ever written with three decimals), unless the number starts with 0. ``$`` alone is the US dollar,
    ``¥`` the yen; ``kr`` names four currencies and is refused.
    """
    rest = text.strip().replace("\u2212", "-")
    found: str | None = None
    for symbol in _BY_LENGTH:
        if symbol in rest:
            found, rest = _SYMBOLS[symbol], rest.replace(symbol, "", 1)
            break
    code = _CODE.search(rest)
    if code is not None:
        if code[1].upper() not in _currencies():
            raise NotAnAmount(f"{code[1]} is not a currency code")
        found, rest = code[1].upper(), rest[: code.start()] + rest[code.end() :]
    rest = re.sub(r"[\s\u00a0\u202f'’_]", "", rest)
    match = _NUMBER.fullmatch(rest)
    if match is None or len(rest) > MAX_DIGITS:
        raise NotAnAmount("this is not an amount")
    amount = Decimal(_plain(match[2])) * _FACTORS.get(match[3].lower(), Decimal(1))
    return money(-amount if match[1] else amount, found or currency)


def money(amount: Decimal, currency: str | None) -> Money:
    """Return the stored form of ``amount``; raises ``NotAnAmount`` where it is not finite or past 64 bits."""
    if not amount.is_finite():
        raise NotAnAmount("an amount must be finite")
    if abs(amount) >= Decimal(INT64) / MINOR - 1:
        raise NotAnAmount("the amount is too large")
    minor = int((amount * MINOR).to_integral_value(rounding=ROUND_HALF_EVEN))
    return Money(amount=f"{amount:f}", currency=currency, minor=minor)


def _plain(digits: str) -> str:
    """Return ``digits`` with a point as its only separator; raises ``NotAnAmount``."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
        whole, _, fraction = digits.rpartition(decimal)
        if decimal in whole or _GROUPED.fullmatch(whole) is None or not fraction:
            raise NotAnAmount("its separators do not fit together")
        return whole.replace(",", "").replace(".", "") + "." + fraction
    if not points and not commas:
        return digits
    if _GROUPED.fullmatch(digits) is not None and not digits.startswith("0"):
        return digits.replace(",", "").replace(".", "")
    if points + commas > 1:
        raise NotAnAmount("its separators do not fit together")
    plain = digits.replace(",", ".")
    return plain + "0" if plain.endswith(".") else plain
