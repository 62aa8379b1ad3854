"""Who can take a lead: pure functions of a member of the team, a lead's fields and the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadbridge.kit.text import fold
from leadbridge.leads.fields import FieldValue
from leadbridge.leads.team.model import Day, Hours, SalesRep, Territory

_DAYS = tuple(Day)


def away(rep: SalesRep, at: datetime) -> bool:
    """Tell whether the rep is away on the day that ``at`` is where they are."""
    today = at.astimezone(ZoneInfo(rep.zone)).date().isoformat()
    return any(absence.first <= today <= absence.last for absence in rep.absences)


def working(rep: SalesRep, at: datetime) -> bool:
    """Tell whether ``at`` is working time of the rep. Time that ends before it begins goes on after midnight."""
    if not rep.active or away(rep, at):
        return False
    if not rep.hours:
        return True
    here = at.astimezone(ZoneInfo(rep.zone))
    today, minute = _DAYS[here.weekday()], f"{here:%H:%M}"
    yesterday = _DAYS[(here - timedelta(days=1)).weekday()]
    return any(_within(hours, today, yesterday, minute) for hours in rep.hours)


def covers(rep: SalesRep, lead: Mapping[str, FieldValue]) -> bool:
    """Tell whether a lead lies in one of the rep's territories; without any, every lead does."""
    return not rep.territories or any(_lies_in(territory, lead) for territory in rep.territories)


def can_take(rep: SalesRep, lead: Mapping[str, FieldValue], at: datetime, held: int) -> bool:
    """Tell whether the rep takes one more lead now; ``held`` is how many live ones they have."""
    room = rep.capacity is None or held < rep.capacity
    return room and working(rep, at) and covers(rep, lead)


def _within(hours: Hours, today: Day, yesterday: Day, minute: str) -> bool:
    if hours.start < hours.end:
        return hours.day is today and hours.start <= minute < hours.end
    return (hours.day is today and minute >= hours.start) or (hours.day is yesterday and minute < hours.end)


def _lies_in(territory: Territory, lead: Mapping[str, FieldValue]) -> bool:
    country, region = lead.get("address.country"), lead.get("address.region")
    postal, tags = lead.get("address.postalCode"), lead.get("tags", ())
    if territory.countries and country not in territory.countries:
        return False
    if territory.regions and fold(str(region or "")) not in {fold(one) for one in territory.regions}:
        return False
    if territory.postal_prefixes and not _squeezed(postal).startswith(
        tuple(_squeezed(one) for one in territory.postal_prefixes)
    ):
        return False
    held = {fold(tag) for tag in tags} if isinstance(tags, tuple) else set()
    return not territory.tags or not held.isdisjoint(fold(tag) for tag in territory.tags)


def _squeezed(text: object) -> str:
    return fold(str(text or "")).replace(" ", "").replace("-", "")
