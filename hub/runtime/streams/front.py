"""The stream process: gunicorn with as many workers as are wanted, each with the application of its own."""

import gc
import os
import resource
import signal
from typing import Any, Final

from gunicorn.app.base import BaseApplication

from hub.runtime.embedded.child import die_with_parent
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.logs import configure_logs
from hub.runtime.settings import Settings
from hub.runtime.streams.building import build_streams
from hub.runtime.streams.offloading import Offloaded
from hub.runtime.streams.signals import signals_here

_GRACE_SECONDS: Final = 5
_BACKLOG: Final = 4_096
_SPARE: Final = 256
"""Connections beyond the streams, so that whoever finds no place is told so."""

_SPARE_FILES: Final = 512

_COLLECTING: Final = (50_000, 20, 100)
"""Thousands of connections are many objects that live long: to go through them all often would hold up each event."""


class Front(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured by the hub's settings alone."""

    def __init__(self, settings: Settings, urls: ServerUrls) -> None:
        self._settings = settings
        self._urls = urls
        super().__init__()

    def load_config(self) -> None:
        """Read no file and no variable of gunicorn's own."""
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def load(self) -> Offloaded:
        """Build the application, in a worker."""
        die_with_parent(signal.SIGKILL)
        configure_logs(self._settings)
        parts = build_streams(self._settings, self._urls, signals_here())
        gc.freeze()
        gc.set_threshold(*_COLLECTING)
        return Offloaded(parts, access_log=self._settings.access_log)

    def _options(self) -> dict[str, Any]:
        host = self._settings.host
        return {
            "bind": f"[{host}]:{self._settings.stream_port}" if ":" in host else f"{host}:{self._settings.stream_port}",
            "workers": self._settings.stream_processes,
            "worker_class": "hub.runtime.streams.worker.StreamWorker",
            "worker_connections": self._settings.streams_all + _SPARE,
            "backlog": _BACKLOG,
            "keepalive": 0,
            "graceful_timeout": _GRACE_SECONDS,
            "logger_class": "hub.runtime.streams.worker.StreamLogger",
            "control_socket_disable": True,
            "proc_name": "hub stream",
        }


def run_stream(settings: Settings, urls: ServerUrls) -> None:
    """Hold streams until SIGTERM or SIGINT, then close them and end; clients resume where they were."""
    _allow_files(settings.streams_all + _SPARE + _SPARE_FILES)
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    os.environ.pop("WEB_CONCURRENCY", None)
    Front(settings, urls).run()


def _allow_files(wanted: int) -> None:
    """Raise the limit of open files as far as is wanted and the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
