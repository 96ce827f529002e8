"""TLS: the certificate must be valid for the name, although the connection goes to an address."""

import socket
import ssl
import threading
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from hub.domain.errors import ConfigurationError
from hub.outbound.webhooks.answers import Answer, Delivered, Unreachable
from hub.outbound.webhooks.sender import Sender, tls_context
from hub.outbound.wire.endpoints import parse_endpoint
from hub.outbound.wire.reasons import Reason
from tests.service.webhooks.authority import Authority
from tests.service.webhooks.conftest import LOOPBACK, MakeSender
from tests.service.webhooks.receivers import Receiver, receiving


def send(sender: Sender, receiver: Receiver, host: str = "soc.example") -> Answer:
    return sender.send(parse_endpoint(f"https://{host}:{receiver.port}/"), headers={}, body=b"{}")


def refused(answer: Answer, receiver: Receiver) -> str:
    """Return the detail of a failure of TLS, after which the receiver has seen nothing."""
    assert isinstance(answer, Unreachable)
    assert answer.reason is Reason.TLS
    assert receiver.seen == []
    return answer.detail


def test_a_certificate_for_the_name_is_trusted_and_the_connection_kept(sender: Sender, authority: Authority) -> None:
    asked: list[str | None] = []
    context = authority.server("soc.example")
    context.sni_callback = lambda _stream, name, _context: asked.append(name)
    with receiving(tls=context) as receiver:
        assert [send(sender, receiver) for _ in range(3)] == [Delivered(status=200)] * 3
        assert receiver.connections == 1
    assert asked == ["soc.example"]
    assert receiver.seen[0].headers["host"] == f"soc.example:{receiver.port}"


def test_a_certificate_for_an_address_is_trusted_where_the_address_was_given(
    sender: Sender, authority: Authority
) -> None:
    with receiving(tls=authority.server("127.0.0.1")) as receiver:
        assert send(sender, receiver, host="127.0.0.1") == Delivered(status=200)


def test_a_trailing_dot_of_a_name_is_no_part_of_the_certificate(sender: Sender, authority: Authority) -> None:
    with receiving(tls=authority.server("soc.example")) as receiver:
        assert send(sender, receiver, host="soc.example.") == Delivered(status=200)


@pytest.mark.parametrize("name", ["other.example", "127.0.0.1", "*.example.example", "evil.soc.example"])
def test_a_certificate_for_another_host_is_not_trusted(sender: Sender, authority: Authority, name: str) -> None:
    with receiving(tls=authority.server(name)) as receiver:
        assert "certificate is not valid for 'soc.example'" in refused(send(sender, receiver), receiver)


def test_a_certificate_for_the_name_is_not_trusted_for_its_address(sender: Sender, authority: Authority) -> None:
    with receiving(tls=authority.server("soc.example")) as receiver:
        assert "IP address mismatch" in refused(send(sender, receiver, host="127.0.0.1"), receiver)


def test_an_unknown_authority_is_not_trusted(sender: Sender, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with receiving(tls=Authority(tmp_path / "other").server("soc.example")) as receiver:
        assert "unable to get local issuer certificate" in refused(send(sender, receiver), receiver)


def test_an_expired_certificate_is_not_trusted(sender: Sender, authority: Authority) -> None:
    with receiving(tls=authority.server("soc.example", ends=-timedelta(days=1))) as receiver:
        assert "certificate has expired" in refused(send(sender, receiver), receiver)


def test_the_systems_authorities_do_not_know_that_of_the_tests(make_sender: MakeSender, authority: Authority) -> None:
    with receiving(tls=authority.server("soc.example")) as receiver:
        refused(send(make_sender(tls=tls_context()), receiver), receiver)


def test_old_versions_of_tls_are_not_spoken(sender: Sender, authority: Authority) -> None:
    context = authority.server("soc.example")
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match=r"TLSv1_1 is deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with receiving(tls=context) as receiver:
        refused(send(sender, receiver), receiver)


def test_a_receiver_without_tls_is_said_to_have_none(sender: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            stream, _ = listener.accept()
            with stream:
                stream.sendall(b"220 mail.example ESMTP\r\n")
                stream.recv(1_024)

        threading.Thread(target=greet, daemon=True).start()
        endpoint = parse_endpoint(f"https://soc.example:{listener.getsockname()[1]}/")
        answer = sender.send(endpoint, headers={}, body=b"{}")
    assert isinstance(answer, Unreachable)
    assert answer.reason is Reason.TLS


@pytest.mark.parametrize("weaken", ["check_hostname", "verify_mode"])
def test_a_sender_that_would_not_verify_is_not_made(authority: Authority, weaken: str) -> None:
    context = tls_context(authority.file)
    context.check_hostname = False
    if weaken == "verify_mode":
        context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ConfigurationError, match="over TLS that verifies"):
        Sender(networks=LOOPBACK, tls=context, resolver=lambda _host, _seconds: [ip_address("127.0.0.1")])


def test_a_file_without_authorities_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "none.pem"
    file.write_text("")
    with pytest.raises(ConfigurationError, match=r"none\.pem: is not a PEM file of authorities"):
        tls_context(file)
    with pytest.raises(ConfigurationError, match=r"gone\.pem: is not a PEM file of authorities"):
        tls_context(tmp_path / "gone.pem")
