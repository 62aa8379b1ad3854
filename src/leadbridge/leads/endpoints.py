"""The HTTP endpoints of one type of record: the same for leads, contacts, accounts and deals."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field, create_model
from starlette.responses import Response, StreamingResponse

from leadbridge.kit.document import Body
from leadbridge.leads.asking import Asked, ListQuery, asked
from leadbridge.leads.bodies import RecordBody
from leadbridge.leads.bulk import MAX_ITEMS, BulkUpsert, MatchBy
from leadbridge.leads.change import Author
from leadbridge.leads.export import MEDIA, Form, columns, lines
from leadbridge.leads.history import event_view
from leadbridge.leads.merges import MergeService
from leadbridge.leads.merging import Merge
from leadbridge.leads.service import RecordService
from leadbridge.leads.types import RecordType, record_view
from leadbridge.leads.views import SavedViews
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import answer, ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs

Reader = Annotated[Caller, needs(Right.LEADS_READ)]
Writer = Annotated[Caller, needs(Right.LEADS_WRITE)]
ListDep = Annotated[ListQuery, Depends()]
Endpoint = Callable[..., Any]


class MergeBody(Body):
    """Which record is to become part of the one in the path."""

    other_id: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="Id or external id of the record that ends; from then on its ids lead to the other.",
        examples=["674085f0c2a1b94d3e5f6073"],
    )
    take: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=50)] = Field(
        default=(), description="Fields whose values win from it.", examples=[["phone", "address"]]
    )


class UnmergeBody(Body):
    """Which record is to be taken out of the one in the path."""

    other_id: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="The `_id` of the record that ended with the merge.", examples=["674085f0c2a1b94d3e5f6073"]
    )


class BulkBody(Body):
    """Records to create or change; ``match`` says by what one that is there is recognised beside its external id."""

    match: MatchBy = MatchBy.EXTERNAL_ID
    items: tuple[RecordBody, ...]


def author_of(caller: Caller) -> Author:
    """Return whose change a request makes."""
    return Author(caller.origin, f"user:{caller.user_id}", caller.hop)


def example(data: Any, *, status: int = 200, listed: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return an answer's example for the API document."""
    body: dict[str, Any] = {"success": True, "data": [data] if listed else data}
    if listed:
        body["nextCursor"] = None
    return {status: {"description": "Done.", "content": {"application/json": {"example": body}}}}


def bulk_body(type: RecordType) -> Any:
    """Return the body of a bulk request, whose items are the type's own."""
    items: Any = (Annotated[tuple[type.body, ...], Field(min_length=1, max_length=MAX_ITEMS)], ...)  # type: ignore[name-defined]
    return create_model(f"Bulk{type.name.capitalize()}Body", __base__=BulkBody, items=items)


def typed(endpoint: Endpoint, **bodies: Any) -> Endpoint:
    """Return ``endpoint`` with its bodies' types as they are for one type of record."""
    endpoint.__annotations__.update(bodies)
    return endpoint


class Records:
    """The endpoints of one type, as methods to be added to a router."""

    def __init__(self, type: RecordType) -> None:
        self.type = type

    def service(self, request: Request) -> RecordService:
        """Return the hub's service for this type."""
        services: Mapping[str, RecordService] = request.app.state.hub.records
        return services[self.type.name]

    def merges(self, request: Request) -> MergeService:
        """Return what merges records."""
        service: MergeService = request.app.state.hub.merges
        return service

    async def asked(self, request: Request, caller: Caller, view_id: str | None) -> Asked:
        """Return what the request's list is asked for, a saved view's part included."""
        views: SavedViews = request.app.state.hub.views
        view = await views.get(caller.company_id, caller.user_id, self.type, view_id) if view_id else None
        return asked(self.type, request.query_params, view)

    def add_to(self, router: APIRouter) -> None:
        """Add every endpoint that one record or the whole list has."""
        self._lists(router)
        self._one(router)

    def _lists(self, router: APIRouter) -> None:
        type, plural, one = self.type, self.type.plural, dict(self.type.example)

        @router.get("", summary=f"List {plural}", responses=example(one, listed=True))
        async def listed(request: Request, caller: Reader, paging: PageDep, query: ListDep) -> Response:
            """Return a page of the list. Other parameters: stage, industry, accountId, contactId, minValue, minScore
            where the type has them, and `custom.<key>` for declared fields that lists can be narrowed by."""
            wanted = await self.asked(request, caller, query.view)
            found = await self.service(request).page(
                caller.company_id, wanted.filters, wanted.sort, limit=paging.limit, after=paging.after
            )
            return page([record_view(record) for record in found.items], found.next)

        @router.get("/count", summary=f"Count {plural}", responses=example({"count": 10000, "capped": True}))
        async def counted(request: Request, caller: Reader, query: ListDep) -> Response:
            """Return how many the list holds. `capped`: at least so many; nothing is counted past 10,000."""
            wanted = await self.asked(request, caller, query.view)
            found = await self.service(request).count(caller.company_id, wanted.filters)
            return ok({"count": found.count, "capped": found.capped})

        @router.get(
            "/export",
            summary=f"Export {plural} as a file",
            responses={
                200: {
                    "content": {
                        "text/csv": {"schema": {"type": "string"}},
                        "application/json": {"schema": {"type": "object"}},
                    }
                }
            },
        )
        async def exported(request: Request, caller: Reader, query: ListDep, format: Form = Form.JSON) -> Response:
            """Stream the whole list. `csv` disarms what a spreadsheet would calculate; `csv_raw` and `json` are raw."""
            wanted, records = await self.asked(request, caller, query.view), self.service(request)
            await records.check(caller.company_id, wanted.filters, wanted.sort)
            names = columns(type, sorted((await records.rules(caller.company_id)).fields))
            ending = "json" if format is Form.JSON else "csv"
            return StreamingResponse(
                lines(records.each(caller.company_id, wanted.filters, wanted.sort), format, names),
                media_type=MEDIA[format],
                headers={"content-disposition": f'attachment; filename="{plural}.{ending}"'},
            )

        async def create(request: Request, body: RecordBody, caller: Writer) -> Response:
            return ok(record_view(await self.service(request).create(caller.company_id, author_of(caller), body)), 201)

        router.add_api_route(
            "",
            typed(create, body=type.body),
            methods=["POST"],
            status_code=201,
            summary=f"Create one of the {plural}",
            responses=example(one, status=201),
            name=f"create_{type.name}",
        )

        async def bulk(request: Request, body: BulkBody, caller: Writer) -> Response:
            """Create or change up to 500 records; each has a result, in the order sent."""
            hub = request.app.state.hub
            results = await BulkUpsert(hub.store, self.service(request)).run(
                caller.company_id, author_of(caller), body.items, body.match
            )
            counts = dict.fromkeys(("created", "updated", "unchanged", "failed"), 0)
            for result in results:
                counts[result.outcome.value] += 1
            return answer({"success": True, "data": [result.view() for result in results], "counts": counts})

        router.add_api_route(
            "/bulk",
            typed(bulk, body=bulk_body(type)),
            methods=["POST"],
            summary=f"Create or change many {plural}",
            responses=example({"index": 0, "status": "created", "_id": one["_id"]}, listed=True),
            name=f"bulk_{type.name}",
        )

    def _one(self, router: APIRouter) -> None:
        type, one = self.type, dict(self.type.example)

        @router.get("/{id}", summary=f"Read one {type.name} by its id or external id", responses=example(one))
        async def read(request: Request, id: str, caller: Reader) -> Response:
            return ok(record_view(await self.service(request).get(caller.company_id, id)))

        async def update(request: Request, id: str, body: RecordBody, caller: Writer) -> Response:
            return ok(record_view(await self.service(request).update(caller.company_id, author_of(caller), id, body)))

        router.add_api_route(
            "/{id}",
            typed(update, body=type.body),
            methods=["PATCH"],
            summary='Change fields; null or "" unsets one',
            responses=example(one),
            name=f"update_{type.name}",
        )

        @router.delete("/{id}", summary=f"Delete one {type.name}; it can be restored", responses=example(one))
        async def delete(request: Request, id: str, caller: Writer) -> Response:
            return ok(record_view(await self.service(request).delete(caller.company_id, author_of(caller), id)))

        @router.post("/{id}/restore", summary="Bring a deleted record back, by its _id", responses=example(one))
        async def restore(request: Request, id: str, caller: Writer) -> Response:
            return ok(record_view(await self.service(request).restore(caller.company_id, author_of(caller), id)))

        @router.post("/{id}/merge", summary="Make another record part of this one", responses=example(one))
        async def merge(request: Request, id: str, body: MergeBody, caller: Writer) -> Response:
            """Fill this record's blanks from the other, which ends. Its id and external id lead here from then on."""
            asked, records = Merge(body.other_id, body.take), self.service(request)
            merges, author = self.merges(request), author_of(caller)
            record = await merges.merge(records, caller.company_id, author, id, asked)
            request.app.state.hub.worker.nudge()
            return ok(record_view(record))

        @router.post("/{id}/unmerge", summary="Take a record out of this one again", responses=example([one, one]))
        async def unmerge(request: Request, id: str, body: UnmergeBody, caller: Writer) -> Response:
            """Return this record and the one that lives again.

            That one has the fields it ended with. Fields of this one that still hold what the merge gave them are put
            back, and what referred to the other refers to it again, unless either was changed since.
            """
            records, author = self.service(request), author_of(caller)
            both = await self.merges(request).unmerge(records, caller.company_id, author, id, body.other_id)
            request.app.state.hub.worker.nudge()
            return ok([record_view(record) for record in both])

        @router.get("/{id}/timeline", summary="What happened to a record, the newest first")
        async def timeline(request: Request, id: str, caller: Reader, paging: PageDep) -> Response:
            """Return its events and those of the records that were merged into it."""
            found = await self.service(request).timeline(caller.company_id, id, limit=paging.limit, after=paging.after)
            return page([event_view(event) for event in found.items], found.next)
