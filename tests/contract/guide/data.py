"""`guide.yaml` read into types, with every mistake in it told at once at loading."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from tests.contract.guide.checks import CHECKS, parse_path
from tests.contract.guide.shapes import validate

FILE = Path(__file__).resolve().parents[1] / "guide.yaml"
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Curl(_Strict):
    """A command line of the guide and the parts of it that stand for the reader's own address and secret."""

    command: str
    replace: dict[str, str]


class Page(_Strict):
    """What a page must show: words of its text, links by target (and their words), tabs by name."""

    texts: list[str] = []
    links: dict[str, str] = {}
    tabs: list[str] = []


class Step(_Strict):
    """One thing to do (a request, a curl line or a named act of the runner) and what must come of it."""

    request: str | None = None
    body: dict[str, Any] | None = None
    headers: dict[str, str] = {}
    auth: Literal["bearer", "none"] = "bearer"
    curl: Curl | None = None
    act: str | None = None
    args: dict[str, Any] = {}
    hub: str | None = None
    status: int | Literal["redirect"] = 200
    response: Any = None
    checks: list[dict[str, Any]] = []
    page: Page | None = None
    save: dict[str, str] = {}
    eventually: float = 0.0

    @field_validator("request")
    @classmethod
    def _request_reads(cls, value: str | None) -> str | None:
        if value is not None:
            method, _, path = value.partition(" ")
            if method not in METHODS or not path.startswith("/"):
                raise ValueError(f"{value!r} is not METHOD /path")
        return value

    @field_validator("response")
    @classmethod
    def _shape_reads(cls, value: Any) -> Any:
        if value is not None:
            validate(value, "response")
        return value

    @field_validator("checks")
    @classmethod
    def _checks_read(cls, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for check in value:
            parse_path(check["at"])
            if unknown := check.keys() - CHECKS - {"at"}:
                raise ValueError(f"unknown check {sorted(unknown)}")
            if len(check) < 2:
                raise ValueError(f"a check of {check['at']!r} that checks nothing")
        return value

    @model_validator(mode="after")
    def _one_deed(self) -> "Step":
        if sum(deed is not None for deed in (self.request, self.curl, self.act)) != 1:
            raise ValueError("a step is exactly one of request, curl and act")
        return self

    def steps(self) -> list["Step"]:
        """This step and those that follow it."""
        return [self]


class Item(Step):
    """One promise: where it stands, in our words what it is, and how it is replayed."""

    id: str
    section: str
    promise: str
    waits_for: str | None = None
    with_provider: str | None = None
    variable: str | None = None
    template: str | None = None
    needs: list[dict[str, Any]] = []
    then: list[Step] = []

    def steps(self) -> list[Step]:
        """Every step in order, the item's own first."""
        return [self, *self.then]


class Section(_Strict):
    """A heading of the guide; `no_promise` says why nothing under it can be replayed."""

    name: str
    no_promise: str | None = None


class Guide(_Strict):
    """The whole file: the indexes that must be covered, and the promises."""

    capabilities: dict[str, str]
    sections: list[Section]
    routes: list[str]
    variables: list[str]
    templates: dict[str, str]
    items: list[Item] = Field(min_length=1)


@cache
def load() -> Guide:
    """The guide's promises. Raises pydantic's ValidationError naming every item that is wrong."""
    return Guide.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
