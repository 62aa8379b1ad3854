"""What can be done with forms: make, change and end them, and take what people send."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from pydantic import ValidationError

from leadbridge.kit.clock import Clock, to_millis, to_text
from leadbridge.kit.errors import InvalidInput
from leadbridge.kit.ids import IdSource
from leadbridge.leads.change import Author
from leadbridge.leads.errors import PersonErased
from leadbridge.leads.feed import Happened
from leadbridge.leads.fields import flatten
from leadbridge.leads.forms.errors import (
    ChallengeFailed,
    ChallengeUnavailable,
    FormNotFound,
    InvalidSubmission,
    LooksLikeSpam,
    TooManyForms,
)
from leadbridge.leads.forms.model import FORMS, MAX_FORMS, SUBMISSIONS, Form, FormBody, Submission
from leadbridge.leads.forms.reading import CHALLENGE, HONEYPOT, Entry, read
from leadbridge.leads.forms.spam import score
from leadbridge.leads.model import LEADS, Lead, LeadBody
from leadbridge.leads.normalise import email_key
from leadbridge.leads.occurrences import Nobody, Publisher
from leadbridge.leads.service import LeadService
from leadbridge.security.errors import BadAddress, RequestFailed
from leadbridge.security.model import Sealed
from leadbridge.security.origins import parse_address
from leadbridge.security.transport import HttpRequest, Profile, Transport
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.model import DIRECTORY, DirectoryEntry

DIRECTORY_NAME = "form"
SECRET = "challengeSecret"  # noqa: S105  # the name of a field
MAX_CHALLENGE_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class Sent:
    """One sending of a form. ``strict`` refuses fields that the form does not have, as a program's should be."""

    values: Mapping[str, object]
    strict: bool
    page: str | None
    address: str


class FormService:
    """Forms of every company. What people send comes by a form's key, before any company is known."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        leads: LeadService,
        vault: Vault,
        transport: Transport,
        publisher: Publisher | None = None,
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._publisher = publisher or Nobody()
        self._leads, self._vault, self._transport = leads, vault, transport

    async def create(self, company: str, body: FormBody) -> Form:
        """Store a new form and return it; raises ``InvalidInput``, ``TooManyForms``."""
        if body.name is None or body.fields is None:
            raise InvalidInput("A form needs a 'name' and 'fields'.", code="invalid_form", hint="Send both.")
        id, key = self._ids(), secrets.token_urlsafe(16)
        now = self._clock.now()
        form = Form(
            id=id,
            company_id=company,
            name=body.name,
            title=body.title or body.name,
            key=key,
            fields=body.fields,
            created_at=now,
            updated_at=now,
        ).model_copy(update=await self._changes(company, id, body))

        async def build() -> tuple[WriteBatch, Form]:
            held = await self._store[FORMS].of(company).find(order=["createdAt"], limit=MAX_FORMS, max_scan=MAX_FORMS)
            if len(held.items) >= MAX_FORMS:
                raise TooManyForms(f"The company has {MAX_FORMS} forms, which is as many as one may have.")
            entry = DirectoryEntry(id=_entry(key), what=DIRECTORY_NAME, company_id=company, ref=id)
            return WriteBatch().insert(FORMS, form).insert(DIRECTORY, entry), form

        return await self._store.attempt(build)

    async def page(self, company: str, *, limit: int, after: Position | None) -> Page[Form]:
        """Return a page of forms, newest first."""
        forms = self._store[FORMS].of(company)
        return await forms.find(order=["createdAt"], descending=True, limit=limit, after=after)

    async def one(self, company: str, id: str) -> Form:
        """Return a form; raises ``FormNotFound``."""
        form = await self._store[FORMS].of(company).get(id)
        if form is None:
            raise FormNotFound("There is no such form.")
        return form

    async def change(self, company: str, id: str, body: FormBody) -> Form:
        """Change what ``body`` names and return the form; its address stays. Raises ``FormNotFound``."""
        changes = await self._changes(company, id, body)

        async def build() -> tuple[WriteBatch, Form]:
            after = (await self.one(company, id)).model_copy(update=changes | {"updated_at": self._clock.now()})
            return WriteBatch().replace(FORMS, after), after

        return await self._store.attempt(build)

    async def delete(self, company: str, id: str) -> None:
        """End a form for good. What was sent with it stays with the leads. Raises ``FormNotFound``."""

        async def build() -> tuple[WriteBatch, None]:
            form = await self.one(company, id)
            batch = WriteBatch().delete(FORMS, company, id, rev=form.rev)
            return batch.delete(DIRECTORY, None, _entry(form.key)), None

        await self._store.attempt(build)

    async def submissions(self, company: str, id: str, *, limit: int, after: Position | None) -> Page[Submission]:
        """Return a page of what was sent with a form, newest first."""
        sent = self._store[SUBMISSIONS].of(company)
        return await sent.find(eq={"formId": id}, order=["at"], descending=True, limit=limit, after=after)

    async def public(self, key: str) -> Form:
        """Return the active form that stands at a public address; raises ``FormNotFound``."""
        entry = await self._store[DIRECTORY].across_companies().get(_entry(key)) if len(key) <= 64 else None
        form = None if entry is None else await self._store[FORMS].of(entry.company_id).get(entry.ref)
        if form is None or not form.active:
            raise FormNotFound("There is no form at this address.")
        return form

    async def submit(self, form: Form, sent: Sent) -> None:
        """Take what a person sent: the lead, the event ``form.submitted`` and the consent, in one batch.

        Raises ``InvalidSubmission``, ``LooksLikeSpam``, ``ChallengeFailed``, ``ChallengeUnavailable`` and what making a
        lead raises. A program that filled in the field no person sees is answered like everybody, and nothing is
        stored; so is a person who was erased and has not consented to come back.
        """
        if str(sent.values.get(HONEYPOT) or "").strip():
            return
        entry = read(form, sent.values, strict=sent.strict)
        if isinstance(entry, list):
            raise InvalidSubmission(entry)
        points, signs = score(entry.values, sent.values, to_millis(self._clock.now()))
        if points >= form.spam_limit:
            raise LooksLikeSpam("This looks like advertising and was not taken.", details={"signs": list(signs)})
        if form.challenge_url is not None and form.challenge_secret is not None:
            await self._passed(form, form.challenge_url, form.challenge_secret, sent)
        try:
            await self._store_lead(form, sent, entry, points, signs)
        except PersonErased:
            return

    async def _store_lead(self, form: Form, sent: Sent, entry: Entry, points: int, signs: tuple[str, ...]) -> None:
        company, author = form.company_id, Author("form", f"form:{form.id}")
        now = self._clock.now()
        told = None
        if form.consent is not None:
            told = {"given": bool(entry.consent), "at": to_text(now), "text": form.consent.text}
        body = self._body(form, entry)

        async def build() -> tuple[WriteBatch, tuple[Lead, tuple[str, ...]]]:
            known = await self._known(company, entry)
            if known is None:
                batch, (lead, forgotten) = await self._leads.made(company, author, body, form.country)
            else:
                blanks = _only_blanks(body, known)
                batch, (lead, forgotten) = await self._leads.changed(company, author, known, blanks, form.country)
            submission = Submission(
                id=self._ids(),
                company_id=company,
                subjects=(lead.id,),
                form_id=form.id,
                form_name=form.name,
                lead_id=lead.id,
                created=known is None,
                at=now,
                seq=lead.seq,
                data=dict(entry.values),
                consent=told,
                page=sent.page,
                spam_score=points,
                spam_reasons=signs,
            )
            batch.insert(SUBMISSIONS, submission)
            happened = Happened(submission.id, (submission.type,), submission.origin, submission.hop)
            await self._publisher.submitted(batch, company, happened)
            return batch, (lead, forgotten)

        lead, forgotten = await self._store.attempt(build)
        await self._leads.done(company, lead, forgotten)

    def _body(self, form: Form, entry: Entry) -> LeadBody:
        fields: dict[str, Any] = {"source": form.source or f"form: {form.name}", "allowErased": bool(entry.consent)}
        for target, value in entry.targets.items():
            group, _, name = target.partition(".")
            if name:
                fields.setdefault(group, {})[name] = value
            else:
                fields[target] = value
        if entry.consent is not None:
            at = to_text(self._clock.now())
            fields["consent"] = {"given": entry.consent, "at": at, "source": f"form: {form.name}"}
        try:
            return LeadBody.model_validate(fields)
        except ValidationError as error:
            place = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise InvalidInput(
                f"What the form sends cannot become a lead: {place}: {error.errors()[0]['msg']}", code="invalid_lead"
            ) from None

    async def _known(self, company: str, entry: Entry) -> Lead | None:
        """Return the one lead with the e-mail address that was sent; where several have it nobody is meant."""
        address = entry.targets.get("email")
        if not address:
            return None
        found = (await self._store[LEADS].of(company).find(eq={"emailKey": email_key(address)}, limit=2)).items
        return found[0] if len(found) == 1 else None

    async def _passed(self, form: Form, verify_url: str, sealed: Sealed, sent: Sent) -> None:
        token = next((str(sent.values[name]) for name in CHALLENGE if sent.values.get(name)), "")
        if not token or len(token) > MAX_CHALLENGE_TOKEN:
            raise ChallengeFailed("The check that a person is there is missing.")
        secret = await self._vault.open(form.company_id, FORMS.name, form.id, SECRET, sealed)
        body = urlencode({"secret": secret, "response": token}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        try:
            answer = await self._transport.send(
                HttpRequest("POST", verify_url, Profile.TENANT, headers=headers, body=body)
            )
            told = orjson.loads(answer.body) if answer.status < 500 else None
        except (RequestFailed, orjson.JSONDecodeError) as error:
            raise ChallengeUnavailable("The check that a person is there could not be verified.") from error
        if not isinstance(told, dict):
            raise ChallengeUnavailable("The check that a person is there could not be verified.")
        if told.get("success") is not True:
            raise ChallengeFailed("The check that a person is there was not passed.")

    async def _changes(self, company: str, id: str, body: FormBody) -> dict[str, Any]:
        """Return what ``body`` changes of a form; an optional part that is null is taken away."""
        optional = {"intro", "consent", "redirect_url", "country", "source"}
        changes = {
            name: getattr(body, name)
            for name in body.model_fields_set - {"challenge"}
            if name in optional or getattr(body, name) is not None
        }
        if "challenge" in body.model_fields_set:
            if body.challenge is None:
                gone = ("challenge_url", "challenge_secret", "challenge_widget", "challenge_site_key", "kid")
                return changes | dict.fromkeys(gone)
            try:
                parse_address(body.challenge.verify_url)
            except BadAddress as error:
                raise InvalidInput(
                    str(error), code="invalid_challenge", hint="'verifyUrl' is an https address."
                ) from error
            sealed = await self._vault.seal(company, FORMS.name, id, SECRET, body.challenge.secret)
            changes |= {"challenge_url": body.challenge.verify_url, "challenge_secret": sealed, "kid": sealed.kid}
            changes |= {"challenge_widget": body.challenge.widget, "challenge_site_key": body.challenge.site_key}
        return changes


def _only_blanks(body: LeadBody, known: Lead) -> LeadBody:
    """Return what of ``body`` the lead does not have yet: whoever knows an address must not change what is known."""
    held = flatten(known)
    sent = body.model_dump(by_alias=True, exclude_unset=True)
    left: dict[str, Any] = {"allowErased": body.allow_erased}
    for name, value in sent.items():
        if name in ("address", "custom") and isinstance(value, dict):
            blanks = {key: one for key, one in value.items() if f"{name}.{key}" not in held}
            if blanks:
                left[name] = blanks
        elif name == "consent":
            refused = known.consent is not None and not known.consent.given
            if not refused and value["given"]:
                left[name] = value
        elif name not in held:
            left[name] = value
    return LeadBody.model_validate(left)


def _entry(key: str) -> str:
    return f"{DIRECTORY_NAME}:{key}"
