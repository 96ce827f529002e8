"""Envelopes and manifests in a content coding: what is meant is the same, whoever asks how."""

import gzip
from collections.abc import Callable
from typing import Final

import msgspec
import pytest
from zstandard import ZstdDecompressor

from tests.taxii.caller import TAXII, Caller, manifest, objects, one
from tests.taxii.content import identity

DECODERS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "gzip": gzip.decompress,
    "zstd": lambda body: ZstdDecompressor().decompress(body),
}


@pytest.fixture(scope="module", autouse=True)
def _filled(ana: Caller) -> None:
    ana.added("xa", *(identity() for _ in range(60)))


@pytest.mark.parametrize("coding", DECODERS)
@pytest.mark.parametrize("path", [objects("xa"), manifest("xa")])
def test_a_page_in_a_coding_is_the_page(ana: Caller, path: str, coding: str) -> None:
    plain = ana.call("GET", path, "limit=50")
    coded = ana.call("GET", path, "limit=50", {"Accept-Encoding": coding})
    assert coded.headers["Content-Encoding"] == coding
    assert DECODERS[coding](coded.data) == plain.data
    assert int(coded.headers["Content-Length"]) == len(coded.data) < len(plain.data)
    assert coded.headers["Content-Type"] == plain.headers["Content-Type"]
    assert coded.headers["X-TAXII-Date-Added-Last"] == plain.headers["X-TAXII-Date-Added-Last"]
    assert plain.headers["Vary"] == coded.headers["Vary"] == "Accept-Encoding"


def test_nobody_is_given_a_coding_that_they_did_not_ask_for(ana: Caller) -> None:
    plain = ana.call("GET", objects("xa"), "limit=50")
    assert "Content-Encoding" not in plain.headers
    assert len(msgspec.json.decode(plain.data)["objects"]) == 50


def test_HEAD_tells_of_the_coding_and_the_length_that_GET_has(ana: Caller) -> None:
    got, told = (ana.call(method, objects("xa"), "limit=50", {"Accept-Encoding": "zstd"}) for method in ("GET", "HEAD"))
    assert told.data == b""
    for name in ("Content-Encoding", "Content-Length", "Vary"):
        assert told.headers[name] == got.headers[name]


def test_a_refusal_and_the_answer_to_a_push_go_as_they_are(ana: Caller) -> None:
    asked = {"Accept-Encoding": "gzip, zstd, identity;q=0"}
    missing = ana.call("GET", one("xa", identity()["id"]), headers=asked)
    pushed = ana.call(
        "POST",
        objects("xa"),
        headers=asked | {"Content-Type": TAXII},
        data=msgspec.json.encode({"objects": [identity()]}),
    )
    assert (missing.status_code, pushed.status_code) == (404, 202)
    assert "Content-Encoding" not in missing.headers
    assert "Content-Encoding" not in pushed.headers
