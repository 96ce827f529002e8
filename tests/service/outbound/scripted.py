"""A server that answers as a test tells it to, also in ways no server should."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

ROOT: Final = "/api/"
COLLECTION: Final = "9cfa669c-ee94-4ece-afd2-f8edac37d8fd"
OBJECTS: Final = f"/api/collections/{COLLECTION}/objects/"
STATUS: Final = "2d086da7-4bdc-4f91-900e-d77486753710"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. With `cut`, the connection ends after so many bytes of the body."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Script:
    """What to answer: replies of a method and path one after the other, the last of them from then on."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[Seen] = []
        self._replies: dict[tuple[str, str], deque[Reply]] = {}

    def on(self, method: str, path: str, *replies: Reply) -> None:
        """Set the replies."""
        self._replies[method, path] = deque(replies)

    def answer(self, seen: Seen) -> Reply:
        """Note a request and return its reply."""
        self.seen.append(seen)
        replies = self._replies.get((seen.method, seen.path), deque([Reply(status=404)]))
        return replies.popleft() if len(replies) > 1 else replies[0]

    def to(self, method: str, path: str) -> list[Seen]:
        """Return the requests to a path."""
        return [seen for seen in self.seen if (seen.method, seen.path) == (method, path)]


@contextmanager
def running_script() -> Iterator[Script]:
    """Serve a script that has an API root with one collection already."""
    script = Script()
    script.on(
        "GET", ROOT, reply(title="Root", versions=["application/taxii+json;version=2.1"], max_content_length=4000)
    )
    collection = {"id": COLLECTION, "alias": "au", "title": "Australia", "can_read": True, "can_write": True}
    script.on("GET", "/api/collections/", reply(collections=[collection]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}{ROOT}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def reply(**resource: Any) -> Reply:
    """Answer 200 with a resource."""
    return Reply(body=json.dumps(resource).encode())


def page(objects: list[dict[str, Any]], dates: tuple[str, str] | None, **more: Any) -> Reply:
    """Answer a page of objects, with the two date-added headers where there are dates."""
    names = ("X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last")
    headers = dict(zip(names, dates, strict=True)) if dates else {}
    resource = {"objects": objects} | more if objects else more
    return Reply(body=json.dumps(resource).encode(), headers=headers)


def status(success: int, *failures: dict[str, str], pending: int = 0) -> Reply:
    """Answer 202 with a status."""
    resource: dict[str, Any] = {
        "id": STATUS,
        "status": "pending" if pending else "complete",
        "total_count": success + len(failures) + pending,
        "success_count": success,
        "failure_count": len(failures),
        "pending_count": pending,
    }
    if failures:
        resource["failures"] = list(failures)
    return Reply(status=202, body=json.dumps(resource).encode())


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def serve(self) -> None:
            """Answer whatever the method."""
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen = Seen(
                method=self.command,
                path=parts.path,
                query=dict(parse_qsl(parts.query)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
            )
            answer = script.answer(seen)
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/taxii+json;version=2.1")
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

    for method in ("GET", "POST"):
        setattr(Handler, f"do_{method}", Handler.serve)
    return Handler
