"""Saved views: a list's filters, sort and columns under a name, one's own or shared with the company."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictFloat, StrictInt, field_validator

from leadbridge.kit.clock import Clock
from leadbridge.kit.document import Body
from leadbridge.kit.ids import IdSource
from leadbridge.kit.text import squeeze
from leadbridge.kit.values import clean_text
from leadbridge.leads.errors import InvalidSettings, ViewNotFound
from leadbridge.leads.listing import NEWEST
from leadbridge.leads.settings import MAX_VIEWS, VIEWS, SavedView
from leadbridge.leads.types import RecordType
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import AnyOf, Eq
from leadbridge.storage.store import Store

Text = Annotated[str, Field(min_length=1, max_length=200)]
Parameter = Annotated[str, Field(max_length=1000)] | StrictBool | StrictInt | StrictFloat
"""A value of a query parameter: as text, or as JSON has it."""
MAX_PARAMETERS = 100
MAX_VALUES = 50
"""Values of one parameter: a list may ask for as many tags as a record can have."""


class ViewBody(Body):
    """A view as a caller saves it; in a change only what is named changes."""

    name: Text | None = Field(default=None, examples=["Hot leads in Spain"])
    filters: (
        Annotated[
            dict[Text, Parameter | Annotated[list[Parameter], Field(max_length=MAX_VALUES)] | None],
            Field(max_length=MAX_PARAMETERS),
        ]
        | None
    ) = Field(
        default=None,
        description="Any query parameters that the list takes to be narrowed by, as they would stand in its address. "
        "Blank ones are left out, as the list does.",
        examples=[{"status": ["new", "open"], "country": "ES", "minScore": 50}],
    )
    sort: Text | None = Field(default=None, examples=["-createdAt"])
    columns: Annotated[tuple[Text, ...], Field(max_length=60)] | None = Field(
        default=None, examples=[["name", "email", "status"]]
    )
    shared: StrictBool | None = Field(default=None, description="Whether everybody in the company sees it.")

    @field_validator("filters", mode="after")
    @classmethod
    def _as_in_an_address(cls, filters: dict[str, Any] | None) -> dict[str, Any] | None:
        if filters is None:
            return None
        texts: dict[str, Any] = {}
        for name, value in filters.items():
            kept = [_text(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")]
            if kept:
                texts[name] = kept if isinstance(value, list) else kept[0]
        return texts


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class SavedViews:
    """The views of every company."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def all(self, company: str, user: str, type: RecordType) -> list[SavedView]:
        """Return the user's own views and those that others share, oldest first."""
        seen = AnyOf((Eq("ownerId", user), Eq("shared", True)))
        found = (
            await self._store[VIEWS]
            .of(company)
            .find(eq={"record": type.name}, order=("createdAt",), residual=seen, limit=MAX_VIEWS)
        )
        return found.items

    async def get(self, company: str, user: str, type: RecordType, id: str) -> SavedView:
        """Return a view that the user may see; raises ``ViewNotFound``."""
        view = await self._store[VIEWS].of(company).get(id)
        if view is None or view.record != type.name or not (view.shared or view.owner_id == user):
            raise ViewNotFound("There is no saved view with this id.")
        return view

    async def save(self, company: str, user: str, type: RecordType, body: ViewBody) -> SavedView:
        """Store a new view; raises ``InvalidSettings``."""
        if body.name is None:
            raise InvalidSettings("A saved view needs a name.", hint="Send 'name'.")
        held = (
            await self._store[VIEWS].of(company).find(eq={"record": type.name}, order=("createdAt",), limit=MAX_VIEWS)
        )
        if len(held.items) >= MAX_VIEWS:
            raise InvalidSettings(f"A company has at most {MAX_VIEWS} views of a list.", hint="Delete one first.")
        now = self._clock.now()
        view = SavedView(
            id=self._ids(),
            company_id=company,
            record=type.name,
            name=squeeze(clean_text(body.name)),
            owner_id=user,
            shared=body.shared or False,
            filters=dict(body.filters or {}),
            sort=body.sort or NEWEST,
            columns=body.columns or (),
            created_at=now,
            updated_at=now,
        )
        await self._store.write(WriteBatch().insert(VIEWS, view))
        return view

    async def change(self, company: str, user: str, type: RecordType, id: str, body: ViewBody) -> SavedView:
        """Change one's own view; raises ``ViewNotFound``."""

        async def build() -> tuple[WriteBatch, SavedView]:
            before = await self._own(company, user, type, id)
            given: dict[str, Any] = {name: value for name, value in body.model_dump().items() if value is not None}
            after = before.model_copy(update=given | {"updated_at": self._clock.now()})
            return WriteBatch().replace(VIEWS, after), after

        return await self._store.attempt(build)

    async def delete(self, company: str, user: str, type: RecordType, id: str) -> None:
        """Delete one's own view; raises ``ViewNotFound``."""
        view = await self._own(company, user, type, id)
        await self._store.write(WriteBatch().delete(VIEWS, company, view.id))

    async def _own(self, company: str, user: str, type: RecordType, id: str) -> SavedView:
        view = await self.get(company, user, type, id)
        if view.owner_id != user:
            raise ViewNotFound("Only who saved a view changes it.", hint="Save one of your own with the same filters.")
        return view


def view_view(view: SavedView) -> dict[str, Any]:
    """Return a view as the API shows it."""
    return view.model_dump(mode="json", by_alias=True, exclude={"company_id", "rev", "v", "subjects"})
