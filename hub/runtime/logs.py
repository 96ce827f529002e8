"""Log events with fields on stderr: lines for a person at a terminal, JSON for everything else."""

import json
import logging
import sys
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from hub.domain.clock import timestamp_of
from hub.runtime.settings import LogFormat, LogLevel, Settings

ACCESS_LOGGER: Final = "granian.access"
ACCESS_FIELDS: Final = ("addr", "method", "path", "status", "dt_ms")
"""Neither query strings, which hold what somebody looks for, nor headers, which hold tokens."""


def configure_logs(settings: Settings, *, at_least: LogLevel = LogLevel.DEBUG) -> None:
    """Send the events of this process to stderr; `at_least` keeps a command quieter than the settings say."""
    levels = logging.getLevelNamesMapping()
    level = max(levels[settings.log_level.upper()], levels[at_least.upper()])
    renderer = _renderer(settings.log_format)
    formatter = _JsonLines if isinstance(renderer, structlog.processors.JSONRenderer) else _Lines
    structlog.configure(
        processors=[*_shared(), structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        formatter(
            foreign_pre_chain=[_access_fields, *_shared(), structlog.processors.format_exc_info],
            pass_foreign_args=True,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


_Lines = structlog.stdlib.ProcessorFormatter


class _JsonLines(_Lines):
    """Writes access lines by itself: there is one a request, and it keeps the next request waiting."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        if record.name != ACCESS_LOGGER or not isinstance(record.args, Mapping):
            return super().format(record)
        at = timestamp_of(int(record.created * 1_000_000))
        return json.dumps({**_access_event(record.args), "level": record.levelname.lower(), "timestamp": at})


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(wanted: LogFormat) -> Processor:
    if wanted is LogFormat.CONSOLE or (wanted is LogFormat.AUTO and sys.stderr.isatty()):
        return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return structlog.processors.JSONRenderer()


def _access_fields(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Turn the web server's access line into an event with fields."""
    record: logging.LogRecord = event["_record"]
    facts: object = event.pop("positional_args", None)
    if record.name != ACCESS_LOGGER or not isinstance(facts, Mapping):
        return event
    event.update(_access_event(facts))
    return event


def _access_event(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ACCESS_FIELDS} | {"event": "request", "dt_ms": round(facts["dt_ms"], 2)}
