"""Why a server that is called gives no answer."""

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
