"""Dataverse's requests: addresses of organisations, what is sent, values in the form that columns need."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.dynamics import places, requests, writes
from leadbridge.crm.dynamics.provider import Dynamics
from leadbridge.crm.dynamics.tables import TABLES
from leadbridge.crm.dynamics.values import BadValue, content
from leadbridge.crm.model import Write
from leadbridge.kit.errors import InvalidInput
from leadbridge.settings import Settings
from tests.unit.crm.test_dynamics_answers import APP, ID, LEAD


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("https://contoso.crm.dynamics.com", "https://contoso.crm.dynamics.com"),
        ("https://contoso.crm.dynamics.com/", "https://contoso.crm.dynamics.com"),
        ("https://Contoso.CRM4.dynamics.com/main.aspx?appid=1", "https://contoso.crm4.dynamics.com"),
        ("https://contoso.api.crm11.dynamics.com/api/data/v9.2/", "https://contoso.crm11.dynamics.com"),
        ("contoso.crm.dynamics.com", "https://contoso.crm.dynamics.com"),
    ],
)
def test_an_organisation_is_named_by_its_address(named: str, address: str) -> None:
    found = places.locate(APP, {"organizationUrl": named})
    assert (found.api_url, found.login_url) == (address, APP.login_url)


@pytest.mark.parametrize(
    "named",
    [
        "https://contoso.crm.dynamics.com.evil.test",
        "https://crm.dynamics.com",
        "https://a.b.crm.dynamics.com",
        "https://evilcrm.dynamics.com",
        "https://contoso.crm.dynamics.com:8443",
        "http://contoso.crm.dynamics.com",
        "https://contoso.crm.dynamics.com@evil.test",
        "https://169.254.169.254",
        "ftp://contoso.crm.dynamics.com",
        "https://",
    ],
)
def test_nothing_else_is_an_organisation(named: str) -> None:
    with pytest.raises(InvalidInput):
        places.locate(APP, {"organizationUrl": named})


def test_other_vendors_options_are_refused() -> None:
    with pytest.raises(InvalidInput, match="dataCenter"):
        places.locate(APP, {"dataCenter": "eu"})


def test_the_operators_organisation_is_only_the_default() -> None:
    settings = Settings(_env_file=None, dynamics_resource="https://fabrikam.crm.dynamics.com/")
    usual = APP.at(api_url=settings.api_url("dynamics"))
    assert places.locate(usual, {}).api_url == "https://fabrikam.crm.dynamics.com"
    named = places.locate(usual, {"organizationUrl": "https://contoso.crm4.dynamics.com"})
    assert named.api_url == "https://contoso.crm4.dynamics.com"
    nobody = APP.at(api_url=Settings(_env_file=None).api_url("dynamics"))
    with pytest.raises(InvalidInput) as refused:
        places.locate(nobody, {})
    assert "DYNAMICS_RESOURCE" in str(refused.value.hint)


def test_consent_is_asked_for_one_organisation() -> None:
    url = Dynamics().authorize_url(APP, redirect_uri="https://hub.example/cb", state="s", challenge="c")
    asked = {name: told[0] for name, told in parse_qs(urlsplit(url).query).items()}
    assert asked["scope"] == "https://contoso.crm.dynamics.com/user_impersonation offline_access openid profile email"
    assert (asked["code_challenge"], asked["code_challenge_method"]) == ("c", "S256")
    assert (asked["response_type"], asked["response_mode"], asked["state"]) == ("code", "query", "s")


def test_no_secret_stands_in_an_address() -> None:
    for request, grant in (
        (requests.exchange(APP, code="co", redirect_uri="https://hub.example/cb", verifier="v"), "authorization_code"),
        (requests.refresh(APP, SecretStr("RT1")), "refresh_token"),
    ):
        assert request.url == "https://login.microsoftonline.com/organizations/oauth2/v2.0/token"
        sent = parse_qs((request.body or b"").decode())
        assert sent["grant_type"] == [grant]
        assert sent["client_secret"] == ["s3cr~t"]
        assert sent["scope"] == [
            "https://contoso.crm.dynamics.com/user_impersonation offline_access openid profile email"
        ]
    assert Dynamics().revoke_request(APP, SecretStr("RT1")) is None


def test_records_are_found_by_quoted_values() -> None:
    request = requests.find(APP, LEAD, "emailaddress1", ["o'neil+x@field.test", "b@field.test"], ["leadid", "lastname"])
    address = urlsplit(request.url)
    assert (address.scheme, address.netloc, address.path) == (
        "https",
        "contoso.crm.dynamics.com",
        "/api/data/v9.2/leads",
    )
    assert parse_qs(address.query) == {
        "$select": ["leadid,lastname"],
        "$filter": ["emailaddress1 eq 'o''neil+x@field.test' or emailaddress1 eq 'b@field.test'"],
        "$orderby": ["createdon asc"],
    }
    assert "leadid%20eq%20" + ID in requests.find(APP, LEAD, "leadid", [ID], ["leadid"]).url
    assert request.repeatable
    assert request.headers["if-none-match"] == "null"


def test_a_hundred_ids_fit_into_an_address() -> None:
    assert len(requests.find(APP, LEAD, "leadid", [ID] * writes.BATCH, ["x" * 40] * 60).url) < 32_000


def operation(row: Write, by: str | None = None) -> Any:
    return writes.operation(APP, LEAD, row, {**LEAD.columns, "new_leadbridgeid": "text"}, by)


def test_an_update_never_makes_a_record() -> None:
    part = operation(Write("a", {"jobtitle": "CTO"}, ID))
    assert (part.method, part.headers["If-Match"], part.content) == ("PATCH", "*", b'{"jobtitle":"CTO"}')
    assert part.path == f"/api/data/v9.2/leads({ID})?$select=leadid,modifiedon,jobtitle&tag=leadbridge"
    guarded = operation(Write("a", {"jobtitle": "CTO"}, ID, "00000000000000090011"))
    assert guarded.headers["If-Match"] == 'W/"90011"'


def test_a_create_and_an_upsert_ask_for_the_values() -> None:
    made = operation(Write("a", {"lastname": "Field"}))
    assert (made.method, "If-Match" in made.headers) == ("POST", False)
    row = Write("a", {"new_leadbridgeid": "o'neil/42&x", "lastname": "Field"})
    upserted = operation(row, "new_leadbridgeid")
    assert (upserted.method, "If-Match" in upserted.headers) == ("PATCH", False)
    assert orjson.loads(upserted.content) == {"lastname": "Field"}, "the key is not repeated in the body"
    path = upserted.path.partition("?")[0]
    assert "/42" not in path
    assert unquote(path) == "/api/data/v9.2/leads(new_leadbridgeid='o''neil/42&x')"
    assert made.headers["Prefer"] == upserted.headers["Prefer"] == "return=representation"


def test_only_a_batch_that_may_be_repeated_is() -> None:
    part = operation(Write("a", {"lastname": "Field"}))
    assert not requests.batch(APP, [part]).repeatable
    assert requests.batch(APP, [part], repeatable=True).headers["prefer"] == "odata.continue-on-error"


@pytest.mark.parametrize(
    ("table", "values", "sent"),
    [
        ("lead", {"leadsourcecode": "8"}, {"leadsourcecode": 8}),
        ("lead", {"numberofemployees": "12.0"}, {"numberofemployees": 12}),
        ("lead", {"estimatedamount": "1250.50"}, {"estimatedamount": 1250.5}),
        ("lead", {"donotemail": "TRUE"}, {"donotemail": True}),
        ("lead", {"telephone1": ""}, {"telephone1": None}),
        ("lead", {"_ownerid_value": ID.upper()}, {"ownerid@odata.bind": f"/systemusers({ID})"}),
        ("lead", {"_parentaccountid_value": ""}, {"parentaccountid@odata.bind": None}),
        ("contact", {"_parentcustomerid_value": ID}, {"parentcustomerid_account@odata.bind": f"/accounts({ID})"}),
        ("contact", {"birthdate": "1990-02-28"}, {"birthdate": "1990-02-28"}),
        ("opportunity", {"_customerid_value": ID}, {"customerid_account@odata.bind": f"/accounts({ID})"}),
        ("lead", {"statecode": "0"}, {"statecode": 0, "statuscode": 1}),
        ("lead", {"statecode": "2"}, {"statecode": 2, "statuscode": 4}),
        ("lead", {"statuscode": "7"}, {"statecode": 2, "statuscode": 7}),
        ("lead", {"statecode": "2", "statuscode": "6"}, {"statecode": 2, "statuscode": 6}),
        ("lead", {"statuscode": "100000001"}, {"statuscode": 100000001}),
        ("opportunity", {"statecode": "1"}, {"statecode": 1, "statuscode": 3}),
        ("contact", {"statecode": "1"}, {"statecode": 1, "statuscode": 2}),
    ],
)
def test_values_are_sent_as_their_columns_need(table: str, values: dict[str, str], sent: dict[str, Any]) -> None:
    assert content(TABLES[table], values, TABLES[table].columns) == sent


def test_a_time_is_sent_in_utc() -> None:
    types = {"new_metat": "datetime"}
    for text, sent in (
        ("2026-11-22T12:00:00+02:00", "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00.250Z", "2026-11-22T10:00:00.250Z"),
    ):
        assert content(LEAD, {"new_metat": text}, types) == {"new_metat": sent}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "column", "text", "code"),
    [
        ("lead", "leadsourcecode", "Web", "invalid_number"),
        ("lead", "leadsourcecode", "8.5", "invalid_number"),
        ("lead", "estimatedamount", "NaN", "invalid_number"),
        ("lead", "estimatedamount", "1e400", "invalid_number"),
        ("lead", "donotemail", "yes", "invalid_value"),
        ("lead", "_ownerid_value", "Ada", "invalid_reference"),
        ("lead", "_parentcontactid_value", "../x", "invalid_reference"),
        ("contact", "birthdate", "1990-02-28T00:00:00Z", "invalid_date"),
        ("contact", "birthdate", "1990-02-30", "invalid_date"),
        ("lead", "fullname", "Noa Field", "field_read_only"),
        ("lead", "_qualifyingopportunityid_value", ID, "field_read_only"),
        ("lead", "new_unknown", "x", "field_missing"),
        ("lead", "statecode", "9", "invalid_value"),
        ("lead", "statecode", "", "invalid_value"),
    ],
)
def test_a_value_that_a_column_cannot_hold_is_not_sent(table: str, column: str, text: str, code: str) -> None:
    with pytest.raises(BadValue) as bad:
        content(TABLES[table], {column: text}, TABLES[table].columns)
    assert bad.value.code == code
    assert column in str(bad.value)


@pytest.mark.parametrize("text", ["2026-11-22T10:00:00", "yesterday", "0001-01-01T00:00:00+14:00"])
def test_a_time_without_a_zone_is_not_sent(text: str) -> None:
    with pytest.raises(BadValue, match="zone"):
        content(LEAD, {"new_metat": text}, {"new_metat": "datetime"})
