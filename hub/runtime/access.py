"""The access log: a line for each request, as its answer begins."""

from collections.abc import Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class AccessLog:
    """A WSGI application that says of each request who asked for which path, and how it was answered.

    Neither query strings, which hold what somebody looks for, nor headers, which hold tokens, are told.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self._log = structlog.get_logger().bind()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        began = perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:  # noqa: ANN401 - as PEP 3333 has it
            self._log.info(
                "request",
                addr=environ.get("REMOTE_ADDR"),
                method=environ["REQUEST_METHOD"],
                path=environ.get("PATH_INFO"),
                status=int(status[:3]),
                dt_ms=round((perf_counter() - began) * 1_000, 2),
            )
            return start_response(status, headers, *error)

        return self._application(environ, start)
