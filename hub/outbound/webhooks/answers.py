"""What comes of sending: four answers, of which one means that the receiver has it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why no answer was got. The value is for programs, `sentence` is what the subscriber may be told."""

    ADDRESS = "address"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    LOST = "lost"
    PROTOCOL = "protocol"

    @property
    def sentence(self) -> str:
        """What is wrong, in words that give away nothing of the network the hub stands in."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    Reason.ADDRESS: "The host name has no address, or not only addresses that the hub delivers to.",
    Reason.CONNECT: "Nobody takes the connection.",
    Reason.TLS: "TLS fails: the certificate must be valid for the host name and signed by an authority the hub trusts.",
    Reason.TIMEOUT: "The receiver takes too long to answer.",
    Reason.LOST: "The connection ended before an answer.",
    Reason.PROTOCOL: "What came back is not an answer in HTTP/1.1.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The receiver has it: any status of success."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The receiver wants nothing any more (410)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The receiver answered with another status; a redirection is one of these, and is not followed.

    `retry_after` are the seconds it asks to be left alone, bounded; `excerpt` is the beginning of what it says,
    printable characters only. It may repeat what was sent: show it to the owner of the subscription, log it nowhere.
    """

    status: int
    retry_after: float | None
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """No answer was got. `detail` may name inner addresses: it is for the operators' log, never for the subscriber."""

    reason: Reason
    detail: str


Answer = Delivered | Gone | Refused | Unreachable
