"""Signatures: published and own vectors, the standardwebhooks package, openssl, and what a Make filter computes."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from leadbridge.automation.delivery.signing import plain_signature, signed_headers, signing_key, standard_signature

BODY = b'{"type":"lead.created","id":"evt_01TEST","data":{"email":"ada@example.com"}}'
FIRST = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SECOND = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="


@pytest.mark.parametrize(
    ("secret", "id", "seconds", "body", "expected"),
    [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (FIRST, "evt_01TEST", 1790000000, BODY, "v1,2/fC71qNn4lHmp3DfNd187bcesrwYX5w9G/seIsC0no="),
        (SECOND, "evt_01TEST", 1790000000, BODY, "v1,VSbgYuD7XxSfaEUvqdjgHI6tnxCcFM3U/NmmtZtLotE="),
    ],
)
def test_vectors_of_standard_webhooks(secret: str, id: str, seconds: int, body: bytes, expected: str) -> None:
    assert standard_signature([signing_key(secret)], id, seconds, body) == expected


def test_during_a_rotation_both_sign_the_new_one_first() -> None:
    headers = signed_headers([signing_key(SECOND), signing_key(FIRST)], "evt_01TEST", 1790000000, BODY)
    assert headers["webhook-signature"] == (
        "v1,VSbgYuD7XxSfaEUvqdjgHI6tnxCcFM3U/NmmtZtLotE= v1,2/fC71qNn4lHmp3DfNd187bcesrwYX5w9G/seIsC0no="
    )
    assert headers["x-leadbridge-signature"] == plain_signature(signing_key(SECOND), BODY)
    assert headers["x-leadbridge-signature-previous"] == plain_signature(signing_key(FIRST), BODY)


@pytest.mark.parametrize("known", [FIRST, SECOND])
def test_the_standardwebhooks_package_takes_either_secret_during_a_rotation(known: str) -> None:
    now = int(datetime.now(UTC).timestamp())
    headers = signed_headers([signing_key(SECOND), signing_key(FIRST)], "evt_01TEST", now, BODY)
    assert Webhook(known).verify(BODY, headers)["id"] == "evt_01TEST"
    with pytest.raises(WebhookVerificationError):
        Webhook(known).verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(known).verify(BODY, headers | {"webhook-id": "evt_02TEST"})


def test_openssl_computes_the_plain_signature() -> None:
    command = ["openssl", "dgst", "-sha256", "-hmac", FIRST, "-r"]
    answer = subprocess.run(command, input=BODY, capture_output=True, check=True)
    assert answer.stdout.split()[0].decode() == plain_signature(signing_key(FIRST), BODY)


def make_sha256(text: str, encoding: str, key: str) -> str:
    """Return what ``sha256(text; encoding; key)`` gives in a Make formula: an HMAC whose key is the text as it is."""
    assert encoding == "hex"
    return hmac.new(key.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).hexdigest()


def test_the_filter_of_a_make_scenario_finds_the_plain_signature_equal() -> None:
    # {{get(map(1.`__IMTHEADERS__`; "value"; "name"; "x-leadbridge-signature"); 1)}}
    # equals {{sha256(1.value; "hex"; "SECRET")}}
    sent = signed_headers([signing_key(FIRST)], "evt_01TEST", 1790000000, BODY)
    bundle = {
        "value": BODY.decode(),
        "__IMTHEADERS__": [{"name": name, "value": value} for name, value in sent.items()],
    }
    found = [one["value"] for one in bundle["__IMTHEADERS__"] if one["name"] == "x-leadbridge-signature"]  # type: ignore[index]
    assert found == [make_sha256(str(bundle["value"]), "hex", FIRST)]
    assert make_sha256(BODY.decode(), "hex", "s3cr3t-utf8") == (
        "6307fcb8e6094e6fde47c028b5152157205592a51a7ee3b934b7a37d9ab33692"
    )


def test_a_text_that_is_no_secret_is_refused_and_a_key_is_not_shown() -> None:
    with pytest.raises(ValueError, match="whsec_ and base64"):
        signing_key("whsec_not base64!")
    assert FIRST not in repr(signing_key(FIRST))
