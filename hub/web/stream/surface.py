"""The stream surface, an application of its own: its gate, and the one thing there is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, request

from hub.domain.catalogue import Catalogue
from hub.domain.errors import RequestError, UnprocessableError
from hub.domain.identifiers import Tick
from hub.services.directory.authenticate import Authenticating
from hub.services.streaming.hall import Hall
from hub.services.streaming.reading import StreamReading
from hub.services.streaming.streams import Signal, Stream
from hub.services.subscriptions.positions import Where
from hub.web.api.problems import problem_of
from hub.web.bare import bare_application
from hub.web.credentials import authenticate, current_principal, current_token
from hub.web.errors import NotAcceptableError
from hub.web.stream.asking import read_filter, read_start
from hub.web.stream.events import MEDIA_TYPE, opening
from hub.web.stream.positions import Positions

PATH: Final = "/stream"
BODY: Final = "hub.stream"
"""Where the WSGI environment holds the body of a stream that was opened, for the server to say that its client left."""

_LAST: Final = "Last-Event-ID"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    """All that the surface needs of the layers below it. `signal` makes what a connection sleeps on."""

    authenticating: Authenticating
    catalogue: Catalogue
    hall: Hall
    reading: StreamReading
    cursor_key: bytes
    signal: Callable[[], Signal]


class Body:
    """The body of a stream's response: it ends when the hub closes the stream, and not before."""

    def __init__(self, hall: Hall, stream: Stream, first: bytes) -> None:
        self._hall = hall
        self._stream = stream
        self._first: bytes | None = first

    def __iter__(self) -> Iterator[bytes]:
        """Give the parts one after the other; the next is asked for when the one before has been sent."""
        return self

    def __next__(self) -> bytes:
        """Wait for the next part."""
        first, self._first = self._first, None
        part = self._hall.take(self._stream) if first is None else first
        if part is None:
            raise StopIteration
        return part

    def hang_up(self) -> None:
        """Say that the client has gone: nothing more is sent, and its place is free."""
        self.close()
        self._stream.signal.set()

    def close(self) -> None:
        """Let go of the stream, whoever has ended it."""
        self._hall.leave(self._stream)


def create_stream_application(streaming: Streaming) -> Flask:
    """Build the WSGI application that holds streams open, and does nothing else: it has a process of its own.

    Nobody learns without credentials which paths there are.
    """
    application = bare_application(problem_of)
    positions = Positions(streaming.cursor_key)

    def admit() -> None:
        authenticate(request.headers.get("Authorization"), streaming.authenticating)
        if request.routing_exception is not None:
            raise request.routing_exception

    def view() -> Response:
        if request.headers.get("Accept") and not request.accept_mimetypes[MEDIA_TYPE]:
            raise NotAcceptableError(f"A stream is {MEDIA_TYPE}; ask for that, or for anything.")
        chosen = read_filter(request.args, streaming.catalogue, streaming.reading.members())
        start: Where = read_start(request.args)
        last = request.headers.get(_LAST)
        if last:
            start = positions.read(last)
        position = _position(start, streaming.reading)
        if request.method == "HEAD":
            return Response(mimetype=MEDIA_TYPE, headers=_HEADERS)
        stream = Stream(
            account=current_principal().account.id,
            token=current_token(),
            filter=chosen,
            position=position,
            signal=streaming.signal(),
        )
        first = opening(positions.seal(stream.position))
        streaming.hall.open(stream)
        body = Body(streaming.hall, stream, first)
        request.environ[BODY] = body
        return Response(body, mimetype=MEDIA_TYPE, headers=_HEADERS)

    application.before_request(admit)
    application.add_url_rule(PATH, "stream", view, methods=["GET"])
    return application


def _position(start: Where, reading: StreamReading) -> Tick:
    try:
        return reading.position(start)
    except UnprocessableError as error:
        raise RequestError(error.sentence, code=error.code) from error
