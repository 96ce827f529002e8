"""Which addresses are delivered to, and how a name becomes one."""

import socket
import threading
from ipaddress import ip_address
from typing import Any

import pytest

from hub.domain.errors import ConfigurationError
from hub.outbound.wire.addresses import Networks, literal_address, networks_of, resolve

PUBLIC = Networks()

REFUSED = {
    "0.0.0.0": "unspecified",  # noqa: S104 -- not bound to
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "the metadata of a cloud",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "the host of a virtual machine",
    "169.254.169.254": "the metadata of clouds",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.192": "protocol assignments",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relay",
    "192.168.1.1": "private",
    "198.18.0.1": "benchmarks",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::7f00:1": "IPv4-compatible",
    "::ffff:127.0.0.1": "mapped loopback",
    "::ffff:8.8.8.8": "mapped",
    "64:ff9b::7f00:1": "NAT64 loopback",
    "64:ff9b::808:808": "NAT64",
    "64:ff9b:1::1": "local NAT64",
    "100::1": "discard",
    "2001::1": "Teredo",
    "2001:2::1": "benchmarks",
    "2001:20::1": "ORCHID",
    "2001:db8::1": "documentation",
    "2002:7f00:1::1": "6to4 loopback",
    "2002:808:808::1": "6to4",
    "2606:4700::1%1": "scoped",
    "3fff::1": "documentation",
    "5f00::1": "segment routing",
    "fc00::1": "unique local",
    "fd00:ec2::254": "the metadata of a cloud",
    "fe80::1": "link-local",
    "fe80::1%lo": "link-local, scoped",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}


@pytest.mark.parametrize("text", REFUSED, ids=[f"{text} {kind}" for text, kind in REFUSED.items()])
def test_what_is_not_public_is_not_delivered_to(text: str) -> None:
    assert not PUBLIC.reach(ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
     "223.255.255.255", "2001:200::1", "2606:4700::1111", "2a00:1450::1"],
)  # fmt: skip
def test_what_is_public_is_delivered_to(text: str) -> None:
    assert PUBLIC.reach(ip_address(text))


@pytest.mark.parametrize(
    ("network", "text", "reached"),
    [
        ("10.20.0.0/16", "10.20.0.1", True),
        ("10.20.0.0/16", "10.21.0.1", False),
        ("fd12:3456::/48", "fd12:3456::1", True),
        ("127.0.0.0/8", "::1", False),
        ("127.0.0.0/8", "::ffff:127.0.0.1", False),
        ("::/0", "10.20.0.1", False),
        ("64:ff9b::/96", "64:ff9b::808:808", True),
        ("64:ff9b::/96", "64:ff9b::a14:1", False),
        ("::ffff:0:0/96", "::ffff:10.20.0.1", False),
        ("2002::/16", "2002:a14:1::1", False),
    ],
)
def test_a_named_network_is_opened_and_what_hides_in_an_address_is_not(
    network: str, text: str, *, reached: bool
) -> None:
    assert networks_of([network]).reach(ip_address(text)) is reached


def test_what_hides_in_an_address_is_reached_where_both_are_named() -> None:
    assert networks_of(["64:ff9b::/96", "10.20.0.0/16"]).reach(ip_address("64:ff9b::a14:1"))


@pytest.mark.parametrize("text", ["", "10.0.0.0/33", "10.0.0.1/8", "internal", "10.0.0.0-10.0.0.9"])
def test_what_is_no_network_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a network such as"):
        networks_of([text])


@pytest.mark.parametrize("text", ["127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "localhost", "soc.example"])
def test_only_plain_addresses_are_literal(text: str) -> None:
    assert literal_address(text) is None


@pytest.mark.parametrize("text", ["127.1", "0x7f.0.0.1", "2130706433", "localhost"])
def test_other_spellings_of_loopback_are_resolved_and_refused(text: str) -> None:
    found = resolve(text, 10.0)
    assert found
    assert not any(PUBLIC.reach(address) for address in found)


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a" * 64 + ".example"])
def test_a_name_without_address_is_an_operating_system_error(host: str) -> None:
    with pytest.raises(OSError, match=r"."):
        resolve(host, 30.0)


def test_a_resolver_that_does_not_answer_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        released.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(TimeoutError, match=r"no address of soc\.example"):
        resolve("soc.example", 0.01)
    released.set()
