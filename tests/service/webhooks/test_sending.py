"""What arrives at a receiver, and what is made of its answer."""

import socket
from datetime import UTC, datetime

import pytest

from hub.domain.identifiers import SubscriptionId, Tick
from hub.outbound.webhooks.answers import Answer, Delivered, Gone, Refused
from hub.outbound.webhooks.deliveries import Delivery, Item, batch_of
from hub.outbound.webhooks.sender import Sender
from hub.outbound.webhooks.signature import Secret, Signers, Trusted, Verdict, signed_headers, verify
from hub.outbound.wire.connections import Limits
from hub.outbound.wire.endpoints import parse_endpoint
from tests.service.webhooks.conftest import MakeSender
from tests.service.webhooks.receivers import OK, Arrived, Receiver, hangs_up, receiving, says

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def send(sender: Sender, receiver: Receiver, body: bytes = b"{}") -> Answer:
    endpoint = parse_endpoint(f"http://127.0.0.1:{receiver.port}/hook?k=v")
    return sender.send(endpoint, headers={"Content-Type": "application/json"}, body=body)


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "\r\n"]
    return "\r\n".join(lines).encode() + body


def test_a_signed_delivery_arrives_as_it_was_signed(sender: Sender) -> None:
    secret = Secret(bytes(32))
    subscription = SubscriptionId("0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a01")
    items = [Item(position=Tick(7), payload=b'{ "type":"x-a" }')]
    batch = batch_of(items, after=Tick(0), last=Tick(7))
    delivery = Delivery(subscription=subscription, batch=batch, key=bytes(32))
    signature = signed_headers(Signers(secrets=(secret,)), name=delivery.id, body=batch.body, at=AT)
    with receiving() as receiver:
        endpoint = parse_endpoint(f"http://127.0.0.1:{receiver.port}/hook?k=v")
        sent = sender.send(endpoint, headers={**delivery.headers, **signature}, body=batch.body)
    assert sent == Delivered(status=200)
    [arrived] = receiver.seen
    assert arrived.line == "POST /hook?k=v HTTP/1.1"
    assert arrived.body == b'{"objects":[{ "type":"x-a" }]}'
    assert verify(arrived.headers, arrived.body, Trusted(secrets=(secret,)), at=AT) is Verdict.GENUINE
    assert set(arrived.headers) == {
        "host",
        "user-agent",
        "accept-encoding",
        "content-type",
        "content-length",
        "hub-subscription",
        "x-taxii-date-added-first",
        "x-taxii-date-added-last",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
    assert arrived.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert arrived.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer("200 OK"), Delivered(status=200)),
        (answer("202 Accepted", body=b"queued"), Delivered(status=202)),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Delivered(status=204)),
        (answer("410 Gone"), Gone()),
        (answer("404 Not Found", body=b"no such hook"), Refused(status=404, retry_after=None, excerpt="no such hook")),
        (answer("503 x", "Retry-After: 120"), Refused(status=503, retry_after=120.0, excerpt="")),
        (answer("429 x", "Retry-After: 99999999999"), Refused(status=429, retry_after=86_400.0, excerpt="")),
        (
            answer("503 x", "Date: Sun, 01 Nov 2026 12:00:00 GMT", "Retry-After: Sun, 01 Nov 2026 12:01:30 GMT"),
            Refused(status=503, retry_after=90.0, excerpt=""),
        ),
        (
            b"HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;a=b\r\nde\r\n0\r\n\r\n",
            Refused(status=500, retry_after=None, excerpt="abcde"),
        ),
        (
            answer("500 x", body="\x1b[31m a\u202eb\r\n\0\xff".encode("latin-1", "replace")),
            Refused(status=500, retry_after=None, excerpt="[31m a?b \ufffd"),
        ),
        (answer("400 x", body=b"x" * 5_000), Refused(status=400, retry_after=None, excerpt="x" * 200)),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, Delivered(status=200)),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 x\r\n\r\n" + OK, Delivered(status=200)),
    ],
)
def test_an_answer_means(sender: Sender, said: bytes, expected: Answer) -> None:
    with receiving(says(said)) as receiver:
        assert send(sender, receiver) == expected
        assert send(sender, receiver) == expected
        assert receiver.connections == 1


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
def test_a_redirection_is_a_refusal_and_is_not_followed(sender: Sender, status: str) -> None:
    with receiving() as inner:
        location = f"Location: http://127.0.0.1:{inner.port}/metadata"
        with receiving(says(answer(f"{status} x", location))) as receiver:
            assert send(sender, receiver) == Refused(status=int(status), retry_after=None, excerpt="")
        assert inner.connections == 0


def test_one_connection_serves_many_deliveries(sender: Sender) -> None:
    with receiving() as receiver:
        assert [send(sender, receiver) for _ in range(20)] == [Delivered(status=200)] * 20
        assert receiver.connections == 1


@pytest.mark.parametrize(
    "said",
    [
        answer("200 OK", "Connection: close"),
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: a\r\n\r\n",
    ],
)
def test_a_connection_that_may_be_out_of_step_is_not_used_again(make_sender: MakeSender, said: bytes) -> None:
    sender = make_sender(limits=Limits(body=0.05))
    with receiving(says(said)) as receiver:
        assert [send(sender, receiver) for _ in range(3)] == [Delivered(status=200)] * 3
        assert receiver.connections == 3


def test_an_answer_nobody_asked_for_is_not_taken_for_that_to_the_next_delivery(sender: Sender) -> None:
    streams: list[socket.socket] = []

    def act(stream: socket.socket, _: Arrived) -> None:
        streams.append(stream)
        stream.sendall(answer("200 OK") if len(streams) == 1 else answer("503 x"))

    with receiving(act) as receiver:
        assert send(sender, receiver) == Delivered(status=200)
        streams[0].sendall(answer("200 OK"))
        assert send(sender, receiver) == Refused(status=503, retry_after=None, excerpt="")
        assert receiver.connections == 2


def test_a_receiver_that_hung_up_meanwhile_is_called_again(sender: Sender) -> None:
    with receiving(hangs_up(OK)) as receiver:
        assert [send(sender, receiver) for _ in range(3)] == [Delivered(status=200)] * 3
        assert [arrived.connection for arrived in receiver.seen] == [1, 2, 3]


def test_connections_are_kept_up_to_a_number_and_for_a_time(make_sender: MakeSender) -> None:
    now = [0.0]
    sender = make_sender(limits=Limits(idle=60.0, connections=1), clock=lambda: now[0])
    with receiving() as one, receiving() as other:
        send(sender, one)
        send(sender, other)
        send(sender, other)
        assert other.connections == 1
        send(sender, one)
        assert one.connections == 2
        now[0] += 60.0
        send(sender, one)
        assert one.connections == 3


def test_after_closing_nothing_is_kept(sender: Sender) -> None:
    with receiving() as receiver:
        send(sender, receiver)
        sender.close()
        send(sender, receiver)
        send(sender, receiver)
        assert receiver.connections == 3


def test_a_large_body_arrives_whole(sender: Sender) -> None:
    body = bytes(range(256)) * 40_000
    with receiving() as receiver:
        assert send(sender, receiver, body) == Delivered(status=200)
    assert receiver.seen[0].body == body


def test_ipv6_is_spoken(sender: Sender) -> None:
    try:
        with receiving(host="::1") as receiver:
            endpoint = parse_endpoint(f"http://[::1]:{receiver.port}/")
            assert sender.send(endpoint, headers={}, body=b"") == Delivered(status=200)
            assert receiver.seen[0].headers["host"] == f"[::1]:{receiver.port}"
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"X": "é"}, {"": "a"}])
def test_a_header_that_would_end_itself_is_never_sent(sender: Sender, headers: dict[str, str]) -> None:
    with receiving() as receiver, pytest.raises(ValueError, match="is no header to send"):
        sender.send(parse_endpoint(f"http://127.0.0.1:{receiver.port}/"), headers=headers, body=b"")


def test_proxies_of_the_environment_are_not_used(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(sender, receiver) == Delivered(status=200)
        assert proxy.connections == 0
