"""A file as it comes over HTTP: spooled to disk, since it may be larger than memory, with the options beside it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from fastapi import Request
from starlette.datastructures import UploadFile

from leadbridge.kit.errors import InvalidInput
from leadbridge.leads import normalise
from leadbridge.leads.errors import FileTooLarge, UnreadableFile
from leadbridge.leads.imports.intake import ImportOptions
from leadbridge.leads.imports.reader import MAX_BYTES
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.types import LEAD, RecordType

MULTIPART_SLACK = 64 * 1024
"""Bytes that multipart framing and the other fields may add to a file of the largest size."""
MAX_REQUEST = MAX_BYTES + MULTIPART_SLACK
"""Bytes a request to import may have."""
FLUSH = 1024 * 1024
DELIMITER_NAMES = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}
YES = frozenset(("1", "true", "yes"))


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on disk for the length of a request. Its name is shown and never used as a path."""

    name: str
    file: Path
    fields: Mapping[str, str]
    """The form's other fields, which say the same as query parameters of their names."""


@asynccontextmanager
async def uploaded(request: Request, name: str) -> AsyncIterator[Upload]:
    """Yield the file of a request: the form's only one, or the body itself. Raises ``UnreadableFile``."""
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="leadbridge-import-")
    try:
        target = Path(folder.name) / "file"
        if not request.headers.get("content-type", "").lower().startswith("multipart/"):
            await _body(request, target)
            yield Upload(name, target, {})
            return
        async with request.form(max_files=1, max_fields=20) as form:
            file = next((part for part in form.values() if isinstance(part, UploadFile)), None)
            if file is None:
                raise UnreadableFile(
                    "The form has no file in it.",
                    code="no_file",
                    hint="Send the file as the field 'file', or as the body itself with Content-Type: text/csv.",
                )
            if file.size is not None and file.size > MAX_BYTES:
                raise _too_large()
            await asyncio.to_thread(_copy, file, target)
            fields = {key: value for key, value in form.items() if isinstance(value, str)}
        yield Upload(file.filename or name, target, fields)
    finally:
        await asyncio.to_thread(folder.cleanup)


def _copy(source: UploadFile, target: Path) -> None:
    with target.open("wb") as out:
        shutil.copyfileobj(source.file, out, FLUSH)


async def _body(request: Request, target: Path) -> None:
    held = bytearray()
    size = 0
    await asyncio.to_thread(target.touch)
    async for piece in request.stream():
        held += piece
        size += len(piece)
        if size > MAX_BYTES:
            raise _too_large()
        if len(held) >= FLUSH:
            await asyncio.to_thread(_append, target, bytes(held))
            held.clear()
    await asyncio.to_thread(_append, target, bytes(held))


def _append(target: Path, data: bytes) -> None:
    with target.open("ab") as out:
        out.write(data)


def _too_large() -> FileTooLarge:
    return FileTooLarge(f"The file has more than {MAX_BYTES // 2**20} MB.")


def options_of(asked: Mapping[str, str], type: RecordType = LEAD) -> ImportOptions:
    """Return the options that query and form name, for ``type``; raises ``InvalidInput`` for one that cannot be."""
    merge = asked.get("merge") or MergeMode.FILL_BLANKS
    if merge not in list(MergeMode):
        raise InvalidInput(
            f"{normalise.shown(merge)} is no way to merge.",
            code="invalid_merge",
            hint="Send merge=fill_blanks, merge=overwrite or merge=skip.",
        )
    delimiter = asked.get("delimiter") or None
    return ImportOptions(
        MergeMode(merge),
        country_of(asked.get("defaultCountry")),
        asked.get("encoding") or None,
        mapping_of(asked.get("mapping")),
        delimiter=DELIMITER_NAMES.get(delimiter.lower(), delimiter) if delimiter else None,
        header_row=_header_row(asked.get("headerRow")),
        all_or_nothing=asked.get("allOrNothing", "").lower() in YES,
        trigger_automations=checked_trigger(asked.get("triggerAutomations", "").lower() in YES, type),
        type=type,
    )


def _header_row(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise InvalidInput(
            f"{normalise.shown(text)} is no row number.", code="invalid_header_row", hint="Send headerRow=1, or 0."
        )
    return int(text)


def checked_trigger(asked: bool, type: RecordType) -> bool:
    """Return whether automations are to be started; raises ``InvalidInput`` for records that start none."""
    if asked and type is not LEAD:
        raise InvalidInput(
            f"Imports of {type.plural} start no automations; only leads do.",
            code="nothing_to_trigger",
            hint="Leave 'triggerAutomations' out.",
        )
    return asked


def country_of(text: str | None) -> str | None:
    """Return a country's code; raises ``InvalidInput``."""
    if not text:
        return None
    try:
        return normalise.country(text)
    except normalise.Invalid as invalid:
        raise InvalidInput(str(invalid), code=invalid.code, hint="Name it as in DE or Germany.") from invalid


def mapping_of(text: str | None) -> dict[str, str | None]:
    """Return which header the caller wants to fill which field; raises ``InvalidInput``."""
    if not text:
        return {}
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict) or not all(value is None or isinstance(value, str) for value in given.values()):
        raise InvalidInput(
            "'mapping' is not a JSON object of header to field.",
            code="invalid_mapping",
            hint='Send it as in mapping={"Kunde": "company"}, URL-encoded.',
        )
    return given
