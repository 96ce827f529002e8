"""Which network addresses the hub delivers to: public ones, and those in networks that the operators have named.

The ranges are those of the IANA special-purpose address registries (RFC 6890) that are not globally reachable, and what
carries an IPv4 address inside an IPv6 one. They are written out: what a library takes for private has changed before.
"""

import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from typing import Final

from hub.domain.errors import ConfigurationError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

Resolver = Callable[[str, float], Sequence[Address]]
"""A host name and the seconds it may take, to all its addresses; raises OSError (TimeoutError) where there are none."""

_UNREACHABLE_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the host of a virtual machine in Azure, though the range is public
        "169.254.0.0/16",  # link-local, and the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_6: Final = IPv6Network("2000::/3")
"""All the global unicast there is: outside lie loopback, link-local, unique-local, multicast, mapped IPv4 and NAT64."""

_UNREACHABLE_6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """Where deliveries may go. `named` are the networks that the operators opened beside the public ones."""

    named: tuple[Network, ...] = ()

    def names(self, address: Address) -> bool:
        """Whether the address is in a network that the operators have named."""
        return any(address.version == network.version and address in network for network in self.named)

    def reach(self, address: Address) -> bool:
        """Whether the hub delivers to an address. One that carries another inside must be named, and reach it too."""
        inner = _carried(address)
        if inner is not None:
            return self.names(address) and self.reach(inner)
        return self.names(address) or _public(address)


def networks_of(texts: Iterable[str]) -> Networks:
    """Read networks in CIDR form; raise ConfigurationError with the one that is not."""
    named: list[Network] = []
    for text in texts:
        try:
            named.append(ip_network(text))
        except ValueError as error:
            raise ConfigurationError(f"{text!r} is not a network such as 10.20.0.0/16 or fd12:3456::/48") from error
    return Networks(named=tuple(named))


def literal_address(host: str) -> Address | None:
    """Return the address that a host name spells out, None where it has to be looked up."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def resolve(host: str, seconds: float) -> Sequence[Address]:
    """Look a name up (see Resolver). The system's resolver knows no deadline, so it is left behind when one passes."""
    found: SimpleQueue[Sequence[Address] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.put([ip_address(answer[4][0]) for answer in answers])
        except OSError as error:
            found.put(error)
        except ValueError as error:  # a label too long to be looked up, or an answer that is no address
            found.put(OSError(str(error)))

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        answer = found.get(timeout=max(0.0, seconds))
    except Empty:
        raise TimeoutError(f"no address of {host} within {seconds:.1f} s") from None
    if isinstance(answer, OSError):
        raise answer
    return list(dict.fromkeys(answer))


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _UNREACHABLE_4)
    scoped = address.scope_id is not None
    return not scoped and address in _GLOBAL_6 and not any(address in network for network in _UNREACHABLE_6)


def _carried(address: Address) -> Address | None:
    """Return the IPv4 address that a mapped, NAT64 or 6to4 address stands for."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
