"""SOQL's relative dates: TODAY, LAST_WEEK, LAST_N_DAYS:7 and so on. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def span(name: str, now: datetime) -> tuple[date, date] | None:
    """Return the first day and the day after the last one of a relative date; None for an unknown one.

    `now` is the present in the org's time zone. Weeks begin on Sunday, as in the United States.
    """
    today = now.date()
    word, _, count = name.partition(":")
    days = int(count) if count else 0
    tomorrow = today + timedelta(1)
    week = today - timedelta((today.weekday() + 1) % 7)
    fixed = {
        "YESTERDAY": (today - timedelta(1), today),
        "TODAY": (today, tomorrow),
        "TOMORROW": (tomorrow, tomorrow + timedelta(1)),
        "LAST_WEEK": (week - timedelta(7), week),
        "THIS_WEEK": (week, week + timedelta(7)),
        "NEXT_WEEK": (week + timedelta(7), week + timedelta(14)),
        "LAST_MONTH": (_month(today, -1), _month(today, 0)),
        "THIS_MONTH": (_month(today, 0), _month(today, 1)),
        "NEXT_MONTH": (_month(today, 1), _month(today, 2)),
        "LAST_YEAR": (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
        "THIS_YEAR": (date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        "NEXT_YEAR": (date(today.year + 1, 1, 1), date(today.year + 2, 1, 1)),
        "LAST_90_DAYS": (today - timedelta(90), tomorrow),
        "NEXT_90_DAYS": (tomorrow, tomorrow + timedelta(90)),
    }
    counted = {
        "LAST_N_DAYS": (today - timedelta(days), tomorrow),
        "NEXT_N_DAYS": (tomorrow, tomorrow + timedelta(days)),
        "N_DAYS_AGO": (today - timedelta(days), today - timedelta(days - 1)),
        "LAST_N_WEEKS": (week - timedelta(7 * days), week),
        "LAST_N_MONTHS": (_month(today, -days), _month(today, 0)),
        "LAST_N_YEARS": (date(today.year - days, 1, 1), date(today.year, 1, 1)),
    }
    return counted.get(word) if count else fixed.get(word)


def _month(today: date, by: int) -> date:
    months = today.year * 12 + today.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)


def midnight_ms(day: date, zone: str) -> int:
    """Return when a day begins in a time zone, in milliseconds since 1970-01-01 UTC."""
    return round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)
