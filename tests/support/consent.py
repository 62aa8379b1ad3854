"""The OAuth connect flow walked as a person's browser walks it: every page, form, redirect and cookie by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from tests.support.hub import RunningHub
from tests.support.web import REDIRECTS, Answer, send

API = "/api/v1/crm-integration"


class ConsentFailed(AssertionError):
    """A step of the connect flow did not lead to the next; the message names the step and never a secret."""


@dataclass
class Form:
    """One HTML form: where it goes, how, its hidden or preset fields, and its submit buttons as (name, value)."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._open = Form(values.get("action", ""), values.get("method", "get").upper())
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "button" or (tag == "input" and values.get("type") == "submit"):
            self._open.buttons.append((values.get("name", ""), values.get("value", "")))
        elif tag == "input" and values.get("name") and self._sent(values):
            self._open.fields[values["name"]] = values.get("value", "")

    @staticmethod
    def _sent(values: Mapping[str, str]) -> bool:
        return values.get("type") not in {"checkbox", "radio"} or "checked" in values

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def read_forms(html: str) -> list[Form]:
    """Every form of a page with the fields a browser would send unasked."""
    reader = _FormReader()
    reader.feed(html)
    reader.close()
    return reader.forms


class Browser:
    """Keeps cookies for each origin and path as a browser does, and follows nothing unless told to."""

    def __init__(self) -> None:
        self._jar: dict[tuple[str, str], tuple[str, str]] = {}

    def _cookies(self, origin: str, path: str) -> str:
        sent = (
            f"{name}={value}"
            for (owner, name), (value, below) in self._jar.items()
            if owner == origin and (path == below or path.startswith(below.rstrip("/") + "/"))
        )
        return "; ".join(sent)

    def keep(self, url: str, answer: Answer) -> None:
        """Store the cookies an answer of `url` set; Max-Age=0 forgets one."""
        parts = urlsplit(url)
        for line in answer.all_headers("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                key = (parts.netloc, name)
                if morsel["max-age"] == "0" or morsel.value == "":
                    self._jar.pop(key, None)
                else:
                    self._jar[key] = (morsel.value, morsel["path"] or "/")

    def open(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Answer:
        """One navigation: a GET, or a form sent by POST."""
        parts = urlsplit(url)
        headers = {"Accept": "text/html"}
        if cookies := self._cookies(parts.netloc, parts.path or "/"):
            headers["Cookie"] = cookies
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
        answer = send(method, url, headers=headers, body=body)
        self.keep(url, answer)
        return answer


@dataclass(frozen=True)
class Walk:
    """What a connect flow did. `outcome` is the query of the return address; `completed` the answer of the
    hand-over with the one-time handle, or None when the browser's cookie made it needless."""

    auth_url: str
    state: str
    callback_url: str
    callback: Answer
    return_url: str
    outcome: dict[str, str]
    completed: Answer | None


def connect(
    hub: RunningHub,
    provider: str = "hubspot",
    *,
    decision: str = "approve",
    same_browser: bool = True,
    options: Mapping[str, object] | None = None,
) -> Walk:
    """Walk from `POST /oauth/init` to the return address and return what happened on the way.

    `decision` is the button pressed on the vendor's consent page (approve or deny). With `same_browser` the
    call-back carries the cookies that `oauth/init` set; without, it comes from a browser that never saw the hub,
    and the flow ends with the one-time handle if the hub gave one. `options` are added to the body of
    `oauth/init`. Raises ConsentFailed naming the step that did not lead on.
    """
    browser = Browser()
    asked = hub.api("POST", f"{API}/oauth/init", json={"provider": provider, **(options or {})})
    if asked.status != 200:
        raise ConsentFailed(f"oauth/init for {provider} answered {asked.status}: {asked.text[:300]}")
    try:
        data = asked.json()["data"]
        auth_url, state = str(data["authUrl"]), str(data["state"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConsentFailed("oauth/init answered without data.authUrl and data.state") from error
    if same_browser:
        browser.keep(hub.base_url + API, asked)
    return finish(hub, browser, auth_url, state, decision)


def finish(hub: RunningHub, browser: Browser, auth_url: str, state: str, decision: str = "approve") -> Walk:
    """The rest of the walk, from the vendor's consent page on. Raises ConsentFailed like `connect`."""
    callback_url = decide(browser, auth_url, decision)
    callback = browser.open("GET", callback_url)
    return_url = _redirect(callback, callback_url, "the hub's call-back")
    outcome = {key: values[0] for key, values in parse_qs(urlsplit(return_url).query).items()}
    completed = None
    if handle := outcome.get("handle"):
        completed = hub.api("POST", f"{API}/oauth/complete", json={"handle": handle})
    return Walk(auth_url, state, callback_url, callback, return_url, outcome, completed)


def decide(browser: Browser, auth_url: str, decision: str) -> str:
    """Open the vendor's consent page, press the button, and return the address it sends the browser to."""
    page = browser.open("GET", auth_url)
    if page.status != 200:
        raise ConsentFailed(f"the consent page answered {page.status}: {page.text[:300]}")
    button = ("decision", decision)
    form = next((form for form in read_forms(page.text) if button in form.buttons), None)
    if form is None:
        raise ConsentFailed(f"the consent page has no form with a button decision={decision}")
    target = urljoin(auth_url, form.action)
    fields = {**form.fields, "decision": decision}
    if form.method == "POST":
        pressed = browser.open("POST", target, fields)
    else:
        pressed = browser.open("GET", f"{target.split('?')[0]}?{urlencode(fields)}")
    return _redirect(pressed, target, f"pressing {decision!r} on the consent page")


def _redirect(answer: Answer, url: str, step: str) -> str:
    """Where an answer sends the browser. The address itself is not shown on failure: it holds codes."""
    location = answer.header("location")
    if answer.status not in REDIRECTS or location is None:
        raise ConsentFailed(f"{step} answered {answer.status} instead of a redirect: {answer.text[:300]}")
    return urljoin(url, location)
