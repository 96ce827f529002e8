"""Which coding a body is sent in, as RFC 9110 §12.5.3 reads Accept-Encoding."""

import gzip

import pytest
from flask import Flask, Response
from zstandard import ZstdDecompressor

from hub.web.coding import GZIP, IDENTITY, WORTH_IT, ZSTD, choose_coding, coded_tag, compress, uncoded_tag

LARGE, SMALL = WORTH_IT, WORTH_IT - 1
CHOICES = [
    (None, IDENTITY),
    ("", IDENTITY),
    ("gzip", GZIP),
    ("GZip", GZIP),
    ("x-gzip", GZIP),
    ("zstd", ZSTD),
    ("gzip, deflate", GZIP),
    ("gzip, deflate, br, zstd", ZSTD),
    ("gzip;q=1.0, zstd;q=0.5", GZIP),
    ("gzip;q=0, zstd;q=0.001", ZSTD),
    ("gzip;q=0", IDENTITY),
    ("gzip;q=0.000", IDENTITY),
    ("deflate, br", IDENTITY),
    ("identity", IDENTITY),
    ("identity;q=0.5, gzip;q=0.2", IDENTITY),
    ("identity;q=0.2, gzip;q=0.5", GZIP),
    ("identity, gzip", GZIP),
    ("*", GZIP),
    ("*;q=0", IDENTITY),
    ("*;q=0, zstd", ZSTD),
    ("gzip;q=0, *", IDENTITY),
    ("gzip;q=high", IDENTITY),
    ("gzip;q=2", IDENTITY),
    ("gzip;q=0.5, br;q=1", GZIP),
]


@pytest.mark.parametrize(("header", "coding"), CHOICES)
def test_the_coding_that_the_client_prefers(header: str | None, coding: str) -> None:
    assert choose_coding(header, LARGE) == coding


@pytest.mark.parametrize(
    ("header", "coding"),
    [("gzip", IDENTITY), ("zstd", IDENTITY), ("identity;q=0, gzip", GZIP), ("*;q=0, zstd", ZSTD), ("*;q=0", IDENTITY)],
)
def test_a_small_body_goes_as_it_is_unless_the_client_refuses_that(header: str, coding: str) -> None:
    assert choose_coding(header, SMALL) == coding


@pytest.mark.parametrize("coding", [GZIP, ZSTD])
def test_a_tag_in_a_coding_is_another_and_tells_the_one_without(coding: str) -> None:
    assert coded_tag('"abc"', coding) != '"abc"'
    assert uncoded_tag(coded_tag('"abc"', coding)) == uncoded_tag('"abc"') == '"abc"'


def answered(response: Response, header: str | None, *, method: str = "GET") -> Response:
    headers = {} if header is None else {"Accept-Encoding": header}
    with Flask("test").test_request_context(method=method, headers=headers):
        return compress(response)


def test_equal_bodies_are_equal_octets_in_every_coding() -> None:
    body = b'{"name":"a"}' * 1_000
    for header, decode in (("gzip", gzip.decompress), ("zstd", ZstdDecompressor().decompress)):
        sent = [answered(Response(body, mimetype="application/json"), header) for _ in range(2)]
        assert sent[0].data == sent[1].data
        assert decode(sent[0].data) == body
        assert sent[0].content_length == len(sent[0].data) < len(body)


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_an_answer_to_a_change_goes_as_it_is(method: str) -> None:
    sent = answered(Response(b"x" * 10_000, mimetype="application/json"), "gzip, zstd, identity;q=0", method=method)
    assert (sent.data, "Content-Encoding" in sent.headers, "Vary" in sent.headers) == (b"x" * 10_000, False, False)


def test_a_stream_goes_as_it_is() -> None:
    sent = answered(Response(iter([b"data: 1\n\n"]), mimetype="text/event-stream"), "gzip, identity;q=0")
    assert "Content-Encoding" not in sent.headers
    assert list(sent.response) == [b"data: 1\n\n"]


def test_a_failure_goes_as_it_is() -> None:
    sent = answered(Response(b"x" * 10_000, status=404, mimetype="application/json"), "gzip")
    assert "Content-Encoding" not in sent.headers


def test_what_differs_by_coding_says_so_even_where_it_is_not_coded() -> None:
    assert answered(Response(b"{}", mimetype="application/json"), None).headers["Vary"] == "Accept-Encoding"
    assert answered(Response(status=304), "gzip").headers["Vary"] == "Accept-Encoding"
