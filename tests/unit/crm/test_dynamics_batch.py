"""Dataverse's batches: what is written, and answers as documented, with other line ends, cut short and broken."""

from __future__ import annotations

import pytest

from leadbridge.crm.dynamics import answers, batch
from leadbridge.crm.dynamics.batch import Answered, Part
from leadbridge.security.transport import Headers, HttpResponse

ANSWER = (
    b"--batchresponse_3c7a\r\n"
    b"Content-Type: application/http\r\n"
    b"Content-Transfer-Encoding: binary\r\n"
    b"\r\n"
    b"HTTP/1.1 204 No Content\r\n"
    b"OData-Version: 4.0\r\n"
    b"Location: https://contoso.crm.dynamics.com/api/data/v9.2/leads(7d0c0000-0000-0000-0000-000000000001)\r\n"
    b"\r\n"
    b"\r\n"
    b"--batchresponse_3c7a\r\n"
    b"Content-Type: application/http\r\n"
    b"Content-Transfer-Encoding: binary\r\n"
    b"\r\n"
    b"HTTP/1.1 400 Bad Request\r\n"
    b"REQ_ID: 5b\r\n"
    b"Content-Type: application/json; odata.metadata=minimal\r\n"
    b"\r\n"
    b'{"error":{"code":"0x80044331","message":"too long:\\r\\n--batchresponse_3c7a--"}}\r\n'
    b"--batchresponse_3c7a\r\n"
    b"Content-Type: application/http\r\n"
    b"Content-Transfer-Encoding: binary\r\n"
    b"\r\n"
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: application/json\r\n"
    b"\r\n"
    b'{"value":[{"name":"Field Ltd"}]}\r\n'
    b"--batchresponse_3c7a--\r\n"
)
TYPE = "multipart/mixed; boundary=batchresponse_3c7a"


def statuses(content: bytes, content_type: str = TYPE) -> list[int]:
    return [one.status for one in batch.read(content_type, content)]


def test_operations_are_written_as_documented() -> None:
    parts = [
        Part("PATCH", "/api/data/v9.2/leads(7d0c)", {"If-Match": "*"}, b'{"jobtitle":"CTO"}'),
        Part("GET", "/api/data/v9.2/accounts?$select=name&$top=1"),
    ]
    assert batch.body(parts) == (
        b"--batch_leadbridge\r\n"
        b"Content-Type: application/http\r\n"
        b"Content-Transfer-Encoding: binary\r\n"
        b"\r\n"
        b"PATCH /api/data/v9.2/leads(7d0c) HTTP/1.1\r\n"
        b"Accept: application/json\r\n"
        b"If-Match: *\r\n"
        b"Content-Type: application/json; type=entry\r\n"
        b"\r\n"
        b'{"jobtitle":"CTO"}\r\n'
        b"--batch_leadbridge\r\n"
        b"Content-Type: application/http\r\n"
        b"Content-Transfer-Encoding: binary\r\n"
        b"\r\n"
        b"GET /api/data/v9.2/accounts?$select=name&$top=1 HTTP/1.1\r\n"
        b"Accept: application/json\r\n"
        b"\r\n"
        b"\r\n"
        b"--batch_leadbridge--\r\n"
    )


@pytest.mark.parametrize("content_type", [TYPE, 'multipart/mixed; boundary="batchresponse_3c7a"; charset=utf-8'])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_each_operation_has_its_outcome(content_type: str, line_end: bytes) -> None:
    made, refused, read = batch.read(content_type, ANSWER.replace(b"\r\n", line_end))
    assert (made.status, made.body) == (204, b"")
    assert made.headers["location"].endswith("(7d0c0000-0000-0000-0000-000000000001)")
    assert (refused.status, refused.headers["req_id"]) == (400, "5b")
    assert answers.json_of(refused)["error"]["code"] == "0x80044331"
    assert answers.json_of(read) == {"value": [{"name": "Field Ltd"}]}


def test_a_preamble_is_passed_over() -> None:
    assert statuses(b"This is a multipart message.\r\n" + ANSWER) == [204, 400, 200]


def test_an_answer_that_was_cut_short_tells_what_it_has() -> None:
    full = statuses(ANSWER)
    for at in range(len(ANSWER)):
        told = statuses(ANSWER[:at])
        assert told == full[: len(told)]


def test_what_cannot_be_read_ends_the_list() -> None:
    broken = ANSWER.replace(b"HTTP/1.1 400 Bad Request", b"<html>bad gateway</html>")
    assert statuses(broken) == [204]
    assert statuses(b"<html>maintenance</html>") == []


def test_an_answer_without_a_boundary_is_none() -> None:
    with pytest.raises(ValueError, match="boundary"):
        batch.read("text/html", ANSWER)
    response = HttpResponse(200, Headers([("content-type", "text/html")]), b"<html>maintenance</html>", 0.1)
    assert answers.parts(response, 2) == [None, None]


def test_operations_that_nothing_is_said_about_have_no_outcome() -> None:
    response = HttpResponse(200, Headers([("content-type", TYPE)]), ANSWER, 0.1)
    found = answers.parts(response, 5)
    assert [None if one is None else one.status for one in found] == [204, 400, 200, None, None]
    assert len(answers.parts(response, 2)) == 2, "more answers than operations are not taken for anybody's"


def test_a_part_that_is_no_json_has_no_fields() -> None:
    assert answers.json_of(Answered(200, {}, b"<html>")) == {}
    assert answers.json_of(Answered(200, {}, b"[1]")) == {}
