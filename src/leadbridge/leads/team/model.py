"""Documents and bodies of the sales team."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from leadbridge.kit.document import Blankable, Body, Id, Record, Shape, Time
from leadbridge.storage.kind import Index, Kind

MAX_TEAM = 1000


class Day(StrEnum):
    """Days of the week, Monday first as in ISO 8601."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Hours(Shape):
    """Working time on one day of the week, in the rep's zone: ``09:00`` to ``17:30``; ``24:00`` is the day's end."""

    day: Day
    start: str
    end: str


class Territory(Shape):
    """Which leads are meant: in each of the four that is not empty one must fit. Countries are ISO alpha-2."""

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    postal_prefixes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Absence(Shape):
    """Days away, both included, in the rep's zone."""

    first: str
    last: str
    reason: str | None = None


class SalesRep(Record):
    """Somebody who takes leads."""

    name: str
    email: str | None = None
    user_id: Id | None = None
    active: bool = True
    zone: str
    hours: tuple[Hours, ...] = ()
    """Empty: at any time."""
    capacity: int | None = None
    """Live leads at once; None: any number."""
    weight: int = 1
    """The share of leads, against the others' weights."""
    territories: tuple[Territory, ...] = ()
    """Empty: everywhere."""
    absences: tuple[Absence, ...] = ()
    created_at: Time
    updated_at: Time


REPS: Kind[SalesRep] = Kind("sales_reps", SalesRep, (Index("created", ("companyId", "createdAt")),))
KINDS: tuple[Kind[Any], ...] = (REPS,)

Name = Annotated[str, Field(min_length=1, max_length=200)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", examples=["09:00"])]
Texts = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=300)]


class HoursBody(Body):
    day: Day
    start: Clock
    end: Clock


class TerritoryBody(Body):
    """Countries may be names or codes."""

    countries: Texts = ()
    regions: Texts = ()
    postal_prefixes: Texts = ()
    tags: Texts = ()


class AbsenceBody(Body):
    first: date = Field(examples=["2026-08-03"])
    last: date = Field(examples=["2026-08-21"])
    reason: Annotated[str, Field(max_length=200)] | None = None


class RepBody(Body):
    """A member of the sales team as a caller sends it; in a change only what is named changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Ana Ruiz",
                    "email": "ana.ruiz@example.com",
                    "zone": "Europe/Madrid",
                    "hours": [{"day": "mon", "start": "09:00", "end": "17:30"}],
                    "capacity": 40,
                    "territories": [{"countries": ["ES", "PT"]}],
                    "absences": [{"first": "2026-08-03", "last": "2026-08-21", "reason": "holiday"}],
                }
            ]
        }
    )

    name: Name | None = None
    email: Annotated[Annotated[str, Field(max_length=320)] | None, Blankable] = None
    user_id: Annotated[Id | None, Blankable] = None
    active: StrictBool = True
    zone: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="IANA time zone; the company's, where none is given."
    )
    hours: Annotated[tuple[HoursBody, ...], Field(max_length=50)] = ()
    capacity: Annotated[StrictInt, Field(ge=0, le=1_000_000)] | None = None
    weight: Annotated[StrictInt, Field(ge=1, le=100)] = 1
    territories: Annotated[tuple[TerritoryBody, ...], Field(max_length=50)] = ()
    absences: Annotated[tuple[AbsenceBody, ...], Field(max_length=100)] = ()


def rep_view(rep: SalesRep) -> dict[str, Any]:
    """Return a member of the team as the API shows it."""
    return rep.model_dump(mode="json", by_alias=True, exclude={"company_id", "rev", "v", "subjects"}, exclude_none=True)
