"""A log for people shows what strangers wrote, and obeys none of it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from leadbridge.security.logs import configure_logging
from tests.unit.security.attack_corpus import EVERYTHING


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize("json", [False, True])
def test_one_event_is_one_line_without_control_characters(json: bool) -> None:
    out = io.StringIO()
    configure_logging(json=json, stream=out)
    log = structlog.get_logger("test")
    texts = [text for text in EVERYTHING if "\ud800" not in text or not json]
    for text in texts:
        log.info("lead_read", name=text)
    lines = out.getvalue().split("\n")
    assert len(lines) == len(texts) + 1
    assert all(line.isprintable() or json for line in lines)
    assert not any(char in out.getvalue() for char in "\x1b\r\x00\x08\x07")


@pytest.mark.usefixtures("restored")
def test_a_stack_keeps_its_lines() -> None:
    out = io.StringIO()
    configure_logging(json=False, stream=out)
    try:
        raise ValueError("a\x1b[2Jname")
    except ValueError:
        structlog.get_logger("test").exception("failed")
    assert out.getvalue().count("\n") > 3
    assert "\\x1b[2Jname" in out.getvalue()
