"""Pure decisions of the tenancy room: waiting after failures, passwords, masks, old documents, rights of roles."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from leadbridge.kit.errors import InvalidInput
from leadbridge.kit.values import Stored
from leadbridge.security.secret import MASK
from leadbridge.tenancy.addresses import address_id, checked_email, email_key
from leadbridge.tenancy.audit import masked
from leadbridge.tenancy.errors import WeakPassword
from leadbridge.tenancy.model import TOKENS, ApiKey, Attempts, Role
from leadbridge.tenancy.passwords import check_password, generated_password
from leadbridge.tenancy.signin import FORGOTTEN_AFTER, LONGEST_WAIT, after_failure
from leadbridge.web.rights import ALWAYS, MEANING, ROLE_RIGHTS, Right, rights_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = "674085f0c2a1b94d3e5f6071"


def test_each_failure_from_the_fifth_on_doubles_the_wait_up_to_a_bound() -> None:
    count: Attempts | None = None
    waits = []
    for _ in range(40):
        count = after_failure(count, "x", NOW)
        waits.append(count.blocked_until - NOW)
    assert [wait.total_seconds() for wait in waits[:8]] == [0, 0, 0, 0, 15, 30, 60, 120]
    assert waits[-1] == LONGEST_WAIT
    assert waits == sorted(waits)


def test_failures_of_yesterday_no_longer_count() -> None:
    old = Attempts(id="x", rev=3, failures=30, last_at=NOW - FORGOTTEN_AFTER, blocked_until=NOW)
    again = after_failure(old, "x", NOW)
    assert (again.failures, again.rev, again.blocked_until) == (1, 3, NOW)


@pytest.mark.parametrize(
    "password", ["", "short", "elevenchars", "aaaaaaaaaaaaaaaa", "abababababab", "x1" * 200, "ana.lopez@example.com"]
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password(password, about=("ana.lopez@example.com", "Ana"))


@pytest.mark.parametrize("password", ["correct horse battery", "Ana and a good many words", "   spaces count   "])
def test_a_good_password_is_taken(password: str) -> None:
    check_password(password, about=("Ana", "ana@example.com", ""))
    check_password(generated_password())


def test_two_spellings_of_an_address_are_one_and_its_hash_does_not_tell_it() -> None:
    assert email_key(" Ana@Example.COM ") == email_key("ana@example.com")
    assert "ana" not in address_id(email_key("ana@example.com"))
    assert checked_email("admin@localhost") == "admin@localhost"
    for wrong in ("ana", "a b@example.com", "ana@", "x" * 250 + "@example.com", "a@b.c\r\nBcc: d@e.f"):
        with pytest.raises(InvalidInput):
            checked_email(wrong)


def test_the_trail_holds_no_secret_and_no_personal_value() -> None:
    shown = masked({"email": "ana@example.com", "name": "Ana", "role": "admin", "apiToken": "lb_x", "none": None})
    assert shown == {"email": MASK, "name": MASK, "role": "admin", "apiToken": MASK}


def test_an_access_token_of_the_first_version_is_an_api_key_without_limits() -> None:
    old: Stored = {
        "_id": ID,
        "companyId": ID,
        "rev": 1,
        "v": 1,
        "subjects": [],
        "userId": ID,
        "name": "first token",
        "tokenHash": "a" * 64,
        "createdAt": "2026-11-22T12:00:00.000Z",
    }
    key = TOKENS.decode(dict(old))
    assert isinstance(key, ApiKey)
    assert (key.created_by, key.rights, key.expires_at, key.revoked_at, key.prefix) == (ID, None, None, None, "")
    assert TOKENS.decode(TOKENS.encode(key)) == key.model_copy(update={"v": 2})


def test_every_right_is_explained_and_the_roles_stand_one_above_the_other() -> None:
    assert set(MEANING) == set(Right)
    assert set(ROLE_RIGHTS) == set(Role)
    ordered = [ROLE_RIGHTS[role] for role in Role]
    assert all(upper > lower for upper, lower in pairwise(ordered))


def test_a_key_has_its_users_rights_at_most() -> None:
    key = ApiKey(
        id=ID,
        company_id=ID,
        user_id=ID,
        name="k",
        token_hash="h",
        rights=("leads.read", "users.manage"),
        created_by=ID,
        created_at=NOW,
    )
    assert rights_of(Role.ADMIN, key) == {Right.LEADS_READ, Right.USERS_MANAGE} | ALWAYS
    assert rights_of(Role.MEMBER, key) == {Right.LEADS_READ} | ALWAYS
    assert rights_of(Role.MEMBER, key.model_copy(update={"rights": ()})) == ALWAYS
    assert rights_of(Role.SERVICE, key.model_copy(update={"rights": None})) == ROLE_RIGHTS[Role.SERVICE]
