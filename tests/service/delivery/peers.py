"""A TAXII server on the loopback that takes an object at a time, and what a test does as each arrives."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.service.webhooks.receivers import Arrived, receiving

LIMIT: Final = 700
"""What it takes at a time: one object of a test, and not two."""

COLLECTION: Final = "c"


@dataclass(slots=True, kw_only=True)
class Peer:
    """What it has got: the ids of each envelope in the order of arrival. `then` is called before it answers one."""

    port: int = 0
    envelopes: list[list[str]] = field(default_factory=list)
    then: Callable[[], None] = lambda: None
    refuses: bool = False

    @property
    def url(self) -> str:
        """Its API root."""
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def ids(self) -> list[str]:
        """What it has got, one after the other."""
        return [name for envelope in self.envelopes for name in envelope]

    def act(self, stream: socket.socket, arrived: Arrived) -> None:
        """Answer a request."""
        method, path, _ = arrived.line.split(" ")
        if method == "POST":
            count = self._take(arrived.body)
            status = b"413 Content Too Large" if self.refuses else b"202 Accepted"
            body = {"id": "s", "status": "complete", "total_count": count, "success_count": count}
            body |= {"failure_count": 0, "pending_count": 0}
        elif path.endswith(f"/collections/{COLLECTION}/"):
            status = b"200 OK"
            body = {"id": COLLECTION, "title": "c", "can_read": True, "can_write": True}
        else:
            status, body = b"200 OK", {"title": "t", "versions": [], "max_content_length": LIMIT}
        text = json.dumps(body).encode()
        stream.sendall(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(text), text))

    def _take(self, body: bytes) -> int:
        names = [thing["id"] for thing in json.loads(body)["objects"]]
        self.envelopes.append(names)
        self.then()
        return len(names)


@contextmanager
def peer() -> Iterator[Peer]:
    """Run such a server."""
    made = Peer()
    with receiving(made.act) as receiver:
        made.port = receiver.port
        yield made
