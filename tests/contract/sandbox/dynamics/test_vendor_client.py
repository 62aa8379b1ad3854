"""Microsoft's own Python client for Dataverse drives the sandbox unchanged, over TLS as it insists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from PowerPlatform.Dataverse.client import DataverseClient
from PowerPlatform.Dataverse.core.config import DataverseConfig
from PowerPlatform.Dataverse.core.errors import HttpError
from PowerPlatform.Dataverse.models.filters import col
from PowerPlatform.Dataverse.models.upsert import UpsertItem

from tests.support.dynamics import DynamicsProcess
from tests.support.tls_front import TlsFront


class Credential:
    """Gives the sandbox's own tokens for the scope that the client asks for."""

    def __init__(self, sandbox: DynamicsProcess, resource: str) -> None:
        self.sandbox = sandbox
        self.resource = resource

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        assert scopes == (f"{self.resource}/.default",)
        tokens = self.sandbox.issue_tokens()
        return AccessToken(tokens["access_token"], 4_102_444_800)


@pytest.fixture(scope="module")
def front(shared_sandbox: DynamicsProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsFront]:
    folder: Path = tmp_path_factory.mktemp("tls")
    with TlsFront(shared_sandbox.url, folder) as front:
        yield front


@pytest.fixture
def client(sandbox: DynamicsProcess, front: TlsFront, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(front.certificate))
    sandbox.settings(keyActivationSeconds=0)
    sandbox.control("POST", "/accounts", {"url": front.url})
    config = DataverseConfig(http_retries=1, http_timeout=100)  # a busy machine is no reason to ask twice
    with DataverseClient(front.url, Credential(sandbox, front.url), config) as client:
        yield client


def keyed(client: Any, table: str = "lead") -> str:
    """Give a table a text column of ours that is an alternate key; return its name."""
    client.tables.add_columns(table, {"new_AppId": "string"})
    client.tables.create_alternate_key(table, "new_AppKey", ["new_appid"])
    assert [key.status for key in client.tables.get_alternate_keys(table)] == ["Active"]
    return "new_appid"


def test_one_record_from_create_to_delete(client: Any, sandbox: DynamicsProcess) -> None:
    made = client.records.create("account", {"name": "Contoso", "telephone1": "1"})
    client.records.update("account", made, {"telephone1": "555-0100"})
    read = client.records.retrieve("account", made, select=["name", "telephone1"])
    assert (read["name"], read["telephone1"]) == ("Contoso", "555-0100")
    client.records.delete("account", made)
    assert client.records.retrieve("account", made) is None
    with pytest.raises(HttpError) as refused:
        client.records.update("account", made, {"telephone1": "1"})
    assert refused.value.status_code == 404
    assert refused.value.details["service_error_code"] == "0x80040217"
    assert sandbox.calls("accounts.create") == 0
    assert sandbox.calls("records.create") == 1


def test_many_records_in_one_message(client: Any, sandbox: DynamicsProcess) -> None:
    made = client.records.create("contact", [{"lastname": f"L{number}"} for number in range(30)])
    assert len(set(made)) == 30
    client.records.update("contact", made, {"jobtitle": "CTO"})
    client.records.update("contact", made[:2], [{"jobtitle": "A"}, {"jobtitle": "B"}])
    titles = [client.records.retrieve("contact", one, select=["jobtitle"])["jobtitle"] for one in made[:3]]
    assert titles == ["A", "B", "CTO"]
    assert sandbox.calls("records.create-multiple") == 1
    assert sandbox.calls("records.update-multiple") == 2
    with pytest.raises(HttpError):
        client.records.create("contact", [{"lastname": "ok"}, {"lastname": "x" * 51}])
    assert sandbox.control("GET", "/records/contacts")["counts"]["live"] == 30
    assert client.records.delete("contact", made[:5]) is not None
    assert sandbox.control("GET", "/records/contacts")["counts"] == {"live": 25, "archived": 5}


def test_labels_of_options_become_their_values(client: Any) -> None:
    made = client.records.create("lead", {"lastname": "Field", "leadsourcecode": "Trade Show"})
    read = client.records.retrieve("lead", made, select=["leadsourcecode"], include_annotations="*")
    assert read["leadsourcecode"] == 7
    assert read["leadsourcecode@OData.Community.Display.V1.FormattedValue"] == "Trade Show"


def test_a_query_page_by_page(client: Any, sandbox: DynamicsProcess) -> None:
    sandbox.seed(25, at="2026-11-20T10:00:00Z")
    client.records.create("lead", {"lastname": "Other", "firstname": "An"})
    query = client.query.builder("lead").select("fullname", "lastname").where(col("firstname") == "Seed")
    pages = list(query.order_by("lastname").page_size(10).execute_pages())
    assert [len(page) for page in pages] == [10, 10, 5]
    names = [row["lastname"] for page in pages for row in page]
    assert names == sorted(str(number) for number in range(25))
    top = client.records.list("lead", filter="contains(lastname,'1') and firstname ne null", select=["lastname"], top=3)
    assert len(list(top)) == 3
    assert sandbox.calls("records.list") == 4


def test_upsert_by_an_alternate_key(client: Any, sandbox: DynamicsProcess) -> None:
    key = keyed(client)
    client.records.upsert("lead", [UpsertItem({key: "a-1"}, {"lastname": "Once"})])
    client.records.upsert("lead", [UpsertItem({key: "a-1"}, {"lastname": "Twice"})])
    client.records.upsert(
        "lead", [UpsertItem({key: f"a-{number}"}, {"lastname": f"L{number}"}) for number in (1, 2, 3)]
    )
    rows = client.records.list("lead", select=["lastname", key], orderby=[key])
    assert [(row[key], row["lastname"]) for row in rows] == [("a-1", "L1"), ("a-2", "L2"), ("a-3", "L3")]
    assert sandbox.calls("records.upsert") == 2
    assert sandbox.calls("records.upsert-multiple") == 1


def test_a_batch_goes_on_after_an_error(client: Any, sandbox: DynamicsProcess) -> None:
    batch = client.batch.new()
    batch.records.create("lead", {"lastname": "One"})
    batch.records.create("lead", {"lastname": "x" * 51})
    batch.records.create("lead", {"lastname": "Three"})
    batch.records.list("lead", select=["lastname"], orderby=["lastname"])
    result = batch.execute(continue_on_error=True)
    assert [one.status_code for one in result.responses] == [204, 400, 204, 200]
    assert [row["lastname"] for row in result.responses[3].data["value"]] == ["One", "Three"]
    assert len(result.entity_ids) == 2


def test_a_batch_stops_at_the_first_error(client: Any, sandbox: DynamicsProcess) -> None:
    batch = client.batch.new()
    batch.records.create("lead", {"lastname": "One"})
    batch.records.create("lead", {"lastname": "x" * 51})
    batch.records.create("lead", {"lastname": "Three"})
    result = batch.execute()
    assert [one.status_code for one in result.responses] == [400]
    assert [row["properties"]["lastname"] for row in sandbox.records()] == ["One"]


def test_a_change_set_refers_to_what_it_made(client: Any, sandbox: DynamicsProcess) -> None:
    batch = client.batch.new()
    with batch.changeset() as together:
        account = together.records.create("account", {"name": "Acme"})
        together.records.create("contact", {"lastname": "Ann", "parentcustomerid_account@odata.bind": account})
    assert not batch.execute().has_errors
    (contact,) = sandbox.records("contacts")
    (made,) = sandbox.records("accounts")
    assert contact["properties"]["parentcustomerid"] == f"account:{made['id']}"
    batch = client.batch.new()
    with batch.changeset() as together:
        together.records.create("account", {"name": "Undone"})
        together.records.create("contact", {"lastname": "x" * 51})
    assert batch.execute().has_errors
    assert len(sandbox.records("accounts")) == 1


def test_tables_columns_and_keys(client: Any) -> None:
    made = client.tables.create("new_Pet", {"new_Age": "int", "new_Bio": "memo"})
    assert made.entity_set_name == "new_pets"
    one = client.records.create("new_Pet", {"new_name": "Rex", "new_age": 3})
    assert client.records.retrieve("new_Pet", one, select=["new_name", "new_age"])["new_age"] == 3
    client.tables.add_columns("new_Pet", {"new_Colour": "string"})
    named = {column["LogicalName"]: column for column in client.tables.list_columns("new_Pet")}
    assert named["new_colour"]["AttributeType"] == "String"
    client.tables.remove_columns("new_Pet", "new_Bio")
    assert "new_bio" not in {column["LogicalName"] for column in client.tables.list_columns("new_Pet")}
    client.tables.delete("new_Pet")
    assert client.tables.get("new_Pet") is None
    assert client.tables.get("lead").primary_id_attribute == "leadid"
    assert {"account", "contact", "lead", "opportunity"} <= {row["LogicalName"] for row in client.tables.list()}


def test_a_key_can_be_removed(client: Any) -> None:
    keyed(client, "contact")
    (key,) = client.tables.get_alternate_keys("contact")
    assert key.key_attributes == ["new_appid"]
    client.tables.delete_alternate_key("contact", key.metadata_id)
    assert client.tables.get_alternate_keys("contact") == []


def test_a_limit_is_the_clients_own_exception(client: Any, sandbox: DynamicsProcess) -> None:
    sandbox.settings(requestLimit=2)
    sandbox.advance(400)
    client.tables.get("lead")
    client.tables.get("lead")
    with pytest.raises(HttpError) as refused:
        client.tables.get("lead")
    assert refused.value.status_code == 429
    assert refused.value.is_transient
    assert 0 < refused.value.details["retry_after"] <= 300
