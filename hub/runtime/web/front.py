"""The web process: granian in front, the Flask application in each of its workers."""

import os
import signal
from typing import TYPE_CHECKING, Any, Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from hub.runtime.access import AccessLog
from hub.runtime.embedded import ServerUrls
from hub.runtime.embedded.child import die_with_parent
from hub.runtime.logs import configure_logs
from hub.runtime.settings import Settings, load_settings
from hub.runtime.web.building import build_web
from hub.runtime.workers.collecting import collect_seldom

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_GRACE_SECONDS: Final = 20
_BACKLOG: Final = 1024
_END: Final = frozenset({signal.SIGTERM})
_GRANIAN_LOGS: Final[dict[str, Any]] = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}},
}
"""Leave granian's records to the handler of `hub.runtime.logs`; it says nothing of requests."""


def run_web(settings: Settings, urls: ServerUrls) -> None:
    """Serve the hub over HTTP until SIGTERM or SIGINT, then finish the running requests."""
    os.environ.update(settings.standing_on(database_url=urls.database, redis_url=urls.redis).environment())
    server = Granian(
        "hub",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        backlog=_BACKLOG,
        websockets=False,
        log_level=LogLevels(settings.log_level.value),
        log_dictconfig=_GRANIAN_LOGS,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE_SECONDS,
    )
    os.register_at_fork(before=_hold_back, after_in_parent=_let_through, after_in_child=_end_when_told)
    server.serve(target_loader=load_application, wrap_loader=False)


def load_application() -> "WSGIApplication":
    """Build the application in a worker of the web process, from the environment that `run_web` has set."""
    die_with_parent(signal.SIGKILL)
    settings = load_settings(environ=os.environ)
    configure_logs(settings)
    application = build_web(settings, ServerUrls(database=settings.database_url, redis=settings.redis_url))
    collect_seldom()
    return AccessLog(application) if settings.access_log else application


def _hold_back() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _END)


def _let_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _END)


def _end_when_told() -> None:
    """Let SIGTERM end a worker, from its first moment until granian handles signals in it.

    It begins with the handlers of the web process, which would pass over that one: told to end while it starts, it
    would be waited for as long as running requests are, and then killed.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _let_through()
