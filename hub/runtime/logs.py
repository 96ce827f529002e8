"""Log events with fields on stderr: lines for a person at a terminal, JSON for everything else."""

import logging
import sys
from contextlib import suppress

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from hub.runtime.settings import LogFormat, LogLevel, Settings


class _Lines(structlog.WriteLogger):
    """Writes lines where that can be done: no request fails because a disk is full, or whoever reads the log has gone.

    The standard library's handlers, through which other packages log, do the same.
    """

    def msg(self, message: str) -> None:
        """Write one line, or none."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure_logs(settings: Settings, *, at_least: LogLevel = LogLevel.DEBUG) -> None:
    """Send the events of this process to stderr; `at_least` keeps a command quieter than the settings say."""
    levels = logging.getLevelNamesMapping()
    level = max(levels[settings.log_level.upper()], levels[at_least.upper()])
    rendering = _rendering(settings.log_format)
    structlog.configure(
        processors=[*_shared(), structlog.processors.format_exc_info, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Lines(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared(), structlog.processors.format_exc_info],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


def printable(text: str) -> str:
    """Show what somebody else says: on one line, and without orders to the terminal."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode("ascii")
        for letter in text
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _rendering(wanted: LogFormat) -> list[Processor]:
    if wanted is LogFormat.CONSOLE or (wanted is LogFormat.AUTO and sys.stderr.isatty()):
        return [_without_orders, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.JSONRenderer()]


def _without_orders(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Write control characters as escapes: a path that somebody asks for may hold them. A traceback has its lines."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = printable(value)
    return event
