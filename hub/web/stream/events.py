"""What is written on a stream: Server-Sent Events (WHATWG HTML §9.2) of envelopes as they were received."""

import re
from typing import Final

from hub.domain.clock import timestamp_of
from hub.outbound.webhooks.deliveries import Batch

MEDIA_TYPE: Final = "text/event-stream"
RETRY_MS: Final = 2_000
"""How long a browser's EventSource waits before it comes back."""

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")


def opening(position: str) -> bytes:
    """Write what a stream begins with: no event, but an id, with which whoever is cut off early loses nothing."""
    return f"retry: {RETRY_MS}\nid: {position}\n\n".encode("ascii")


def envelope_event(batch: Batch) -> bytes:
    """Write a batch as an event; its id is the position of its last object.

    A line end in JSON as it was received is a gap between tokens and begins another data line.
    """
    data = b"\ndata: ".join(_LINE_END.split(batch.body))
    return b"event: envelope\nid: %b\ndata: %b\n\n" % (timestamp_of(batch.last).encode("ascii"), data)
