"""`$batch`: requests one after another, change sets in one piece, stopping at the first error or going on."""

from __future__ import annotations

import re

from . import multipart, unconfirmed
from .errors import Answer, VendorError, address_too_long, bad_query, no_such_segment
from .limits import throttled
from .operation import Call, Operation, run
from .routing import operation_of

_CONTENT_ID = re.compile(r"^/?\$(\w+)")
_BOUND_ID = re.compile(rb'"\$(\w+)"')


def handle(call: Call) -> Answer:
    """Do a batch. Without `odata.continue-on-error` it ends at the first error, whose status is the answer's."""
    settings = call.vendor.world.settings
    asked = multipart.read(call.body, call.headers.get("content-type", ""))
    number = sum(len(one.parts) if isinstance(one, multipart.ChangeSet) else 1 for one in asked)
    if number > settings.batchMax:
        raise bad_query(f"The batch has {number} operations; {settings.batchMax} is the most.")
    go_on = "odata.continue-on-error" in call.preferences
    answers: list[Answer | list[tuple[str | None, Answer]]] = []
    status = 200
    with call.vendor.world.db.transaction():
        for one in asked:
            if isinstance(one, multipart.ChangeSet):
                done = _together(call, one)
                failed = done if isinstance(done, Answer) else None
                answers.append(done)
            else:
                answered = _one(call, one, {})
                failed = answered if answered.status >= 400 else None
                answers.append(answered)
            if failed is not None and not go_on:
                status = failed.status if failed.status in (429, 503) else 400
                answers = [failed]
                break
    boundary = f"batchresponse_{call.vendor.world.new_uuid()}"
    inner = f"changesetresponse_{call.vendor.world.new_uuid()}"
    headers = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
    if go_on:
        headers["Preference-Applied"] = "odata.continue-on-error"
    return Answer(status, None, headers, multipart.written(answers, boundary, inner))


class _Undone(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _together(call: Call, change_set: multipart.ChangeSet) -> Answer | list[tuple[str | None, Answer]]:
    """Do a change set; return its answers, or the one error that undid it."""
    known: dict[str, str] = {}
    answers: list[tuple[str | None, Answer]] = []
    try:
        with call.vendor.world.db.savepoint():
            for part in change_set.parts:
                answered = _one(call, part, known)
                if answered.status >= 400:
                    raise _Undone(answered)
                if part.content_id and (address := answered.headers.get("OData-EntityId")):
                    known[part.content_id] = address
                answers.append((part.content_id, answered))
    except _Undone as undone:
        return undone.answer
    return answers


def _one(call: Call, part: multipart.Part, known: dict[str, str]) -> Answer:
    try:
        target, body = part.target, part.body
        if len(target) > unconfirmed.BATCH_ADDRESS_MAX:
            raise address_too_long()
        if "$" in target or b'"$' in body:
            target, body = _referred(part, known)
        made = call.part(part.method, target, part.headers, body)
        operation = operation_of(made.method, made.path, part.headers, target.partition("?")[2])
    except VendorError as error:
        return error.answer()
    if operation is None:
        return no_such_segment(target).answer()
    answered = _faulted(call, part, operation) or run(made, operation)
    call.desk.written += made.desk.written
    return answered


def _referred(part: multipart.Part, known: dict[str, str]) -> tuple[str, bytes]:
    """Return a part's target and body with `$1` replaced by what part 1 made. Raises VendorError 400."""

    def address(name: str) -> str:
        if name not in known:
            text = f"Content-ID Reference: '${name}' does not exist in the batch context."
            raise VendorError(400, unconfirmed.UNKNOWN_CONTENT_ID_CODE, text)
        return known[name]

    target = part.target
    match = _CONTENT_ID.match(target)
    if match is not None and match[1] not in ("batch", "metadata"):
        target = address(match[1]) + target[match.end() :]
    return target, _BOUND_ID.sub(lambda found: f'"{address(found[1].decode())}"'.encode(), part.body)


def _faulted(call: Call, part: multipart.Part, operation: Operation) -> Answer | None:
    """Return the answer that was ordered for this part, if any; its operation is named `batch/` and its own name."""
    world = call.vendor.world
    if not world.faults.rules:
        return None
    fault = world.faults.take(part.method, f"$batch{part.target.partition('?')[0]}", f"batch/{operation.name}")
    if fault is None or fault.kind not in ("answer", "rate_limited"):
        return None
    if fault.kind == "rate_limited":
        return throttled(fault.policy or "requests", world.settings, 1).answer()
    text = f"injected fault: HTTP {fault.status}"
    body = fault.body if fault.body is not None else {"error": {"code": "0x80040216", "message": text}}
    return Answer(fault.status, body, dict(fault.headers))
