"""What is ready leaves as it is: JSON that is bytes already, and bodies that are whole."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Response
from flask.json.provider import JSONProvider

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class ReadyJsonProvider(JSONProvider):
    """Writes compact JSON, and leaves a resource that was assembled as bytes untouched."""

    def dumps(self, obj: Any, **_: Any) -> Any:  # noqa: ANN401 - the signature is Flask's; bytes stay bytes
        """Return ready bytes as they are, and the JSON text of anything else."""
        return obj if isinstance(obj, bytes) else msgspec.json.encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401 - the signature is Flask's
        """Return the value of a JSON text; raises ValueError where it is none."""
        return msgspec.json.decode(s)


class WholeResponse(Response):
    """An answer whose body, where it is ready, is given to the server as the list that it is.

    The server sends a list at once; an iterator it asks for one piece after another, which costs a page of 1 MB a
    sixth of its processor time.
    """

    def get_app_iter(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        """Return what the server is to send."""
        ready = isinstance(self.response, list) and not self.direct_passthrough and not self._on_close
        if not ready or environ["REQUEST_METHOD"] == "HEAD" or self.status_code in {204, 304}:
            return super().get_app_iter(environ)
        return [part.encode() if isinstance(part, str) else part for part in self.response]
