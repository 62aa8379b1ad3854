"""Several calls in one: composite, graph, batch, tree. One outer call counts once against the daily limit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.responses import Response
from starlette.routing import compile_path

from . import unconfirmed
from .errors import Refused, answer, not_found
from .operation import Call, Handler, check_version, refusal
from .writes import named_kind

PARTS_MAX = 25
NODES_MAX = 500
TREE_MAX = 200
HALTED = "The transaction was rolled back since another operation in the same transaction failed."
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")

Part = dict[str, Any]


class _RolledBack(Exception):
    """A part failed in a call of all or none."""


class _Undone(Exception):
    """A part was refused: what it wrote is taken back."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Composite:
    """The composite operations. `routes` are those that a part may name: method, path, handler."""

    def __init__(self, routes: Iterable[tuple[str, str, Handler]]) -> None:
        self.routes = [(method, compile_path(path), handler) for method, path, handler in routes]

    def _part(self, call: Call, method: str, url: str, body: Any, headers: dict[str, str]) -> Response:
        """Return the answer of one part, with what a refused one wrote taken back."""
        path, _, query = url.partition("?")
        for known, (pattern, _, converters), handler in self.routes:
            found = pattern.match(unquote(path).rstrip("/"))
            if known != method or found is None:
                continue
            inner = Call(
                call.vendor,
                method,
                {name: str(converters[name].convert(text)) for name, text in found.groupdict().items()},
                dict(parse_qsl(query, keep_blank_values=True)),
                {**call.headers, **{name.lower(): str(value) for name, value in headers.items()}},
                b"" if body is None else orjson.dumps(body),
                call.origin,
                call.bearer,
            )
            try:
                with call.vendor.db.savepoint():
                    response = _answered(inner, handler)
                    if response.status_code >= 300:
                        raise _Undone(response)
                    return response
            except _Undone as undone:
                return undone.response
        return answer(404, not_found().body())

    def composite(self, call: Call) -> Response:
        """Answer up to 25 parts, each of which may refer to the answers of those before it."""
        body = call.json()
        done, _ = self._together(call, _parts(body.get("compositeRequest")), body.get("allOrNone") is True)
        return answer(200, {"compositeResponse": done})

    def graph(self, call: Call) -> Response:
        """Answer graphs of parts: each graph is done whole or not at all."""
        graphs = call.json().get("graphs")
        if not isinstance(graphs, list) or not graphs or not all(isinstance(graph, dict) for graph in graphs):
            raise Refused(400, "REQUIRED_FIELD_MISSING", "At least 1 graph is required")
        answers = []
        for graph in graphs:
            done, failed = self._together(call, _parts(graph.get("compositeRequest"), NODES_MAX), True)
            response = {"compositeResponse": done}
            answers.append({"graphId": graph.get("graphId"), "graphResponse": response, "isSuccessful": not failed})
        return answer(200, {"graphs": answers})

    def _together(self, call: Call, parts: list[Part], all_or_none: bool) -> tuple[list[Part], bool]:
        """Return the parts' answers, and whether one of them failed."""
        done: list[Part] = []
        try:
            with call.vendor.db.transaction():
                for part in parts:
                    done.append(self._composed(call, part, done))
                if all_or_none and any(_failed(one) for one in done):
                    raise _RolledBack
        except _RolledBack:
            halted = {"body": Refused(400, "PROCESSING_HALTED", HALTED).body(), "httpHeaders": {}}
            done = [one if _failed(one) else {**one, **halted, "httpStatusCode": 400} for one in done]
        return done, any(_failed(one) for one in done)

    def _composed(self, call: Call, part: Part, done: list[Part]) -> Part:
        reference = str(part.get("referenceId") or "")
        if not reference:
            raise Refused(400, "REQUIRED_FIELD_MISSING", "referenceId must be specified for each request")
        try:
            url = str(_filled(str(part.get("url") or ""), done))
            body = _filled(part.get("body"), done)
        except KeyError as missing:
            text = f"Invalid reference specified. No value for {missing.args[0]} found"
            refused = Refused(400, "PROCESSING_HALTED", text)
            return _composite_part(refusal(refused), reference)
        response = self._part(call, str(part.get("method")).upper(), url, body, part.get("httpHeaders") or {})
        return _composite_part(response, reference)

    def batch(self, call: Call) -> Response:
        """Answer up to 25 parts that have nothing to do with each other."""
        body = call.json()
        results: list[Part] = []
        halted = False
        with call.vendor.db.transaction():
            for part in _parts(body.get("batchRequests")):
                if halted:
                    refused = Refused(412, "BATCH_PROCESSING_HALTED", "Batch processing halted per request")
                    results.append({"statusCode": 412, "result": refused.body()})
                    continue
                url = f"/services/data/{str(part.get('url') or '').lstrip('/')}"
                url = url.replace("/services/data/services/data/", "/services/data/")
                response = self._part(call, str(part.get("method")).upper(), url, part.get("richInput"), {})
                results.append({"statusCode": response.status_code, "result": _json(response)})
                halted = response.status_code >= 300 and body.get("haltOnError") is True
        if unconfirmed.COMPOSITE_COUNTS_EACH_PART:
            call.vendor.usage.add(call.org.org_id, call.vendor.now, len(results) - 1)
        return answer(200, {"hasErrors": any(one["statusCode"] >= 300 for one in results), "results": results})


def tree(call: Call) -> Response:
    """Add up to 200 records of one type, all or none. Records within records are not taken here."""
    desk, rows = call.desk(), call.json().get("records")
    kind = desk.kind(call.params["object"])
    if not isinstance(rows, list) or not 0 < len(rows) <= TREE_MAX or not all(isinstance(row, dict) for row in rows):
        raise Refused(400, "INVALID_INPUT", f"records is a list of 1 to {TREE_MAX} records")
    made: list[Part] = []
    failed: list[Part] = []
    try:
        with call.vendor.db.transaction():
            for row in rows:
                reference = str((row.get("attributes") or {}).get("referenceId") or "")
                try:
                    if named_kind(desk, row).name != kind.name or not reference:
                        raise Refused(400, "INVALID_INPUT", "each record needs its type and a referenceId")
                    made.append({"referenceId": reference, "id": desk.create(kind, row).id})
                except Refused as refused:
                    failed.append({"referenceId": reference, "errors": [refused.row_error()]})
            if failed:
                raise _RolledBack
    except _RolledBack:
        return answer(400, {"hasErrors": True, "results": failed})
    return answer(201, {"hasErrors": False, "results": made})


def _answered(call: Call, handler: Handler) -> Response:
    try:
        check_version(call.version)
        return handler(call)
    except Refused as refused:
        return refusal(refused)


def _failed(part: Part) -> bool:
    return int(part["httpStatusCode"]) >= 300


def _parts(given: Any, most: int = PARTS_MAX) -> list[Part]:
    if not isinstance(given, list) or not given or not all(isinstance(part, dict) for part in given):
        raise Refused(400, "REQUIRED_FIELD_MISSING", "At least 1 request is required")
    if len(given) > most:
        raise Refused(400, "LIMIT_EXCEEDED", f"The number of requests may not exceed {most}")
    return given


def _json(response: Response) -> Any:
    return orjson.loads(response.body) if response.body else None


def _composite_part(response: Response, reference: str) -> Part:
    location = response.headers.get("Location")
    return {
        "body": _json(response),
        "httpHeaders": {"Location": location} if location else {},
        "httpStatusCode": response.status_code,
        "referenceId": reference,
    }


def _filled(value: Any, done: list[Part]) -> Any:
    """Return a value with its `@{reference.path}` replaced. Raises KeyError with what is not there."""
    if isinstance(value, dict):
        return {name: _filled(inner, done) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, done) for inner in value]
    if not isinstance(value, str):
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _looked_up(whole, done)
    return _REFERENCE.sub(lambda found: str(_looked_up(found, done)), value)


def _looked_up(found: re.Match[str], done: list[Part]) -> Any:
    named = [part for part in done if part["referenceId"] == found[1]]
    try:
        value = named[0]["body"]
        for step in re.findall(r"\w+", found[2]):
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (KeyError, IndexError, TypeError, ValueError):
        raise KeyError(f"{found[1]}{found[2]}") from None
    return value
