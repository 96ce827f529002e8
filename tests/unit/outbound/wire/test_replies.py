"""Answers in HTTP/1.1, read strictly."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.outbound.patience import retry_after_of
from hub.outbound.wire.replies import CHUNKED, UNTIL_CLOSE, ReplyError, parse_chunk_size, parse_head


@pytest.mark.parametrize(
    ("block", "status", "length", "keeps"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2", 200, 2, True),
        (b"HTTP/1.1 200\r\nContent-Length:2", 200, 2, True),
        (b"HTTP/1.1 200 \r\ncontent-length:\t 2 ", 200, 2, True),
        (b"HTTP/1.1 204 No Content", 204, 0, True),
        (b"HTTP/1.1 304 x\r\nContent-Length: 5", 304, 0, True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked", 200, CHUNKED, True),
        (b"HTTP/1.1 200 OK", 200, UNTIL_CLOSE, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: Close", 200, 2, False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2", 200, 2, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2", 200, UNTIL_CLOSE, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked", 200, UNTIL_CLOSE, False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked", 200, UNTIL_CLOSE, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -2", 200, UNTIL_CLOSE, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000, 200, UNTIL_CLOSE, False),
        (b"HTTP/1.1 100 Continue\r\nContent-Length: 2", 100, 0, True),
    ],
)
def test_a_head_says_how_its_body_ends_and_whether_the_connection_goes_on(
    block: bytes, status: int, length: int, *, keeps: bool
) -> None:
    head = parse_head(block)
    assert (head.status, head.length, head.keeps) == (status, length, keeps)


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"HTTP/2 200 OK",
        b"HTTP/1.2 200 OK",
        b"http/1.1 200 OK",
        b"HTTP/1.1 099 x",
        b"HTTP/1.1 2000 x",
        b"HTTP/1.1  200 OK",
        b"ICY 200 OK",
        b"220 mail.example ESMTP",
        b"HTTP/1.1 101 Switching Protocols",
        b"HTTP/1.1 200 OK\nContent-Length: 2",
        b"HTTP/1.1 200 OK\r\nContent-Length : 2",
        b"HTTP/1.1 200 OK\r\n folded",
        b"HTTP/1.1 200 OK\r\nno colon",
        b"HTTP/1.1 200 OK\r\n: nameless",
        b"HTTP/1.1 200 OK\r\nX: a\0b",
        b"HTTP/1.1 200 OK\r\nX: a\rb",
    ],
)
def test_what_is_no_head_is_not_read_as_one(block: bytes) -> None:
    with pytest.raises(ReplyError):
        parse_head(block)


@pytest.mark.parametrize(("line", "size"), [(b"0", 0), (b"1f", 31), (b"A ;name=value", 10), (b"00000010", 16)])
def test_a_chunk_says_its_size(line: bytes, size: int) -> None:
    assert parse_chunk_size(line) == size


@pytest.mark.parametrize("line", [b"", b"-1", b"0x1", b"g", b"1 1", b"123456789", b"+1"])
def test_what_is_no_size_is_not_read_as_one(line: bytes) -> None:
    with pytest.raises(ReplyError):
        parse_chunk_size(line)


@settings(derandomize=True, deadline=None, max_examples=500, database=None)
@given(st.binary(max_size=80), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 503 x\r\nRetry-After: "]))
def test_whatever_arrives_a_head_is_read_or_refused(noise: bytes, beginning: bytes) -> None:
    try:
        head = parse_head(beginning + noise)
    except ReplyError:
        return
    asked = retry_after_of(head.headers)
    assert asked is None or asked >= 0


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("120", 120.0),
        ("9" * 1_000, float("inf")),
        ("Sun, 01 Nov 2026 12:01:00 GMT", 60.0),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 01 Nov 2026 12:01:00 +9999999999999999", None),
        ("Sun, 01 Nov 99999999 12:01:00 GMT", None),
        ("1.5", None),
        ("-1", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, asked: float | None) -> None:
    headers = {"retry-after": text, "date": "Sun, 01 Nov 2026 12:00:00 GMT"}
    assert retry_after_of(headers) == asked


def test_retry_after_as_a_date_needs_the_receivers_own_date() -> None:
    assert retry_after_of({"retry-after": "Sun, 01 Nov 2026 12:01:00 GMT"}) is None
