"""What an item does besides single requests: a person's walk, a vendor's whim, a look at the disk or the wire.

Each act takes its scene and arguments and returns JSON-like content, which the item then checks as it checks an
answer. No act returns a token or a secret.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.guide.stage import Scene, connect_or_complain
from tests.contract.guide.vendors import POINTERS
from tests.support.consent import Browser
from tests.support.web import REDIRECTS, Answer, send
from tests.support.wire_tap import Call


def oauth(
    scene: Scene, provider: str = "hubspot", decision: str = "approve", browser: str = "same", **options: Any
) -> Any:
    """Connect as a person does; `browser: other` means that the call-back comes without the hub's cookie."""
    same = browser == "same"
    walk = connect_or_complain(scene, provider, decision=decision, same_browser=same, options=options)
    landing = Browser().open("GET", walk.return_url)
    whole = walk.callback.text + walk.return_url
    return {
        "callback": {"status": walk.callback.status},
        "outcome": {key: value for key, value in walk.outcome.items() if key != "handle"},
        "handedOver": "handle" in walk.outcome,
        "completed": walk.completed.json() if walk.completed else None,
        "landing": {"status": landing.status, "path": urlsplit(walk.return_url).path},
        "tokenShown": any(token in whole for tap in scene.taps.values() for token in tap.tokens()),
    }


def consent_address(scene: Scene, provider: str = "hubspot") -> Any:
    """Where `oauth/init` sends the browser: once for each of two calls."""
    asked = [scene.ask("POST", "/api/v1/crm-integration/oauth/init", json={"provider": provider}) for _ in range(2)]
    return {"first": asked[0], "second": asked[1], "statesDiffer": asked[0]["state"] != asked[1]["state"]}


def callback_again(scene: Scene) -> Any:
    """Open the last walk's call-back address a second time."""
    walk = scene.walks[-1]
    answer = Browser().open("GET", walk.callback_url)
    location = answer.header("location") or ""
    outcome = {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}
    return {"redirected": answer.status in REDIRECTS, "handedOver": "handle" in outcome, "outcome": outcome}


def secrets_on_disk(scene: Scene) -> Any:
    """Look for every token the vendor gave, as it is or re-coded, in each file the hub wrote."""
    tokens = [token for tap in scene.taps.values() for token in sorted(tap.tokens())]
    needles = {spelling for token in tokens for spelling in _spellings(token.encode())}
    files = [path for path in scene.hub.data_dir.rglob("*") if path.is_file()] + [scene.hub.log_file]
    contents = {path: path.read_bytes() for path in files if path.exists()}
    found = sorted(_shown(path, scene) for path, held in contents.items() if any(n in held for n in needles))
    return {
        "tokens": len(tokens),
        "files": len(contents),
        "bytes": sum(map(len, contents.values())),
        "found": found,
    }


def _spellings(token: bytes) -> set[bytes]:
    return {
        token,
        base64.b64encode(token),
        base64.urlsafe_b64encode(token),
        token.hex().encode(),
        token[::-1],
    }


def _shown(path: Path, scene: Scene) -> str:
    return path.name if path == scene.hub.log_file else str(path.relative_to(scene.hub.data_dir))


def vendor_expires_tokens(scene: Scene, provider: str = "hubspot") -> Any:
    """From now on the vendor calls every access token it has given so far expired."""
    tap = scene.tap(provider)
    old = tap.tokens()

    def refuse(call: Call) -> Call | None:
        if call.bearer not in old:
            return None
        body = {
            "status": "error",
            "message": "The OAuth token used to make this call expired 4 second(s) ago.",
            "correlationId": "5b6f3a1e-0000-4000-8000-000000000000",
            "category": "EXPIRED_AUTHENTICATION",
        }
        return replace(call, status=401, answer=json.dumps(body).encode())

    tap.intercept = refuse
    return {"expired": len(old)}


def vendor_gives_short_tokens(scene: Scene, provider: str = "hubspot", seconds: int = 20) -> Any:
    """Until it has been asked to refresh, the vendor gives access tokens that live this long (seconds)."""
    tap = scene.tap(provider)

    def shorten(call: Call) -> Call:
        if call.grant_type != "authorization_code" or call.status != 200:
            return call
        return replace(call, answer=json.dumps({**call.answered(), "expires_in": seconds}).encode())

    tap.rewrite = shorten
    return {}


def time_passes(scene: Scene, *, seconds: float) -> None:
    """Nothing happens for a while."""
    time.sleep(seconds)


def vendor_refuses(scene: Scene, provider: str = "hubspot", path: str = "/crm/", status: int = 403) -> Any:
    """From now on the vendor refuses every call below `path` for want of a scope."""
    body = {
        "status": "error",
        "message": "One or more of the following scopes are required.",
        "correlationId": "5b6f3a1e-0000-4000-8000-000000000001",
        "context": {"requiredGranularScopes": ["crm.objects.contacts.write"]},
        "category": "MISSING_SCOPES",
    }
    answer = json.dumps(body).encode()
    scene.tap(provider).intercept = lambda call: (
        replace(call, status=status, answer=answer) if call.path.startswith(path) else None
    )
    return {}


def wire(scene: Scene, provider: str = "hubspot", text: str = "") -> Any:
    """What went to the vendor so far: grants by type, calls it refused with 401, writes that mention `text`."""
    calls = scene.tap(provider).calls
    grants = [call.grant_type for call in calls if call.grant_type]
    return {
        "exchanges": grants.count("authorization_code"),
        "refreshes": grants.count("refresh_token"),
        "refused": sum(call.status == 401 for call in calls),
        "mentions": sum(text.encode() in call.request for call in calls) if text else 0,
    }


def vendor_edits_contact(scene: Scene, email: str, properties: dict[str, str]) -> Any:
    """Somebody edits a contact in HubSpot's own pages; tells how many contacts have that address."""
    sandbox = scene.sandboxes["hubspot"]
    ids = [str(record["id"]) for record in sandbox.records() if record["properties"].get("email") == email]
    for record_id in ids:
        sandbox.edit(record_id, **properties)
    return {"edited": len(ids)}


def hubspot_webhook(scene: Scene, signature: str = "right") -> Any:
    """Call the address for HubSpot's webhooks with an empty batch, signed as HubSpot does (version 3): HMAC-SHA256
    by the app's secret over method, public address, body and time in milliseconds."""
    path, body, now = "/api/v1/webhook/crm/hubspot", b"[]", str(int(time.time() * 1000))
    signed = b"POST" + (scene.hub.public_url + path).encode() + body + now.encode()
    secret = POINTERS["hubspot"].app_secret if signature == "right" else "another secret"
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": now,
    }
    status = send("POST", scene.hub.base_url + path, headers=headers, body=body).status
    return {"accepted": 200 <= status < 300, "status": status}


def signed_webhook(scene: Scene, signature: str = "right") -> Any:
    """Call the automation's webhook as a Standard Webhooks sender does, with HMAC-SHA256 over id, time, body."""
    body = b'{"test": "data"}'
    message_id, now = "msg_2k7", str(int(time.time()))
    secret = str(scene.facts["webhookSecret"])
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    if signature == "wrong":
        key = b"another " + key
    digest = hmac.new(key, b".".join([message_id.encode(), now.encode(), body]), hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": now,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    return {"status": _to_webhook(scene, headers, body).status}


def webhook_flood(scene: Scene, most: int = 2000) -> Any:
    """Call the automation's webhook until it answers 429, at most so often; tell how it ended."""
    headers = {"Content-Type": "application/json", "X-Webhook-Secret": str(scene.facts["webhookSecret"])}
    for number in range(1, most + 1):
        answer = _to_webhook(scene, headers, b'{"test": "data"}')
        if answer.status != 202:
            return {"status": answer.status, "accepted": number - 1}
    return {"status": 202, "accepted": most}


def _to_webhook(scene: Scene, headers: dict[str, str], body: bytes) -> Answer:
    return send("POST", str(scene.facts["webhookUrl"]), headers=headers, body=body)


ACTS: dict[str, Callable[..., Any]] = {
    "oauth": oauth,
    "consent address": consent_address,
    "callback again": callback_again,
    "secrets on disk": secrets_on_disk,
    "vendor expires tokens": vendor_expires_tokens,
    "vendor gives short tokens": vendor_gives_short_tokens,
    "time passes": time_passes,
    "vendor refuses": vendor_refuses,
    "vendor edits contact": vendor_edits_contact,
    "hubspot webhook": hubspot_webhook,
    "wire": wire,
    "signed webhook": signed_webhook,
    "webhook flood": webhook_flood,
}


def perform(scene: Scene, act: str, args: dict[str, Any]) -> Any:
    """Do a named act. Raises PromiseNotKept when the hub does not let it happen."""
    if act not in ACTS:
        raise ValueError(f"there is no act {act!r}; there are: {', '.join(sorted(ACTS))}")
    return ACTS[act](scene, **args)
