"""The metrics surface of the application: one path, for operators and auditors."""

from typing import Final

from flask import Flask, Response, request

from hub.domain.clock import tick_of
from hub.domain.errors import ForbiddenError, NotFoundError
from hub.policy.permissions import Permission, may
from hub.store.metrics import read_figures
from hub.web.credentials import authenticate, current_principal
from hub.web.metrics.counting import Counting
from hub.web.metrics.exposition import CONTENT_TYPE, exposition
from hub.web.services import Services

PATH: Final = "/metrics"

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
_NOTHING: Final = "There is nothing here, or nothing that you may see."


def attach_metrics(application: Flask, services: Services) -> None:
    """Put the metrics on the application, and count its requests. Strangers do not learn which paths there are."""
    counting = Counting(services.pool)

    def admit() -> None:
        if not request.path.startswith(PATH):
            return
        if not (services.metrics_loopback and _comes_from_here()):
            authenticate(request.headers.get("Authorization"), services.authenticating)
            if not may(current_principal(), Permission.READ_METRICS):
                raise ForbiddenError("Metrics are for operators and auditors.")
        if request.path != PATH:
            raise NotFoundError(_NOTHING)
        if request.routing_exception is not None:
            raise request.routing_exception

    def view() -> Response:
        counting.add_up()
        now = tick_of(services.clock())
        with services.pool.statement() as database:
            figures = read_figures(database, now=now)
        body = exposition(figures, now=now)
        return Response(body, content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    application.before_request(admit)
    application.after_request(counting.count)
    application.add_url_rule(PATH, "metrics", view, methods=["GET"])


def _comes_from_here() -> bool:
    """Whether the request was made on this machine and by no proxy that says so.

    A proxy on this machine that says nothing of itself makes everybody local: the setting warns of that.
    """
    return request.remote_addr in _LOOPBACK and not any(name in request.headers for name in _FORWARDED)
