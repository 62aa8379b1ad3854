"""Repeating a write safely: the same ``Idempotency-Key`` gets the first attempt's answer and does nothing again.

An attempt claims its key by inserting a document, so that of any number of processes one runs. It renews its claim
while it runs; the key of a process that died is free to be taken over when the claim ends. The answer is stored before
it is sent. What can be tried again (5xx, 429, a busy connection) is not stored, nor is a refusal for want of rights.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import asdict, dataclass
from datetime import timedelta

import orjson
import structlog

from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import InvalidInput, LeadbridgeError, Refused
from leadbridge.kit.ids import IdSource
from leadbridge.security.hashing import hash_token
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Contention, Store
from leadbridge.web.model import ANSWERS, DONE, RUNNING, StoredAnswer

KEPT = timedelta(hours=24)
LEASE_SECONDS = 30
MAX_SEALED = 180 * 1024
"""Bytes of a compressed answer that fit, sealed and in base64, into one document."""
MAX_SUBJECTS = 2000
_SWEPT_AT_ONCE = 100
_ROUNDS = 5
_IDS = re.compile(rb"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")
_PASSING = frozenset({401, 403, 408, 425, 429})
"""Refusals that say nothing about the work: the same request may fare otherwise in a moment."""

log = structlog.get_logger("leadbridge.idempotency")


class KeyReused(LeadbridgeError):
    """The key came before, with another request."""

    status = 422
    default_code = "idempotency_key_reused"
    default_hint = "Use a new key for a new request, and the same key only to repeat the very same one."


class InProgress(Refused):
    """The first request with this key is still being worked on."""

    default_code = "idempotency_in_progress"
    default_hint = "Wait for the seconds in 'Retry-After', then send the same request with the same key again."
    retryable = True


class AnswerNotKept(Refused):
    """The work was done; its answer was too long to be kept."""

    default_code = "idempotency_answer_not_kept"
    default_hint = "Read what was written with a GET request."


class InvalidKey(InvalidInput):
    """The ``Idempotency-Key`` is not of a form that is taken."""

    default_code = "invalid_idempotency_key"
    default_hint = "Send one Idempotency-Key of 1 to 255 printable ASCII characters, for example a UUID."


@dataclass(frozen=True, slots=True)
class Question:
    """A write as it is known by its key: who asks for what, and the fingerprint of how."""

    company_id: str
    principal: str
    method: str
    path: str
    key: str
    fingerprint: str

    @property
    def id(self) -> str:
        """The id of its document."""
        parts = (self.company_id, self.principal, self.method, self.path, self.key)
        return hash_token("\0".join(parts), "idempotency")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer to be given again."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run, and the duty to tell how it ended."""

    company_id: str
    id: str
    holder: str
    path: str


class Idempotency:
    """Claims keys, keeps answers, gives them again."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, vault: Vault) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._vault = vault

    async def begin(self, question: Question) -> Claim | Kept:
        """Return the claim to run, or the answer to give again.

        Raises ``KeyReused``, ``InProgress``, ``AnswerNotKept``.
        """
        answers = self._store[ANSWERS].of(question.company_id)
        for _ in range(_ROUNDS):
            found = await answers.get(question.id)
            if found is not None and found.expires_at > self._clock.now():
                kept = await self._known(question, found)
                if kept is not None:
                    return kept
            claim = await self._claim(question, found)
            if claim is not None:
                return claim
        raise Contention("The Idempotency-Key could not be claimed: it kept changing hands.")

    async def renew(self, claim: Claim) -> bool:
        """Extend a claim; return whether it is still held."""
        batch = WriteBatch().patch(
            ANSWERS, claim.company_id, claim.id, values={"leaseUntil": self._lease_end()}, where=_held(claim)
        )
        return isinstance(await self._store.write(batch), Applied)

    async def finish(self, claim: Claim, status: int, kept: Kept | None) -> None:
        """Store how a claim ended, and its answer (None: too long to be held).

        A claim that was lost meanwhile is left to whoever took it over.
        """
        values: dict[str, object] = {"state": DONE, "status": status, "expiresAt": self._clock.now() + KEPT}
        packed = b"" if kept is None else _pack(kept)
        subjects = [] if kept is None else subjects_of(claim.path, kept.body)
        if kept is not None and len(packed) <= MAX_SEALED and len(subjects) <= MAX_SUBJECTS:
            sealed = await self._vault.seal(claim.company_id, ANSWERS.name, claim.id, "answer", packed)
            values |= {"answer": asdict(sealed), "kid": sealed.kid, "subjects": subjects}
        batch = WriteBatch().patch(ANSWERS, claim.company_id, claim.id, values=values, where=_held(claim))
        if not isinstance(await self._store.write(batch), Applied):
            log.warning("idempotency_claim_lost", company=claim.company_id)

    async def release(self, claim: Claim) -> None:
        """Give the key back: the next request with it runs."""
        await self._store.write(WriteBatch().delete(ANSWERS, claim.company_id, claim.id, where=_held(claim)))

    async def sweep(self) -> int:
        """Delete answers past their time; returns how many."""
        removed = 0
        answers = self._store[ANSWERS].across_companies()
        while page := (await answers.find(order=["expiresAt"], high=self._clock.now(), limit=_SWEPT_AT_ONCE)).items:
            batch = WriteBatch()
            for one in page:
                batch.delete(ANSWERS, one.company_id, one.id, rev=one.rev)
            if not isinstance(await self._store.write(batch), Applied):
                break  # one was just claimed anew; the next sweep goes on
            removed += len(page)
        return removed

    async def _known(self, question: Question, found: StoredAnswer) -> Kept | None:
        """Return the answer to a key that came before; None where its holder is gone and the key can be claimed."""
        if found.fingerprint != question.fingerprint:
            raise KeyReused("This Idempotency-Key was sent before, with another request.")
        if found.state == RUNNING:
            left = found.lease_until - to_millis(self._clock.now())
            if left <= 0:
                return None
            raise InProgress(
                "The first request with this Idempotency-Key is still being worked on.",
                headers={"retry-after": str(min(5, max(1, left // 1000)))},
            )
        if found.answer is None:
            raise AnswerNotKept(f"The request was carried out with status {found.status}; its answer was not kept.")
        packed = await self._vault.open_bytes(question.company_id, ANSWERS.name, found.id, "answer", found.answer)
        return _unpack(packed)

    async def _claim(self, question: Question, found: StoredAnswer | None) -> Claim | None:
        claim = Claim(question.company_id, question.id, self._ids(), question.path)
        document = StoredAnswer(
            id=claim.id,
            company_id=claim.company_id,
            state=RUNNING,
            fingerprint=question.fingerprint,
            holder=claim.holder,
            lease_until=self._lease_end(),
            expires_at=self._clock.now() + KEPT,
            rev=0 if found is None else found.rev,
        )
        batch = WriteBatch()
        if found is None:
            batch.insert(ANSWERS, document)
        else:
            batch.replace(ANSWERS, document)
        return claim if isinstance(await self._store.write(batch), Applied) else None

    def _lease_end(self) -> int:
        return to_millis(self._clock.now()) + LEASE_SECONDS * 1000


def keeps(status: int) -> bool:
    """Tell whether an answer of ``status`` ends the matter."""
    return 200 <= status < 500 and status not in _PASSING


def subjects_of(path: str, body: bytes) -> list[str]:
    """Return every id of ours that an answer mentions: whose data it may hold."""
    found = {match.decode() for match in _IDS.findall(body)} | {match.decode() for match in _IDS.findall(path.encode())}
    return sorted(found)


def _held(claim: Claim) -> dict[str, object]:
    return {"holder": claim.holder, "state": RUNNING}


def _pack(kept: Kept) -> bytes:
    head = orjson.dumps([kept.status, kept.headers])
    return zlib.compress(len(head).to_bytes(4, "big") + head + kept.body, 1)


def _unpack(packed: bytes) -> Kept:
    plain = zlib.decompress(packed)
    end = 4 + int.from_bytes(plain[:4], "big")
    status, headers = orjson.loads(plain[4:end])
    return Kept(status, tuple((name, value) for name, value in headers), plain[end:])
