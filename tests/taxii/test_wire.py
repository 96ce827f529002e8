"""What only a real connection shows: framing, repeated header lines, what the web server adds."""

import json
from collections.abc import Iterator

import pytest

from tests.taxii.caller import TAXII, Caller, basic, objects, one
from tests.taxii.content import identity
from tests.taxii.harness import BODY_MAX, Hub
from tests.taxii.served import Address, exchange, served


@pytest.fixture(scope="module")
def address(hub: Hub) -> Iterator[Address]:
    with served(hub.settings, hub.urls) as running:
        yield running


def request(ana: Caller, line: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [
        f"{line} HTTP/1.1",
        "Host: hub.example",
        "Connection: close",
        f"Authorization: {basic(ana.username, ana.token)}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def status_of(response: bytes) -> int:
    return int(response.split(b" ", 2)[1])


def test_N_06_the_range_may_stand_on_a_second_line(ana: Caller, address: Address) -> None:
    lines = ["Accept: application/json", f"Accept: {TAXII}"]
    for ordered in (lines, lines[::-1]):
        assert status_of(exchange(address, request(ana, f"GET {objects('xa')}", *ordered))) == 200


def chunks(body: bytes) -> bytes:
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


@pytest.mark.parametrize(("size", "code"), [(600, 202), (BODY_MAX, 202), (BODY_MAX + 1, 413)])
def test_W_09_W_10_W_11_chunks_are_counted(ana: Caller, address: Address, size: int, code: int) -> None:
    item = identity(description="")
    item["description"] = "x" * (size - len(json.dumps({"objects": [item]})))
    body = json.dumps({"objects": [item]}).encode()
    head = (f"Accept: {TAXII}", f"Content-Type: {TAXII}", "Transfer-Encoding: chunked")
    response = exchange(address, request(ana, f"POST {objects('xa')}", *head, body=chunks(body)))
    assert status_of(response) == code
    assert f"content-type: {TAXII}".encode() in response.lower()
    assert (ana.get(one("xa", item["id"])).status_code == 200) == (code == 202)


def test_W_09_an_announced_length_is_enough_for_413(ana: Caller, address: Address) -> None:
    head = (f"Accept: {TAXII}", f"Content-Type: {TAXII}", f"Content-Length: {BODY_MAX + 1}")
    body = b" " * (BODY_MAX + 1)
    assert status_of(exchange(address, request(ana, f"POST {objects('xa')}", *head, body=body))) == 413


def test_G_13_I_30_no_user_agent(ana: Caller, address: Address) -> None:
    assert status_of(exchange(address, request(ana, "GET /taxii2/", f"Accept: {TAXII}"))) == 200


def test_G_16_head_has_the_headers_and_no_body(ana: Caller, address: Address) -> None:
    response = exchange(address, request(ana, f"HEAD {objects('xa')}", f"Accept: {TAXII}"))
    head, _, body = response.partition(b"\r\n\r\n")
    assert status_of(response) == 200
    assert b"x-taxii-date-added-last" in head.lower()
    assert body == b""


@pytest.mark.parametrize("line", ["GET /taxii2/", "GET /nope", "GET /appf/collections/%00/objects/", "PATCH /appf/"])
def test_A_02_G_17_nothing_tells_what_serves(ana: Caller, address: Address, line: str) -> None:
    response = exchange(address, request(ana, line, f"Accept: {TAXII}"))
    head = response.partition(b"\r\n\r\n")[0].lower()
    assert status_of(response) in {200, 404, 405}
    assert b"granian" not in head
    assert head.count(b"\r\nserver: hub") == head.count(b"\r\nserver:") == 1
    assert f"content-type: {TAXII}".encode() in head


@pytest.mark.parametrize("value", [b"Basic \xff\xfe", b"\xe2\x82\xac", b"Basic " + b"A" * 8000])
def test_A_14_odd_bytes_in_authorization_are_401(address: Address, value: bytes) -> None:
    head = b"GET /taxii2/ HTTP/1.1\r\nHost: hub.example\r\nConnection: close\r\nAuthorization: " + value
    response = exchange(address, head + b"\r\n\r\n")
    assert status_of(response) == 401
    assert b"www-authenticate: basic" in response.lower()
    assert b"www-authenticate: bearer" in response.lower()


@pytest.mark.parametrize("path", [b"/appf/\xff/", b"/appf/collections/xa/objects/?match[id]=\xff", b"/appf/%"])
def test_G_17_odd_bytes_in_the_path_are_no_500(ana: Caller, address: Address, path: bytes) -> None:
    sent = request(ana, "GET PATH", f"Accept: {TAXII}").replace(b"PATH", path)
    assert status_of(exchange(address, sent)) in {200, 400, 404}
