"""Secrets that do not show themselves; tokens kept as hashes; PKCE; the encoding of associated data."""

from __future__ import annotations

import copy
import pickle
import re
from typing import get_type_hints

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.kit.document import Body, Document, LeanDocument
from leadbridge.kit.values import NotStorable
from leadbridge.security.hashing import hash_token, new_token, new_verifier, s256_challenge, same
from leadbridge.security.model import SEALED_INDEX, DataKey, Sealed
from leadbridge.security.secret import MASK, Secret
from leadbridge.security.vault import associated_data
from leadbridge.storage.kind import Kind

CANARY = "cAnAry9f3k2"


class Entered(Body):
    api_key: Secret


class Holder(Document):
    kid: str
    secret: Sealed


class LeanHolder(LeanDocument, frozen=True, kw_only=True):
    kid: str
    secret: Sealed


class Careless(Document):
    secret: Secret


def test_a_secret_shows_only_its_mask() -> None:
    secret = Secret(CANARY)
    assert secret.reveal() == CANARY
    assert {str(secret), f"{secret}", "%s" % secret} == {MASK}  # noqa: UP031
    assert CANARY not in repr([secret, {"a": secret}])
    assert secret == Secret(CANARY) != Secret("x")
    assert secret != CANARY
    assert len({secret, Secret(CANARY)}) == 1
    assert Secret("") != secret
    assert not Secret("")
    for careless in (pickle.dumps, copy.copy, orjson.dumps, msgspec.json.encode):
        with pytest.raises(TypeError):
            careless(secret)


def test_a_secret_in_a_body() -> None:
    body = Entered.model_validate_json(f'{{"apiKey": "{CANARY}"}}')
    assert body.api_key.reveal() == CANARY
    assert CANARY not in repr(body) + body.model_dump_json()
    assert Entered(api_key=Secret(CANARY)) == body
    with pytest.raises(ValueError, match="string"):
        Entered.model_validate({"apiKey": 5})


def test_a_document_that_forgot_to_seal_cannot_be_written() -> None:
    kind = Kind("careless", Careless)
    with pytest.raises(NotStorable):
        kind.encode(Careless(id="1", company_id="a" * 24, secret=Secret(CANARY)))


@pytest.mark.parametrize("type_", [Holder, LeanHolder])
def test_a_sealed_value_is_stored_alike_by_both_bases(type_: type[Holder] | type[LeanHolder]) -> None:
    kind: Kind[Holder | LeanHolder] = Kind("holders", type_, indexes=(SEALED_INDEX,))
    sealed = Sealed("k1", "A256GCM.1", "bm9uY2U=", "dGV4dA==")
    document = type_(id="1", company_id="a" * 24, kid=sealed.kid, secret=sealed)
    body = kind.encode(document)
    assert body["secret"] == {"kid": "k1", "alg": "A256GCM.1", "n": "bm9uY2U=", "c": "dGV4dA=="}
    assert kind.decode(body).secret == sealed
    assert "dGV4dA" not in repr(document)


def test_data_key_document_has_no_plain_key_field() -> None:
    assert set(get_type_hints(DataKey)) >= {"wrapped", "master_key_id", "current_key"}
    assert not {"key", "plain"} & set(DataKey.model_fields)


def test_tokens() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"lb_[A-Za-z0-9_-]{43}", token) for token in tokens)
    assert new_token("x_", lambda size: b"\0" * size) == "x_" + "A" * 43


def test_hashes_are_stable_and_bound_to_their_purpose() -> None:
    assert hash_token("lb_abc") == hash_token("lb_abc")
    assert re.fullmatch(r"[0-9a-f]{64}", hash_token("lb_abc"))
    assert len({hash_token("a"), hash_token("b"), hash_token("a", "state"), hash_token("\0a", "token")}) == 4
    # changing the scheme would sign everybody out: this is its value
    assert hash_token("lb_abc") == "3c06e149d3f55d7608759cd70071caa724ef45c0ef90fca23c86845178fa18bf"


def test_same() -> None:
    assert same("ä", "ä")
    assert not same("a", "b")
    assert not same("a", "aa")


def test_pkce_by_the_example_of_rfc_7636_appendix_b() -> None:
    assert (
        s256_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", new_verifier())
    assert new_verifier() != new_verifier()


@given(st.lists(st.text(), max_size=6), st.lists(st.text(), max_size=6))
def test_different_places_never_have_the_same_associated_data(one: list[str], other: list[str]) -> None:
    assert (associated_data(*one) == associated_data(*other)) is (one == other)


@given(st.text(), st.text())
def test_moving_a_border_between_two_parts_changes_the_associated_data(left: str, right: str) -> None:
    joined = left + right
    for at in range(len(joined) + 1):
        if joined[:at] != left:
            assert associated_data(joined[:at], joined[at:]) != associated_data(left, right)
