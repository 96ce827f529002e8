"""Receivers that want the hub to reach elsewhere, to wait, or to drown."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from itertools import count

import pytest

from hub.outbound.webhooks.answers import Answer, Delivered, Refused, Unreachable
from hub.outbound.webhooks.sender import Sender
from hub.outbound.wire.addresses import Address, Networks, networks_of, resolve
from hub.outbound.wire.connections import Connection, Deadline, Limits
from hub.outbound.wire.endpoints import parse_endpoint
from hub.outbound.wire.reasons import Reason
from hub.outbound.wire.replies import BODY_BYTES
from tests.service.webhooks.conftest import MakeSender
from tests.service.webhooks.receivers import OK, Arrived, Receiver, receiving, says

PATIENT = 30.0


def send(sender: Sender, receiver: Receiver, *, host: str = "soc.example", body: bytes = b"{}") -> Answer:
    return sender.send(parse_endpoint(f"http://{host}:{receiver.port}/"), headers={}, body=body)


def reason_of(answer: Answer) -> Reason:
    assert isinstance(answer, Unreachable)
    return answer.reason


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127.1", "0x7f000001", "localhost"])
def test_the_hubs_own_machine_is_not_reached(make_sender: MakeSender, host: str) -> None:
    sender = make_sender(networks=Networks(), resolver=resolve)
    with receiving() as receiver:
        assert reason_of(send(sender, receiver, host=host)) is Reason.ADDRESS
        assert receiver.connections == 0


@pytest.mark.parametrize("order", [("127.0.0.1", "10.0.0.1"), ("10.0.0.1", "127.0.0.1")])
def test_a_name_with_one_address_that_is_not_allowed_is_not_reached_at_the_others(
    make_sender: MakeSender, order: tuple[str, str]
) -> None:
    sender = make_sender(resolver=lambda _host, _seconds: [ip_address(text) for text in order])
    with receiving() as receiver:
        endpoint = parse_endpoint(f"https://soc.example:{receiver.port}/")
        assert reason_of(sender.send(endpoint, headers={}, body=b"")) is Reason.ADDRESS
        assert receiver.connections == 0


def test_the_subscriber_is_not_told_which_address_a_name_has(make_sender: MakeSender) -> None:
    hidden = make_sender(resolver=lambda _host, _seconds: [ip_address("10.1.2.3")])
    with receiving() as receiver:
        inner = send(hidden, receiver)

    def unknown(host: str, _seconds: float) -> list[Address]:
        raise OSError(f"{host} is not known")

    outer = send(make_sender(resolver=unknown), receiver)
    assert isinstance(inner, Unreachable)
    assert isinstance(outer, Unreachable)
    assert inner.reason.sentence == outer.reason.sentence
    assert "10.1.2.3" not in inner.reason.sentence


def test_a_connection_goes_to_the_address_that_was_checked(
    make_sender: MakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def once(host: str, _seconds: float) -> list[Address]:
        asked.append(host)
        return [ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1")]

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the name was looked up again")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket, "gethostbyname", never)
    sender = make_sender(resolver=once)
    with receiving() as receiver:
        assert send(sender, receiver) == Delivered(status=200)
        assert send(sender, receiver) == Delivered(status=200)
        assert asked == ["soc.example"]


def test_plain_http_goes_only_into_named_networks(make_sender: MakeSender) -> None:
    sender = make_sender(networks=networks_of(["10.0.0.0/8"]), resolver=lambda _host, _seconds: [ip_address("1.1.1.1")])
    answer = sender.send(parse_endpoint("http://soc.example/"), headers={}, body=b"")
    assert answer == Unreachable(reason=Reason.ADDRESS, detail="soc.example is at 1.1.1.1, a public network: no http")


def test_a_name_without_address_is_not_reached(make_sender: MakeSender) -> None:
    with receiving() as receiver:
        assert reason_of(send(make_sender(resolver=lambda _host, _seconds: []), receiver)) is Reason.ADDRESS


def test_nobody_there_is_said(sender: Sender) -> None:
    with receiving() as receiver:
        pass
    assert reason_of(send(sender, receiver)) is Reason.CONNECT


def test_the_next_address_is_tried_where_nobody_takes_the_connection(make_sender: MakeSender) -> None:
    sender = make_sender(resolver=lambda _host, _seconds: [ip_address("127.0.0.2"), ip_address("127.0.0.1")])
    with receiving() as receiver:
        assert send(sender, receiver) == Delivered(status=200)


class Ticking:
    """A clock on which each look takes a second, and lets the receiver send one more piece."""

    def __init__(self) -> None:
        self.now = count()
        self.looks = threading.Semaphore(0)

    def __call__(self) -> float:
        self.looks.release()
        return float(next(self.now))


@contextmanager
def dripping(clock: Ticking, start: bytes, piece: bytes) -> Iterator[Receiver]:
    def act(stream: socket.socket, _: Arrived) -> None:
        stream.sendall(start)
        while True:
            clock.looks.acquire()
            stream.sendall(piece)

    with receiving(act) as receiver:
        yield receiver


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"a"),
        (b"HTTP/1.1 200 OK\r\n", b"X: a\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_an_answer_in_drops_ends_with_the_deadline(make_sender: MakeSender, start: bytes, piece: bytes) -> None:
    clock = Ticking()
    sender = make_sender(clock=clock, limits=Limits(total=PATIENT))
    with dripping(clock, start, piece) as receiver:
        assert reason_of(send(sender, receiver)) is Reason.TIMEOUT
    assert PATIENT <= next(clock.now) <= PATIENT + 10


@pytest.mark.parametrize("framing", [b"Content-Length: 60000", b"Transfer-Encoding: chunked", b"X: until the end"])
def test_a_body_in_drops_does_not_undo_a_delivery(make_sender: MakeSender, framing: bytes) -> None:
    clock = Ticking()
    sender = make_sender(clock=clock, limits=Limits(total=1_000.0, body=PATIENT))
    with dripping(clock, b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n", b"1\r\na\r\n") as receiver:
        assert send(sender, receiver) == Delivered(status=200)
    assert PATIENT <= next(clock.now) <= PATIENT + 20


def test_a_receiver_that_says_nothing_is_left(make_sender: MakeSender) -> None:
    sender = make_sender(limits=Limits(silence=0.05))
    with receiving(lambda _stream, _arrived: None) as receiver:
        assert reason_of(send(sender, receiver)) is Reason.TIMEOUT


def test_a_receiver_that_does_not_read_is_left(make_sender: MakeSender) -> None:
    sender = make_sender(limits=Limits(silence=0.05))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = parse_endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        answer = sender.send(endpoint, headers={}, body=bytes(32 * 1024 * 1024))
    assert reason_of(answer) is Reason.TIMEOUT


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 500 x\r\nContent-Length: 1000000000000\r\n\r\n",
        b"HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        b"HTTP/1.1 500 x\r\n\r\n",
    ],
)
def test_of_a_huge_answer_only_the_beginning_is_read(sender: Sender, said: bytes) -> None:
    sent: list[int] = []

    def flood(stream: socket.socket, _: Arrived) -> None:
        stream.sendall(said)
        while True:
            sent.append(stream.send(b"y" * 65_536))

    with receiving(flood) as receiver:
        assert send(sender, receiver) == Refused(status=500, retry_after=None, excerpt="y" * 200)
        assert send(sender, receiver) == Refused(status=500, retry_after=None, excerpt="y" * 200)
        assert receiver.connections == 2


@pytest.mark.parametrize(
    "said",
    [
        b"x" * 20_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 5_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000,
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\nb\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_not_waited_for(sender: Sender, said: bytes) -> None:
    with receiving(says(said)) as receiver:
        assert reason_of(send(sender, receiver)) is Reason.PROTOCOL


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n"])
def test_a_connection_that_ends_before_an_answer_is_said_to(sender: Sender, said: bytes) -> None:
    def act(stream: socket.socket, _: Arrived) -> None:
        stream.sendall(said)
        raise ConnectionAbortedError

    with receiving(act) as receiver:
        assert reason_of(send(sender, receiver)) is Reason.LOST
        assert len(receiver.seen) == 1


def test_a_refusal_before_the_body_was_read_is_heard(sender: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            stream, _ = listener.accept()
            with stream:
                stream.recv(1_024)
                stream.sendall(b"HTTP/1.1 413 x\r\nContent-Length: 0\r\n\r\n")
                while stream.recv(65_536):
                    pass

        threading.Thread(target=refuse, daemon=True).start()
        endpoint = parse_endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        answer = sender.send(endpoint, headers={}, body=bytes(8 * 1024 * 1024))
    assert answer == Refused(status=413, retry_after=None, excerpt="")


def test_a_kept_connection_that_ends_within_an_answer_is_not_tried_twice(sender: Sender) -> None:
    def act(stream: socket.socket, _: Arrived) -> None:
        stream.sendall(OK if len(receiver.seen) == 1 else b"HTTP/1.1 2")
        if len(receiver.seen) > 1:
            raise ConnectionAbortedError

    with receiving(act) as receiver:
        assert send(sender, receiver) == Delivered(status=200)
        assert reason_of(send(sender, receiver)) is Reason.LOST
        assert len(receiver.seen) == 2


@pytest.mark.parametrize("body", [b"{}", bytes(16 * 1024 * 1024)], ids=["small", "large"])
def test_a_kept_connection_that_breaks_before_an_answer_is_replaced_once(sender: Sender, body: bytes) -> None:
    """The receiver resets the first connection as soon as a second request begins on it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            first, _ = listener.accept()
            first.recv(65_536)
            first.sendall(OK)
            first.recv(1)
            first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            first.close()
            second, _ = listener.accept()
            with second, second.makefile("rb") as reader:
                while reader.readline() != b"\r\n":
                    pass
                reader.read(len(body))
                second.sendall(OK)

        threading.Thread(target=serve, daemon=True).start()
        endpoint = parse_endpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        assert sender.send(endpoint, headers={}, body=b"") == Delivered(status=200)
        assert sender.send(endpoint, headers={}, body=body) == Delivered(status=200)


@pytest.mark.parametrize("framing", [b"Content-Length: 1000000", b"Transfer-Encoding: chunked", b"X: until the end"])
def test_no_more_than_64_kib_of_a_body_are_kept(framing: bytes) -> None:
    ours, theirs = socket.socketpair()
    said = b"HTTP/1.1 500 x\r\n" + framing + b"\r\n\r\n" + b"fffff\r\n" + b"y" * 1_000_000
    with ours, theirs:

        def flood() -> None:
            with suppress(OSError):
                theirs.sendall(said)

        threading.Thread(target=flood, daemon=True).start()
        reply = Connection(ours, Limits()).exchange(b"", Deadline.after(PATIENT))
        assert len(reply.body) == BODY_BYTES
        theirs.shutdown(socket.SHUT_RDWR)
