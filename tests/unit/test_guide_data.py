"""The promises as data: complete, readable, and checked by a checker that can say no."""

import re
from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from tests.contract.guide import curl
from tests.contract.guide.acts import ACTS
from tests.contract.guide.checks import PathError, look_up, parse_path, problem
from tests.contract.guide.data import Curl, Guide, Item, Page, load
from tests.contract.guide.pages import page_problems
from tests.contract.guide.replay import fill
from tests.contract.guide.shapes import ShapeError, mismatches, validate
from tests.contract.guide.stage import SETUPS
from tests.contract.guide.vendors import PROVIDERS

ITEMS = load().items
HUBS = {"main", "bare", "dotenv", "fresh", *PROVIDERS}


def test_ids_are_unique() -> None:
    assert [name for name, times in Counter(item.id for item in ITEMS).items() if times > 1] == []


def test_every_section_has_an_item_or_a_reason_for_none() -> None:
    covered = {item.section for item in ITEMS}
    named = {section.name for section in load().sections}
    assert covered - named == set(), "items of sections that the table does not have"
    for section in load().sections:
        assert (section.name in covered) != (section.no_promise is not None), section.name


def _asked(item: Item) -> set[str]:
    asked = {step.request.split("?")[0] for step in item.steps() if step.request}
    if any(step.curl for step in item.steps()):
        asked.add("POST /api/v1/webhook/automation/{key}")
    return asked


def test_every_route_has_an_item() -> None:
    asked = set().union(*map(_asked, ITEMS))
    callbacks = {
        f"GET /api/v1/crm-integration/oauth/callback/{n['connected']}"
        for i in ITEMS
        for n in i.needs
        if "connected" in n
    }
    assert set(load().routes) - asked - callbacks == set()


def test_every_variable_and_template_has_its_items() -> None:
    assert [item.variable for item in ITEMS if item.variable] == load().variables
    assert [item.template for item in ITEMS if item.template] == list(load().templates)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_names_only_what_the_runner_knows(item: Item) -> None:
    assert item.waits_for is None or item.waits_for in load().capabilities
    assert item.with_provider is None or item.with_provider in PROVIDERS
    for need in item.needs:
        assert len(need) == 1
        assert need.keys() <= SETUPS.keys()
    for step in item.steps():
        assert step.act is None or step.act in ACTS
        assert step.hub is None or step.hub in HUBS


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_compares_something_in_its_last_step(item: Item) -> None:
    last = item.steps()[-1]
    assert last.response is not None or last.checks or last.page or last.status != 200


def test_every_capability_is_waited_for_or_gone() -> None:
    assert {item.waits_for for item in ITEMS if item.waits_for} == set(load().capabilities)


def test_the_file_refuses_unknown_keys_and_two_deeds() -> None:
    good = {"id": "a", "section": "s", "promise": "p", "request": "GET /"}
    Item.model_validate(good)
    bad: dict[str, Any]
    for bad in (
        {"reponse": {}},
        {"act": "wire"},
        {"request": "FETCH /"},
        {"response": "strnig"},
        {"checks": [{"at": "a"}]},
    ):
        with pytest.raises(ValidationError):
            Item.model_validate(good | bad)
    with pytest.raises(ValidationError):
        Guide.model_validate({"items": []})


FITS: list[tuple[Any, Any]] = [
    ("string", ""),
    ("text", "x"),
    ("int", 0),
    ("number", 1.5),
    ("bool", False),
    ("null", None),
    ("object", {}),
    ("any", None),
    ("id", "0123456789abcdef01234567"),
    ("url", "https://accounts.example.com/auth?x=1"),
    ("iso-time-seconds-Z", "2024-12-31T23:59:59Z"),
    ("numeric-string-2dp", "96.00"),
    ("enum(a, b)", "b"),
    ("string | null", None),
    ("list of int", [1, 2]),
    ("list of enum(a, b)", []),
    (True, True),
    (3, 3),
    ([{"a": "int"}], []),
    ([{"a": "int"}], [{"a": 1, "more": 2}]),
    ({"a": {"b?": "int"}}, {"a": {}, "c": 1}),
]
FAILS: list[tuple[Any, Any]] = [
    ("string", 1),
    ("text", " "),
    ("int", True),
    ("int", 1.0),
    ("number", "1"),
    ("bool", 1),
    ("null", 0),
    ("object", []),
    ("id", "0123456789ABCDEF01234567"),
    ("id", "0123"),
    ("url", "/relative"),
    ("iso-time-seconds-Z", "2024-12-31T23:59:59.000Z"),
    ("iso-time-seconds-Z", "2024-12-31T23:59:59+00:00"),
    ("iso-time-seconds-Z", "2024-13-31T23:59:59Z"),
    ("numeric-string-2dp", 96.0),
    ("numeric-string-2dp", "96"),
    ("enum(a, b)", "c"),
    ("string | null", 1),
    ("list of int", [1, "2"]),
    ("list of int", "12"),
    (True, 1),
    (True, False),
    (3, 4),
    ([{"a": "int"}], [{"a": 1}, {}]),
    ([{"a": "int"}], {"a": 1}),
    ({"a": "int"}, {}),
    ({"a": "int"}, None),
    ({"b?": "int"}, {"b": None}),
]


@pytest.mark.parametrize(("shape", "value"), FITS)
def test_a_value_that_fits_has_no_mismatch(shape: Any, value: Any) -> None:
    validate(shape)
    assert mismatches(shape, value) == []


@pytest.mark.parametrize(("shape", "value"), FAILS)
def test_a_value_that_does_not_fit_is_told_with_its_place(shape: Any, value: Any) -> None:
    validate(shape)
    found = mismatches(shape, value)
    assert found
    assert all(sentence.startswith("answer") for sentence in found)


def test_a_mismatch_never_shows_the_value() -> None:
    assert mismatches({"token": "int"}, {"token": "s3cret"}) == ["answer.token is a string of 6 characters, not int"]


@pytest.mark.parametrize(
    "shape", ["strng", "list of", "enum()", [], ["int", "int"], None, {1: "int"}, {"?": "int"}, 1.5]
)
def test_what_is_not_in_the_language_is_refused(shape: Any) -> None:
    with pytest.raises(ShapeError):
        validate(shape)


CONTENT = {
    "data": [{"id": "zoho", "on": False, "n": 2}, {"id": "hubspot", "on": True, "n": 3}],
    "url": "https://v.example/a?scope=one%20two&state=s1&empty=",
    "state": "s1",
}


def test_places_are_found() -> None:
    assert look_up(CONTENT, "data[1].id") == "hubspot"
    assert look_up(CONTENT, "data[id=zoho].n") == 2
    assert look_up(CONTENT, "data[*].n") == [2, 3]
    assert look_up(CONTENT, "") is CONTENT
    for missing in ("data[2]", "data[id=none].n", "other", "state.x", "url[0]"):
        with pytest.raises(LookupError):
            look_up(CONTENT, missing)
    with pytest.raises(PathError):
        parse_path("data[")


HOLDS: list[dict[str, Any]] = [
    {"at": "data[0].n", "equals": 2},
    {"at": "data[0].n", "differs": 3},
    {"at": "data[0].n", "at_least": 2},
    {"at": "data", "length": 2},
    {"at": "data", "at_least": 1},
    {"at": "data", "mentions": "HubSpot"},
    {"at": "url", "contains": "v.example"},
    {"at": "url", "query": {"state": "s1", "scope": ["two", "one"]}},
    {"at": "url", "query": {"state": "*"}},
    {"at": "url", "carries": {"state": "state"}},
    {"at": "data[0].n", "same_as": "data[id=zoho].n"},
    {"at": "nowhere", "absent": True},
]
DOES_NOT_HOLD: list[dict[str, Any]] = [
    {"at": "data[0].n", "equals": 3},
    {"at": "data[0].on", "equals": 0},
    {"at": "data[0].n", "differs": 2},
    {"at": "data[0].n", "at_least": 3},
    {"at": "data", "length": 3},
    {"at": "data", "at_least": 3},
    {"at": "data", "mentions": "salesforce"},
    {"at": "url", "contains": "w.example"},
    {"at": "url", "query": {"state": "s2"}},
    {"at": "url", "query": {"scope": ["one"]}},
    {"at": "url", "query": {"other": "*"}},
    {"at": "url", "query": {"empty": "*"}},
    {"at": "url", "carries": {"scope": "state"}},
    {"at": "data[0].n", "same_as": "data[1].n"},
    {"at": "state", "absent": True},
    {"at": "nowhere", "equals": 1},
    {"at": "nowhere", "differs": 1},
]


@pytest.mark.parametrize("check", HOLDS, ids=str)
def test_a_check_that_holds_has_no_problem(check: dict[str, Any]) -> None:
    assert problem(check, CONTENT) is None


@pytest.mark.parametrize("check", DOES_NOT_HOLD, ids=str)
def test_a_check_that_does_not_hold_is_told(check: dict[str, Any]) -> None:
    assert problem(check, CONTENT)


def test_a_page_is_read_as_a_person_sees_it() -> None:
    html = '<title>Gone</title><script>CRM</script><div role="tab">CRM</div><a href="/x">To <b>X</b></a><p>Text</p>'
    assert page_problems(Page(texts=["CRM", "Text"], tabs=["CRM"], links={"/x": "To X"}), "text/html", html) == []
    wanted = Page(texts=["Gone"], tabs=["Automation"], links={"/y": "Y"})
    assert len(page_problems(wanted, "text/html; charset=utf-8", html)) == 3
    assert page_problems(Page(), "application/json", html) == ["the page is application/json, not text/html"]


def test_names_are_filled_in_and_json_braces_left_alone() -> None:
    facts = {"key": "k", "ids": [1, 2]}
    assert fill({"a": ["/x/{key}", "{ids}"]}, facts) == {"a": ["/x/k", [1, 2]]}
    assert fill('{"test": "data"}', facts) == '{"test": "data"}'
    with pytest.raises(KeyError):
        fill("{unknown}", facts)


def test_every_curl_line_is_read_as_it_is_typed() -> None:
    lines = [step.curl for item in ITEMS for step in item.steps() if step.curl]
    assert lines
    facts = {"webhookUrl": "http://127.0.0.1:1/hook", "webhookSecret": "two words"}
    for line in lines:
        method, url, headers, body = curl.read(curl.as_typed(line, facts))
        assert (method, url, body) == ("POST", "http://127.0.0.1:1/hook", b'{"test": "data"}')
        assert headers.keys() == {"X-Webhook-Secret", "Content-Type"}
        assert "yourdomain" not in curl.as_typed(line, facts)


def test_a_curl_line_that_would_be_misread_is_refused() -> None:
    with pytest.raises(curl.CurlFailed, match="does not stand"):
        curl.as_typed(Curl(command="curl http://x", replace={"http://y": "a"}), {"a": "b"})
    for command in ("curl --insecure http://x", "wget http://x", "curl -X POST", "curl http://x http://y"):
        with pytest.raises(curl.CurlFailed):
            curl.read(command)


def test_no_item_expects_to_wait_for_what_this_hub_already_claims() -> None:
    """The items that prove the connect flow and the push with HubSpot never wait."""
    built = re.compile(
        r"^(providers|oauth-init|status|sync-leads|error-logs|test-connection|callback-hubspot|pkce|state-.*)$"
    )
    assert [item.id for item in ITEMS if built.match(item.id) and item.waits_for] == []
