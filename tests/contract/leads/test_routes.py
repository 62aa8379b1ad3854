"""Leads and imports over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from leadbridge.app import build_hub
from leadbridge.server import bind, prepare_data_dir, serving
from leadbridge.settings import Settings

EXAMPLES = Path(__file__).parents[3] / "examples"


class Api:
    """A hub on a socket, asked with a bearer token."""

    def __init__(self, base: str, token: str, session: aiohttp.ClientSession) -> None:
        self._base, self._token, self._session = base, token, session

    async def text(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        headers = {"authorization": f"Bearer {self._token}"} | more.pop("headers", {})
        async with self._session.request(method, self._base + path, headers=headers, **more) as response:
            return response.status, await response.text()

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
        status, text = await self.text(method, path, **more)
        body: dict[str, Any] = json.loads(text)
        assert body["success"] is (status < 400)
        return status, body

    async def data(self, method: str, path: str, **more: Any) -> Any:
        status, body = await self.ask(method, path, **more)
        assert status < 400, body
        return body["data"]

    async def error(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        status, body = await self.ask(method, path, **more)
        assert body["error"]["message"]
        assert body["error"]["hint"]
        return status, body["error"]["code"]

    async def all(self, path: str) -> list[Any]:
        found: list[Any] = []
        cursor = None
        while True:
            _, body = await self.ask("GET", path, params={"limit": "3"} | ({"cursor": cursor} if cursor else {}))
            found += body["data"]
            cursor = body["nextCursor"]
            if cursor is None:
                return found


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Api]:
    prepare_data_dir(folder)
    listening = bind("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    hub = build_hub(Settings(_env_file=None, public_url=address, data_dir=folder))
    try:
        await hub.start()
        made = await hub.tenancy.make_first_company()
        assert made is not None
        async with serving(hub, listening), aiohttp.ClientSession() as session:
            yield Api(f"{address}/api/v1/leads", made.token, session)
    finally:
        listening.close()
        await hub.close()


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with served(tmp_path / "data") as api:
        yield api


async def test_a_lead_is_made_read_and_changed(api: Api) -> None:
    status, body = await api.ask(
        "POST", "", json={"externalId": "c/17", "email": "Ann@Example.com", "custom": {"a.b": 1}, "tags": ["x"]}
    )
    assert status == 201
    made = body["data"]
    assert (made["externalId"], made["email"], made["custom"]) == ("c/17", "Ann@example.com", {"a.b": 1})
    assert made.keys().isdisjoint({"companyId", "rev", "v", "subjects", "emailKey", "changed", "seq", "origin"})
    assert await api.data("GET", f"/{made['_id']}") == made
    changed = await api.data("PATCH", f"/{made['_id']}", json={"lastName": "Lee", "tags": None, "externalId": "c17"})
    assert (changed["lastName"], changed["tags"], changed["email"]) == ("Lee", [], "Ann@example.com")
    assert await api.data("GET", "/c17") == changed


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"company": "Acme"}, 400, "no_identity"),
        ("POST", "", {"email": "ann@"}, 400, "invalid_email"),
        ("POST", "", {"lastName": "Lee", "lastNme": "x"}, 400, "invalid_request"),
        ("POST", "", {"lastName": "L" * 201}, 400, "invalid_request"),
        ("POST", "", {"lastName": 7}, 400, "invalid_request"),
        ("GET", "/nobody", None, 404, "lead_not_found"),
        ("PATCH", "/" + "0" * 24, {"title": "x"}, 404, "lead_not_found"),
        ("GET", "?sort=shoe", None, 400, "invalid_filter"),
        ("GET", "?limit=0", None, 400, "invalid_request"),
        ("GET", "?cursor=x!", None, 400, "invalid_cursor"),
        ("GET", "/imports/nothing", None, 404, "import_not_found"),
        ("GET", "/imports/nothing/leads", None, 404, "import_not_found"),
        ("GET", "/imports/nothing/rejects", None, 404, "import_not_found"),
    ],
)
async def test_bad_requests_are_told_what_is_wrong(
    api: Api, method: str, path: str, body: Any, status: int, code: str
) -> None:
    assert await api.error(method, path, json=body) == (status, code)


async def test_a_taken_external_id_and_one_that_is_two_leads(api: Api) -> None:
    one = await api.data("POST", "", json={"lastName": "One", "externalId": "1"})
    assert await api.error("POST", "", json={"lastName": "X", "externalId": "1"}) == (409, "external_id_taken")
    await api.data("POST", "", json={"lastName": "Two", "externalId": one["_id"]})
    assert await api.error("GET", f"/{one['_id']}") == (409, "ambiguous_id")
    assert (await api.data("GET", "/1"))["_id"] == one["_id"]


async def test_without_a_token_nothing_is_told(api: Api) -> None:
    for path in ("", "/x", "/imports", "/imports/x/rejects"):
        status, code = await api.error("GET", path, headers={"authorization": "Bearer nobody"})
        assert (status, code) == (401, "unauthenticated")


async def test_lists_are_paged_sorted_and_narrowed(api: Api) -> None:
    for n in range(7):
        await api.data("POST", "", json={"lastName": f"L{6 - n}", "status": "odd" if n % 2 else "even"})
    assert [lead["lastName"] for lead in await api.all("?sort=name")] == [f"L{n}" for n in range(7)]
    assert len(await api.all("?status=odd")) == 3
    assert len(await api.all("?tag=none")) == 0


async def test_a_file_is_imported_as_a_form(api: Api) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"Name;Phone\nAnn Lee;202 555 0143\n;;\n;x\n", filename="list.csv", content_type="text/csv")
    form.add_field("defaultCountry", "United States")
    status, body = await api.ask("POST", "/imports", data=form)
    job = body["data"]
    assert (status, job["name"], job["status"], job["defaultCountry"]) == (201, "list.csv", "done", "US")
    assert job["counts"] == {
        "read": 2, "created": 1, "updated": 0, "unchanged": 0, "merged": 0, "rejected": 1, "warnings": 0,
    }  # fmt: skip
    assert await api.data("GET", f"/imports/{job['_id']}") == job
    assert await api.data("GET", "/imports") == [job]
    (id,) = await api.data("GET", f"/imports/{job['_id']}/leads")
    assert (await api.data("GET", f"/{id}"))["phone"] == "+12025550143"
    (reject,) = await api.data("GET", f"/imports/{job['_id']}/rejects")
    assert (reject["row"], reject["code"]) == (4, "no_identity")
    assert reject["cells"] == [{"header": "Name", "value": ""}, {"header": "Phone", "value": "x"}]


async def test_a_file_is_imported_as_the_body_and_its_report_is_a_csv(api: Api) -> None:
    rows = "Kunde,Email,Note\nAcme,,=1+1\nX,ann@example.com,\n"
    job = await api.data(
        "POST", "/imports", params={"name": "x.csv", "mapping": '{"Kunde": "company"}'}, data=rows.encode(),
        headers={"content-type": "text/csv"},
    )  # fmt: skip
    assert (job["counts"]["created"], job["counts"]["rejected"]) == (1, 1)
    status, text = await api.text("GET", f"/imports/{job['_id']}/rejects?format=csv")
    assert status == 200
    assert text.splitlines() == [
        "\ufeffleadbridge_row,leadbridge_line,leadbridge_code,leadbridge_reason,Kunde,Email,Note",
        "2,2,no_identity,The row has neither an e-mail address nor a name.,Acme,,'=1+1",
    ]


async def test_the_leads_and_rejects_of_an_import_are_paged(api: Api) -> None:
    rows = "Email\n" + "".join(f"p{n}@x.example\n" for n in range(8)) + "n/o\n" * 7
    job = await api.data("POST", "/imports", data=rows.encode(), headers={"content-type": "text/csv"})
    assert len(set(await api.all(f"/imports/{job['_id']}/leads"))) == 8
    assert [r["row"] for r in await api.all(f"/imports/{job['_id']}/rejects")] == list(range(10, 17))


async def test_a_preview_tells_how_a_file_would_be_read_and_writes_nothing(api: Api) -> None:
    data = (EXAMPLES / "leads-windows-1252.csv").read_bytes()
    seen = await api.data("POST", "/imports?preview=true", data=data, headers={"content-type": "text/csv"})
    assert (seen["encoding"], seen["delimiter"], seen["rows"], len(seen["sample"])) == ("windows-1252", ";", 50, 10)
    assert seen["columns"][3] == {"header": "E-mail Address", "field": "email", "how": "name", "confidence": 1.0}
    assert any(row["fields"].get("email") for row in seen["sample"])
    assert await api.data("GET", "/imports") == []
    assert await api.data("GET", "") == []


@pytest.mark.parametrize(
    ("query", "data", "status", "code"),
    [
        ("", b"", 400, "empty_file"),
        ("", b"PK\x03\x04", 400, "not_a_workbook"),
        ("", b"%PDF-1.7", 400, "not_csv"),
        ("?delimiter=x", b"Email\n", 400, "unknown_delimiter"),
        ("?headerRow=first", b"Email\n", 400, "invalid_header_row"),
        ("?headerRow=7", b"Email\n", 400, "no_header"),
        ("", b"1,2\n", 400, "no_header"),
        ("?merge=maybe", b"Email\n", 400, "invalid_request"),
        ("?defaultCountry=Atlantis", b"Email\n", 400, "unknown_country"),
        ("?encoding=klingon", b"Email\n", 400, "unknown_encoding"),
        ("?mapping=x", b"Email\n", 400, "invalid_mapping"),
        ("?mapping=%7B%22No%22%3A%22email%22%7D", b"Email\n", 400, "unknown_column"),
    ],
)
async def test_a_bad_file_or_option_is_told(api: Api, query: str, data: bytes, status: int, code: str) -> None:
    assert await api.error("POST", f"/imports{query}", data=data, headers={"content-type": "text/csv"}) == (
        status,
        code,
    )
    assert await api.data("GET", "/imports") == []


async def test_a_form_without_a_file_or_with_a_bad_option_is_told(api: Api) -> None:
    empty = aiohttp.FormData({"defaultCountry": "US"}, default_to_multipart=True)
    assert await api.error("POST", "/imports", data=empty) == (400, "no_file")
    form = aiohttp.FormData({"merge": "maybe"}, default_to_multipart=True)
    form.add_field("file", b"Email\na@x.example\n", filename="x.csv")
    assert await api.error("POST", "/imports", data=form) == (400, "invalid_merge")
