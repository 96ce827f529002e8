"""Addresses of webhooks as people write them, taken apart once."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from hub.domain.errors import UnprocessableError

MOST_LETTERS: Final = 2_048
CODE: Final = "WEBHOOK_URL"

_PORTS: Final = {"http": 80, "https": 443}
_PRINTABLE: Final = re.compile(r"[!-~]+")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?|[0-9a-f:.]*:[0-9a-f:.]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a connection is made to: `scheme` is http or https, `host` lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An origin, and the path and query asked for there."""

    origin: Origin
    target: str

    @property
    def authority(self) -> str:
        """The value of the Host header (RFC 9110 §7.2)."""
        host = f"[{self.origin.host}]" if ":" in self.origin.host else self.origin.host
        return host if self.origin.port == _PORTS[self.origin.scheme] else f"{host}:{self.origin.port}"


def parse_endpoint(url: str) -> Endpoint:
    """Take an address apart; raise UnprocessableError, with what to do, where the hub does not deliver to such a one.

    Nothing is looked up here: whether the host may be reached is decided at each connection.
    """
    if len(url) > MOST_LETTERS or not _PRINTABLE.fullmatch(url):
        raise _refused(f"has at most {MOST_LETTERS} letters, all of ASCII; write a name in another script as xn--…")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("is not a URL") from None
    if parts.scheme not in _PORTS:
        raise _refused("begins with https://")
    if "@" in parts.netloc:
        raise _refused("carries no user name or password; deliveries are signed instead")
    if "#" in url:
        raise _refused("has no fragment (#…)")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or port == 0:
        raise _refused("names a host, and a port from 1 to 65535 where it names one")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(origin=Origin(scheme=parts.scheme, host=host, port=port or _PORTS[parts.scheme]), target=target)


def _refused(rule: str) -> UnprocessableError:
    return UnprocessableError(f"The address of a webhook {rule}.", code=CODE)
