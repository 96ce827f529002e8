"""What comes of sending: four answers, of which one means that the receiver has it."""

from dataclasses import dataclass, field

from hub.outbound.wire.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The receiver has it: any status of success. `body` is what it says to that, bounded."""

    status: int
    body: bytes = field(default=b"", repr=False, compare=False)


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
    """No answer was got. `detail` may name inner addresses: it is for the operators' log, never for the subscriber.

    `begun` says that there was a connection, so that the receiver may have it.
    """

    reason: Reason
    detail: str
    begun: bool = False


Answer = Delivered | Gone | Refused | Unreachable
