"""Two companies at one vendor account are warned of each other, namelessly; an erased company gives its grants back."""

from __future__ import annotations

from leadbridge.integrations.sharing import SAME_ACCOUNT, SAME_USER, warning_for
from leadbridge.tenancy.model import Role
from tests.contract.integrations.walk import Connecting
from tests.contract.tenancy.conftest import another_company, key_of, member
from tests.support.consent import Browser


async def beside(site: Connecting) -> tuple[str, str]:
    """Return another company and the token of its administrator."""
    company = await another_company(site.site)
    return company, await key_of(site.site, await member(site.site, "ben@example.com", Role.ADMIN, company=company))


async def test_both_companies_are_warned_and_neither_learns_of_whom(site: Connecting) -> None:
    first = await site.connect()
    assert (await site.data("GET", f"/connections/{first.id}"))["warnings"] == []
    company, token = await beside(site)
    ended = await site.approve(await site.begin(token=token), browser=Browser())
    made = await site.data("POST", "/oauth/complete", token=token, json={"handle": ended.outcome["handle"]})
    assert [one["code"] for one in made["warnings"]] == ["vendor_user_shared"]
    [mine] = (await site.data("GET", f"/connections/{first.id}"))["warnings"]
    assert mine["code"] == "vendor_user_shared"
    assert mine["hint"]
    for text in (str(made["warnings"]), str(mine)):
        assert not {site.company, company, first.id, "First company", "Other company"} & set(text.split("'"))
    audit = (await site.site.ask("GET", "/audit?action=connection.completed", token=token)).data
    assert [entry["after"].get("warning") for entry in audit] == ["vendor_user_shared"]
    own = (await site.site.ask("GET", "/audit?action=connection.completed")).data
    assert [(entry["after"].get("warning"), entry["via"]) for entry in own] == [(None, "consent")]
    await site.data("DELETE", f"/connections/{made['_id']}", token=token)
    assert (await site.data("GET", f"/connections/{first.id}"))["warnings"] == []


async def test_another_user_of_the_same_account_is_a_lesser_matter(site: Connecting) -> None:
    mine = await site.connect()
    other = mine.model_copy(update={"company_id": "f" * 24})
    somebody = other.model_copy(update={"account": other.account.model_copy(update={"user_id": "somebody"})})
    assert warning_for(mine, [mine]) is None
    assert warning_for(mine, [mine, somebody]) is SAME_ACCOUNT
    assert warning_for(mine, [somebody, other]) is SAME_USER
    assert warning_for(mine, [other.model_copy(update={"account_key": "another"})]) is None


async def test_erasing_a_company_gives_its_grants_back_as_far_as_vendors_answer(site: Connecting) -> None:
    refresh = await site.refresh_token(await site.connect())
    erasure = await site.hub.company_erasures.erase(site.company)
    assert (erasure.grants_revoked, erasure.grants_kept) == (1, 0)
    assert not site.alive(refresh)


async def test_a_vendor_that_does_not_answer_stops_no_erasure(site: Connecting) -> None:
    await site.connect()
    site.sandbox.fault("oauth.revoke", "answer", status=500, body={"message": "trouble"})
    erasure = await site.hub.company_erasures.erase(site.company)
    assert (erasure.grants_revoked, erasure.grants_kept) == (0, 1)
    assert await site.stored() == []
