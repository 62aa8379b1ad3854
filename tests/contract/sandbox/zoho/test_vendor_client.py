"""Zoho's own Python SDK drives the sandbox unchanged: a data centre of its own is one of its settings."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import (
    HeaderMap,
    ParameterMap,
    bulk_read,
    convert_lead,
    coql,
    fields,
    find_and_merge,
    layouts,
    modules,
    notifications,
    org,
    users,
)
from zohocrmsdk.src.com.zoho.crm.api import record as records
from zohocrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException
from zohocrmsdk.src.com.zoho.crm.api.fields.fields_operations import CreateFieldParam
from zohocrmsdk.src.com.zoho.crm.api.initializer import Initializer
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

from tests.support.receiver import Receiver
from tests.support.zoho import CLIENT_ID, CLIENT_SECRET, REDIRECT, ZGID, ZohoProcess

ROY = {"Last_Name": "Roy", "Company": "Roy Ltd", "Email": "ada@roy.test"}


class Sdk:
    """The SDK, set up for the sandbox. It keeps its set-up in a class, so there is one at a time."""

    def __init__(self, sandbox: ZohoProcess, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.leads = records.RecordOperations("Leads")

    def sign_in(self, url: str = "", **token: Any) -> Any:
        """Initialise the SDK for a data centre with a grant or a refresh token; return its token."""
        base = url or self.sandbox.url
        given = OAuthToken(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_url=REDIRECT, **token)
        Initializer.initialize(
            DataCenter.Environment(base, f"{base}/oauth/v2/token", base),
            given,
            FileStore(str(self.folder / "tokens.csv")),
            SDKConfig(auto_refresh_fields=False),
            str(self.folder),
            Logger.get_instance(Logger.Levels.NOTSET, None),
        )
        return given

    def new(self, **values: Any) -> Any:
        """Return a record of the SDK's."""
        record = records.Record()
        for name, value in values.items():
            record.add_key_value(name, value)
        return record

    def body(self, *rows: Any, check: list[str] | None = None) -> Any:
        """Return a write's body."""
        body = records.BodyWrapper()
        body.set_data(list(rows))
        body.set_trigger([])
        if check:
            body.set_duplicate_check_fields(check)
        return body

    def created(self, **values: Any) -> int:
        """Create a lead and return its id."""
        answer = self.leads.create_records(self.body(self.new(**{**ROY, **values})))
        assert answer.get_status_code() == 201
        return int(answer.get_object().get_data()[0].get_details()["id"])


@pytest.fixture
def sdk(sandbox: ZohoProcess, tmp_path: Path) -> Iterator[Sdk]:
    made = Sdk(sandbox, tmp_path)
    made.sign_in(refresh_token=sandbox.issue_tokens()["refresh_token"])
    yield made
    Initializer.initializer = None


def params(**given: Any) -> Any:
    """Return the SDK's parameters: `module=(GetFieldsParam.module, "Leads")`."""
    made = ParameterMap()
    for parameter, value in given.values():
        made.add(parameter, value)
    return made


def test_a_grant_token_and_then_a_refresh(sandbox: ZohoProcess, tmp_path: Path) -> None:
    api = Sdk(sandbox, tmp_path)
    _, back = sandbox.consent()
    token = api.sign_in(grant_token=back["code"])
    first = token.get_access_token()
    assert token.get_api_domain() == sandbox.url
    assert token.get_user_signature().get_name() == f"ana.admin@example.test:{ZGID}"
    elsewhere = tmp_path / "another-machine"
    elsewhere.mkdir()  # where the SDK has stored no token yet
    token = Sdk(sandbox, elsewhere).sign_in(refresh_token=token.get_refresh_token())
    assert token.get_access_token() != first
    assert sandbox.presentations(token.get_refresh_token()) == 1
    Initializer.initializer = None


def test_a_dead_refresh_token_is_the_sdks_own_exception(sandbox: ZohoProcess, tmp_path: Path) -> None:
    with pytest.raises(SDKException) as refused:
        Sdk(sandbox, tmp_path).sign_in(refresh_token="1000.dead.token")
    assert "invalid_code" in str(refused.value)
    Initializer.initializer = None


def test_revoking_by_the_sdk(sandbox: ZohoProcess, tmp_path: Path) -> None:
    tokens = sandbox.issue_tokens()
    token = Sdk(sandbox, tmp_path).sign_in(refresh_token=tokens["refresh_token"])
    assert token.revoke_refresh_token(tokens["refresh_token"], f"{sandbox.url}/oauth/v2/token/revoke") is True
    assert sandbox.crm("GET", "/org", tokens["access_token"])[0] == 401
    Initializer.initializer = None


def test_another_data_centre(sandbox: ZohoProcess, tmp_path: Path) -> None:
    sandbox.control("POST", "/accounts", {"zgid": "777", "location": "eu", "name": "Europa"})
    api = Sdk(sandbox, tmp_path)
    api.sign_in(sandbox.eu_url, refresh_token=sandbox.issue_tokens(zgid="777")["refresh_token"])
    (found,) = org.OrgOperations().get_organization().get_object().get_org()
    assert (found.get_zgid(), found.get_company_name()) == ("777", "Europa")
    Initializer.initializer = None


def test_who_and_where(sdk: Sdk) -> None:
    asked = params(type=(users.GetUsersParam.type, "CurrentUser"))
    (person,) = users.UsersOperations().get_users(asked, HeaderMap()).get_object().get_users()
    assert (person.get_email(), person.get_status()) == ("ana.admin@example.test", "active")


def test_a_mixed_create_has_a_result_for_each_row(sdk: Sdk) -> None:
    rows = [sdk.new(**ROY, No_of_Employees=5, Lead_Source=Choice("Partner")), sdk.new(Last_Name="x" * 90, Company="C")]
    answer = sdk.leads.create_records(sdk.body(*rows))
    assert answer.get_status_code() == 207
    good, bad = answer.get_object().get_data()
    assert isinstance(good, records.SuccessResponse)
    assert isinstance(bad, records.APIException)
    assert (bad.get_code().get_value(), bad.get_details()["api_name"]) == ("INVALID_DATA", "Last_Name")


def test_upsert_update_read_delete(sdk: Sdk) -> None:
    lead = sdk.created()
    answer = sdk.leads.upsert_records(sdk.body(sdk.new(**{**ROY, "City": "Rome"}), check=["Email"]))
    (row,) = answer.get_object().get_data()
    assert (row.get_action().get_value(), row.get_duplicate_field()) == ("update", "Email")
    assert sdk.leads.update_record(lead, sdk.body(sdk.new(Annual_Revenue=1.5))).get_status_code() == 200
    (read,) = sdk.leads.get_record(lead).get_object().get_data()
    assert (read.get_key_value("City"), read.get_key_value("Annual_Revenue")) == ("Rome", 1.5)
    assert read.get_key_value("Owner").get_email() == "ana.admin@example.test"
    gone = sdk.leads.delete_records(params(ids=(records.DeleteRecordsParam.ids, str(lead))))
    assert gone.get_object().get_data()[0].get_status().get_value() == "success"
    deleted = sdk.leads.get_deleted_records(params(type=(records.GetDeletedRecordsParam.type, "all")))
    assert [(one.get_id(), one.get_type()) for one in deleted.get_object().get_data()] == [(lead, "recycle")]
    assert sdk.leads.get_record(lead).get_status_code() == 204


def test_pages_and_what_is_not_newer(sdk: Sdk) -> None:
    leads = [sdk.created(Email=f"p{number}@roy.test") for number in range(3)]
    asked = {
        "fields": (records.GetRecordsParam.fields, "Last_Name,Email"),
        "size": (records.GetRecordsParam.per_page, 2),
        "sort": (records.GetRecordsParam.sort_order, "asc"),
    }
    page = sdk.leads.get_records(params(**asked)).get_object()
    assert page.get_info().get_more_records() is True
    following = (records.GetRecordsParam.page_token, page.get_info().get_next_page_token())
    rest = sdk.leads.get_records(params(**asked, token=following)).get_object()
    assert [one.get_id() for one in [*page.get_data(), *rest.get_data()]] == leads
    later = HeaderMap()
    later.add(records.GetRecordsHeader.if_modified_since, datetime.now(UTC) + timedelta(days=1))
    assert sdk.leads.get_records(params(**asked), later).get_status_code() == 304
    refused = sdk.leads.get_records(ParameterMap()).get_object()
    assert refused.get_code().get_value() == "REQUIRED_PARAM_MISSING"


def test_a_query_and_a_search(sdk: Sdk) -> None:
    lead = sdk.created()
    asked = coql.BodyWrapper()
    asked.set_select_query("select Last_Name, Email from Leads where Email = 'ada@roy.test' limit 2")
    (found,) = coql.CoqlOperations().get_records(asked).get_object().get_data()
    assert (found.get_id(), found.get_key_value("Last_Name")) == (lead, "Roy")
    asked.set_select_query("select from")
    refused = coql.CoqlOperations().get_records(asked).get_object()
    assert refused.get_code().get_value() == "SYNTAX_ERROR"
    by_email = params(email=(records.SearchRecordsParam.email, "ada@roy.test"))
    assert [one.get_id() for one in sdk.leads.search_records(by_email).get_object().get_data()] == [lead]


def test_fields_modules_and_layouts(sdk: Sdk) -> None:
    wanted, unique, body = fields.Fields(), fields.Unique(), fields.BodyWrapper()
    unique.set_casesensitive("false")
    wanted.set_field_label("Own Key")
    wanted.set_data_type("text")
    wanted.set_unique(unique)
    body.set_fields([wanted])
    operations = fields.FieldsOperations()
    made = operations.create_field(body, params(module=(CreateFieldParam.module, "Leads")))
    assert made.get_status_code() == 201
    listed = operations.get_fields(params(module=(fields.GetFieldsParam.module, "Leads"))).get_object().get_fields()
    named = {one.get_api_name(): one for one in listed}
    assert named["Own_Key"].get_unique().get_casesensitive() == "false"
    assert named["Last_Name"].get_system_mandatory() is True
    assert named["Converted_Account"].get_lookup().get_module().get_api_name() == "Accounts"
    found = modules.ModulesOperations().get_modules(ParameterMap(), HeaderMap()).get_object().get_modules()
    assert [one.get_api_name() for one in found] == ["Leads", "Accounts", "Contacts", "Deals"]
    asked = params(module=(layouts.GetLayoutsParam.module, "Leads"))
    (layout,) = layouts.LayoutsOperations().get_layouts(asked).get_object().get_layouts()
    required = [one.get_api_name() for one in layout.get_sections()[0].get_fields() if one.get_required()]
    assert required == ["Last_Name", "Company"]


def test_merge_and_conversion(sdk: Sdk) -> None:
    winner, loser = sdk.created(), sdk.created(City="Oslo")
    merge, data, body = find_and_merge.Merge(), find_and_merge.MergeData(), find_and_merge.BodyWrapper()
    data.set_id(loser)
    merge.set_data([data])
    body.set_merge([merge])
    answer = find_and_merge.FindAndMergeOperations("Leads", winner).merge_records(body)
    assert answer.get_status_code() == 201
    assert sdk.leads.get_record(winner).get_object().get_data()[0].get_key_value("City") == "Oslo"
    asked, converter = convert_lead.BodyWrapper(), convert_lead.LeadConverter()
    converter.set_overwrite(True)
    asked.set_data([converter])
    (row,) = convert_lead.ConvertLeadOperations(winner).convert_lead(asked).get_object().get_data()
    assert row.get_message().get_value() == "The record has been converted successfully"


def test_notifications(sdk: Sdk) -> None:
    with Receiver() as receiver:
        wanted, body = notifications.Notification(), notifications.BodyWrapper()
        wanted.set_channel_id("1006800212")
        wanted.set_events(["Leads.edit"])
        wanted.set_token("a-token")
        wanted.set_notify_url(receiver.url)
        wanted.set_channel_expiry(datetime.now(UTC) + timedelta(days=6))
        body.set_watch([wanted])
        operations = notifications.NotificationsOperations()
        assert operations.enable_notifications(body).get_status_code() == 201
        assert operations.update_notifications(body).get_status_code() == 200
        (shown,) = operations.get_notifications(ParameterMap()).get_object().get_watch()
        assert (shown.get_channel_id(), shown.get_events()) == ("1006800212", ["Leads.edit"])
        lead = sdk.created()
        sdk.leads.update_record(lead, sdk.body(sdk.new(City="Rome")))
        (request,) = receiver.wait(lambda seen: bool(seen))
        told = json.loads(request.body)
        assert (told["ids"], told["token"], told["channel_id"]) == ([str(lead)], "a-token", "1006800212")
        ended = operations.delete_notification(
            params(ids=(notifications.DeleteNotificationParam.channel_ids, "1006800212"))
        )
        assert ended.get_status_code() == 200


def test_a_bulk_read(sdk: Sdk) -> None:
    sdk.sandbox.settings(bulkSeconds=0.0)
    lead = sdk.created()
    query, module, body = bulk_read.Query(), modules.MinifiedModule(), bulk_read.BodyWrapper()
    module.set_api_name("Leads")
    query.set_module(module)
    query.set_fields(["id", "Email"])
    body.set_query(query)
    operations = bulk_read.BulkReadOperations()
    (started,) = operations.create_bulk_read_job(body).get_object().get_data()
    job = int(started.get_details()["id"])
    (shown,) = operations.get_bulk_read_job_details(job).get_object().get_data()
    assert (shown.get_state().get_value(), shown.get_result().get_count()) == ("COMPLETED", 1)
    stream = operations.download_result(job).get_object().get_file()
    with zipfile.ZipFile(io.BytesIO(b"".join(stream.get_stream()))) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    assert text.splitlines() == ["id,Email", f"{lead},ada@roy.test"]


def test_an_expired_token_is_told(sdk: Sdk) -> None:
    sdk.created()  # by now the SDK has read the fields, which it does before its first call
    sdk.sandbox.advance(3601)
    asked = params(fields=(records.GetRecordsParam.fields, "Email"))
    refused = sdk.leads.get_records(asked)
    assert (refused.get_status_code(), refused.get_object().get_code().get_value()) == (401, "INVALID_TOKEN")
