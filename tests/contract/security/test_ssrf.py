"""Every place that sends something out, with every address it must not be talked into: nothing is connected to.

The places are those of ``tests/outbound.py``; one without its way of being tried here fails.
"""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from leadbridge.app import Hub, build_hub
from leadbridge.automation.delivery.desks import Desk, Keyring
from leadbridge.automation.delivery.health import Health
from leadbridge.automation.delivery.model import Endpoint, Execution
from leadbridge.automation.delivery.sender import Sender
from leadbridge.automation.delivery.signing import signing_key
from leadbridge.crm.errors import CallFailed
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.provider import App
from leadbridge.integrations import vendor
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.keeper import Access
from leadbridge.integrations.session import ConnectionSession, Surroundings
from leadbridge.integrations.vendor import RefreshFailed
from leadbridge.kit.clock import ManualClock
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.forms.errors import ChallengeUnavailable
from leadbridge.leads.forms.model import FORMS, Form
from leadbridge.leads.forms.reading import CHALLENGE
from leadbridge.leads.forms.service import SECRET, Sent
from leadbridge.security.errors import AddressRefused, BadAddress
from leadbridge.security.http import GuardedTransport
from leadbridge.security.transport import HttpRequest, HttpResponse, Profile
from leadbridge.storage.memory import MemoryEngine
from leadbridge.tenancy.errors import KeysUnreachable
from leadbridge.tenancy.jwks import KeySet
from leadbridge.work.budgets import Budgets
from tests.contract.security.test_guarded_http import Names
from tests.outbound import PATHS
from tests.support.hub_in_process import NOWHERE, settings_for

LITERALS = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",  # noqa: S104
    "169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "224.0.0.1", "240.0.0.1",
    "[::1]", "[::]", "[fc00::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]", "[fd00:ec2::254]",
    "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:53aa:64c:0:7fff:f5ff:fffe]",
]  # fmt: skip
ODD = [
    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.01", "127.0.0.1.",
    "x@127.0.0.1", "api.hubapi.com@127.0.0.1", "127.0.0.1\\@api.hubapi.com", "%31%32%37.0.0.1", "[::1%25lo]",
    "127.0.0.256", "exa mple.com", "a\u2100b.example",
]  # fmt: skip
IDN = ["127。0。0。1", "１２７.0.0.1", "①②⑦.⓪.⓪.①", "ｌｏｃａｌｈｏｓｔ"]
PLAIN_FORMS = ["http://example.com", "https://example.com:8443", "ftp://example.com", "file:///etc/passwd"]
HOSTILE = [f"https://{host}" for host in (*LITERALS, *ODD, *IDN)] + PLAIN_FORMS
NAMES_LEAD_TO = [
    ("127.0.0.1",), ("::1", "127.0.0.1"), ("10.0.0.1", "192.168.0.1"), ("169.254.169.254",), ("::ffff:10.1.1.1",),
    ("64:ff9b::7f00:1",), ("2002:7f00:1::",), ("fd00:ec2::254",), ("100.64.0.1",), ("0.0.0.0",),  # noqa: S104
]  # fmt: skip


class Watched:
    """A guarded transport that notes how each request ended."""

    def __init__(self, inner: GuardedTransport) -> None:
        self.inner = inner
        self.refused: list[LeadbridgeError] = []
        self.answers: list[HttpResponse] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        try:
            answer = await self.inner.send(request)
        except LeadbridgeError as error:
            self.refused.append(error)
            raise
        self.answers.append(answer)
        return answer


@dataclass
class Place:
    """What a way out is tried with."""

    hub: Hub
    company: str
    transport: Watched
    url: str

    @property
    def app(self) -> App:
        """A registration at a vendor whose servers are said to be at the hostile address."""
        return App("client", SecretStr("secret"), "https://app.hubspot.com/oauth/authorize", self.url, "2026-03")


Way = Callable[[Place], Awaitable[object]]


async def _exchange(at: Place) -> object:
    begun = await at.hub.connections.begin(
        at.company, at.hub.ids(), "hubspot", return_url=None, connection_id=None
    )  # the flow is real; only where the vendor is said to be is not
    callbacks = at.hub.connections._callbacks
    return await callbacks.end(HubSpot(), at.app, "hubspot", {"state": begun.state, "code": "code"}, {})


async def _call(at: Place) -> object:
    clock = at.hub.clock
    around = Surroundings(at.transport, Budgets(at.hub.store, clock), clock, random.Random(1))

    async def token(failed: int | None) -> Access:
        return Access(SecretStr("access"), 1, clock.now().replace(year=2100))

    session = ConnectionSession(
        around, provider=HubSpot(), app=at.app, account="a", origins=(at.url,), scopes=(), tokens=token
    )
    return await session.call(HttpRequest("GET", f"{at.url}/crm/v3/objects/contacts", Profile.VENDOR))


async def _challenge(at: Place) -> None:
    fields: dict[str, Any] = {"id": at.hub.ids(), "company_id": at.company}
    form = Form.model_construct(**fields)
    sealed = await at.hub.vault.seal(at.company, FORMS.name, form.id, SECRET, "secret")
    sent = Sent({CHALLENGE[0]: "token"}, strict=False, page=None, address="")
    await at.hub.forms._passed(form, at.url, sealed, sent)


async def _deliver(at: Place) -> object:
    """The address stands sealed in the store; what is called is what it leads to when it is called."""
    fields: dict[str, Any] = {"previous_until": None}
    endpoint = Endpoint.model_construct(**fields)
    key = signing_key("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    desk = Desk(1, endpoint, Keyring(1, at.url, (key,), None), Health(None, None), None)
    execution = Execution(
        id=at.hub.ids(), company_id=at.company, event_id=at.hub.ids(), event_type="lead.created", origin="api",
        created_at=at.hub.clock.now(),
    )  # fmt: skip
    sent = await Sender(at.transport, at.hub.clock).send(desk, execution, 5.0, out_of_order=False)
    assert sent.answer.code in ("address_refused", "invalid_url", "redirected"), sent.answer
    if sent.answer.code == "invalid_url":
        raise BadAddress(sent.answer.message)
    return sent


def _calls(at: Place) -> VendorCalls:
    return VendorCalls(at.transport, at.hub.clock, HubSpot())


WAYS: dict[str, Way] = {
    "automation/delivery/sender.py:send": _deliver,
    "integrations/callback.py:_exchange": _exchange,
    "integrations/calls.py:send": lambda at: _calls(at).send(HttpRequest("GET", at.url, Profile.VENDOR)),
    "integrations/session.py:_send": _call,
    "integrations/vendor.py:refresh": lambda at: vendor.refresh(_calls(at), HubSpot(), at.app, SecretStr("refresh")),
    "integrations/vendor.py:revoke": lambda at: vendor.revoke(_calls(at), HubSpot(), at.app, SecretStr("refresh")),
    "leads/forms/service.py:_passed": _challenge,
    "tenancy/jwks.py:_fetch": lambda at: KeySet(f"{at.url}/keys", "RS256", at.transport, at.hub.clock).key("kid"),
}
TOLD = (CallFailed, RefreshFailed, KeysUnreachable, ChallengeUnavailable, AddressRefused, BadAddress)
"""How a way out may tell that it was refused; the others return what says so."""


def test_every_way_out_is_tried() -> None:
    assert WAYS.keys() == PATHS.keys()


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    clock = ManualClock()
    names = Names("127.0.0.1")
    watched = Watched(GuardedTransport(clock, resolver=names))
    settings = settings_for(tmp_path, NOWHERE, 0)
    hub = build_hub(settings, clock=clock, engine=MemoryEngine(), transport=watched, rng=random.Random(3))
    await hub.start()
    made = await hub.tenancy.make_first_company()
    assert made is not None

    def connected(*_: object) -> None:
        raise AssertionError("a connection was begun")

    monkeypatch.setattr(socket.socket, "connect", connected)
    yield Place(hub, made.company.id, watched, "https://api.hubapi.com")
    await watched.inner.close()
    await hub.close()


async def refused(at: Place, way: Way) -> None:
    """Try a way out; fails unless the guard refused and nothing else happened."""
    at.transport.refused.clear()
    told = False
    try:
        await way(at)
    except TOLD:
        told = True
    assert told or at.transport.refused, f"{at.url!r} was not refused"
    for error in at.transport.refused:
        assert isinstance(error, AddressRefused | BadAddress), f"{at.url!r}: {error!r}"
    assert at.transport.answers == []


@pytest.mark.parametrize("name", PATHS)
async def test_no_hostile_address_is_called(place: Place, name: str) -> None:
    for url in HOSTILE:
        place.url = url
        await refused(place, WAYS[name])


@pytest.mark.parametrize("name", PATHS)
async def test_no_name_that_leads_inside_is_called(place: Place, name: str) -> None:
    """The look-up answers anew each time, as a rebinding name does: what counts is the address that is connected to."""
    names = place.transport.inner._resolver
    assert isinstance(names, Names)
    for ips in NAMES_LEAD_TO:
        names.ips = ips
        await refused(place, WAYS[name])
        assert place.transport.refused, "the way out sent nothing"


@pytest.mark.parametrize("name", PATHS)
async def test_no_redirect_is_followed(tmp_path: Path, name: str) -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"location": "/inside"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", elsewhere)
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}"
        clock = ManualClock()
        async with GuardedTransport(clock, sandbox_origins=[url]) as inner:
            watched = Watched(inner)
            settings = settings_for(tmp_path, url, 0)
            hub = build_hub(settings, clock=clock, engine=MemoryEngine(), transport=watched, rng=random.Random(3))
            await hub.start()
            made = await hub.tenancy.make_first_company()
            assert made is not None
            with contextlib.suppress(*TOLD):  # what counts is what was asked for
                await WAYS[name](Place(hub, made.company.id, watched, url))
            await hub.close()
    assert watched.answers[0].status == 307
    assert "/inside" not in asked
