"""The dashboard's addresses: its pages and its files. Each is listed, so no address of the API is ever shadowed."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from leadbridge.dashboard.files import Built
from leadbridge.dashboard.pages import HOME, filled, policy, unbuilt
from leadbridge.integrations.addresses import RESULT_PAGE
from leadbridge.integrations.outcomes import STYLESHEET
from leadbridge.integrations.routes import plain_page
from leadbridge.kit.errors import NotFound
from leadbridge.settings import INTEGRATIONS_PAGE
from leadbridge.web.caller import COOKIE, SECURE_COOKIE

router = APIRouter(include_in_schema=False)

FOR_EVER = "public, max-age=31536000, immutable"
OPENER_POLICY = "same-origin-allow-popups"
"""A page may open a vendor's consent in a pop-up and hear of its end."""
POPUP_OPENER_POLICY = "unsafe-none"
"""The page on which a pop-up ends keeps its opener, or it could not close itself. It shows an outcome and no data."""


class NoSuchFile(NotFound):
    """The dashboard has no file of this name."""

    default_code = "no_such_file"
    default_hint = "Load the page again: the dashboard may have been renewed meanwhile."


async def _built(request: Request) -> Built:
    """Return the built dashboard, read once for each application."""
    state = request.app.state
    built: Built | None = getattr(state, "dashboard", None)
    if built is None:
        built = state.dashboard = Built()
    return built


BuiltDep = Annotated[Built, Depends(_built)]


def _page(built: Built, path: str, opener_policy: str = OPENER_POLICY) -> Response:
    if built.page is None:
        return HTMLResponse(unbuilt(path, STYLESHEET), headers={"cache-control": "no-store"})
    nonce = secrets.token_urlsafe(18)
    headers = {
        "cache-control": "no-store",  # the nonce is this answer's own
        "content-security-policy": policy(nonce),
        "cross-origin-opener-policy": opener_policy,
    }
    return HTMLResponse(filled(built.page, nonce, path), headers=headers)


@router.get("/")
async def home() -> Response:
    """Send the browser to the dashboard."""
    return RedirectResponse(HOME, 307)


@router.get(INTEGRATIONS_PAGE)
@router.get(RESULT_PAGE)
async def integrations(request: Request, built: BuiltDep) -> Response:
    """Show the integrations page, or how a connect ended.

    A browser without a session gets the plain page: whoever connects by way of another application has no account
    here, and must be told the outcome all the same.
    """
    if not built.there or not any(name in request.cookies for name in (COOKIE, SECURE_COOKIE)):
        return await plain_page(request)
    path = request.url.path
    return _page(built, path, POPUP_OPENER_POLICY if path == RESULT_PAGE else OPENER_POLICY)


@router.get("/sign-in")
@router.get("/invitation")
@router.get(HOME)
@router.get(HOME + "/{rest:path}")
async def pages(request: Request, built: BuiltDep) -> Response:
    """Serve the dashboard; which page it shows, it reads from the address itself."""
    return _page(built, request.url.path)


@router.get("/assets/{name}")
async def asset(name: str, request: Request, built: BuiltDep) -> Response:
    """Serve a file of the dashboard, in the best form the browser takes; raises ``NoSuchFile``."""
    found = built.assets.get(name)
    if found is None:
        raise NoSuchFile("The dashboard has no such file.")
    path, coding = found.taken_as(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": FOR_EVER if found.hashed else "no-cache", "vary": "accept-encoding"}
    if coding is not None:
        headers["content-encoding"] = coding
    return FileResponse(path, media_type=found.media_type, headers=headers)
