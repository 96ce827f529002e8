"""Thousands of stream clients in one process: they say when all of them are connected, and when each event was in."""

import json
import resource
import select
import socket
import sys
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Final

AT_ONCE: Final = 256
"""Connections that are being opened at a time."""

_READ: Final = 65_536
_EVENT: Final = b"\nevent: envelope\n"
_OPENED: Final = b"\nid: "


@dataclass(slots=True, kw_only=True)
class Member:
    """One connection: whether its stream has begun, and the end of what it has read."""

    connection: socket.socket
    begun: bool = False
    tail: bytes = b""
    events: int = 0


@dataclass(slots=True, kw_only=True)
class Crowd:
    """All connections. `receipts` are the instants at which the events of the present round came in."""

    port: int
    waiting: list[tuple[str, str]]
    poll: select.epoll = field(default_factory=select.epoll)
    members: dict[int, Member] = field(default_factory=dict)
    begun: int = 0
    receipts: list[float] = field(default_factory=list)

    def open(self) -> None:
        """Open every connection and wait until each stream has begun."""
        wanted = len(self.waiting)
        while self.begun < wanted:
            while self.waiting and len(self.members) - self.begun < AT_ONCE:
                self._connect(*self.waiting.pop())
            self.turn()

    def turn(self, patience: float = 1.0) -> None:
        """Read what there is."""
        for number, _ in self.poll.poll(patience):
            self._read(self.members[number])

    def _connect(self, username: str, token: str) -> None:
        connection = socket.create_connection(("127.0.0.1", self.port))
        credentials = b64encode(f"{username}:{token}".encode()).decode()
        connection.sendall(
            f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {credentials}\r\n\r\n".encode()
        )
        connection.setblocking(False)  # noqa: FBT003 - the standard library's
        self.members[connection.fileno()] = Member(connection=connection)
        self.poll.register(connection, select.EPOLLIN)

    def _read(self, member: Member) -> None:
        data = member.connection.recv(_READ)
        at = time.monotonic()
        if not data:
            sys.exit("a stream has ended: " + member.tail.decode(errors="replace"))
        text = member.tail + data
        if not member.begun and _OPENED in text:
            member.begun = True
            self.begun += 1
        self.receipts += [at] * text.count(_EVENT)
        member.tail = text[-len(_EVENT) + 1 :]


def main() -> None:
    """Take port and credentials as JSON from stdin; then answer each line with the receipts of that many events."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asked = json.loads(sys.stdin.readline())
    crowd = Crowd(port=asked["port"], waiting=[tuple(each) for each in asked["credentials"]])
    began = time.monotonic()
    crowd.open()
    print(json.dumps(time.monotonic() - began), flush=True)  # noqa: T201 - what it is asked for
    for line in iter(sys.stdin.readline, ""):
        count = int(line)
        while len(crowd.receipts) < count:
            crowd.turn()
        taken, crowd.receipts = sorted(crowd.receipts[:count]), crowd.receipts[count:]
        print(json.dumps([taken[0], taken[len(taken) // 2], taken[-1]]), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
