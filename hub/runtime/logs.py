"""Log events with fields on stderr: lines for a person at a terminal, JSON for everything else."""

import logging
import sys

import structlog
from structlog.typing import Processor

from hub.runtime.settings import LogFormat, LogLevel, Settings


def configure_logs(settings: Settings, *, at_least: LogLevel = LogLevel.DEBUG) -> None:
    """Send the events of this process to stderr; `at_least` keeps a command quieter than the settings say."""
    levels = logging.getLevelNamesMapping()
    level = max(levels[settings.log_level.upper()], levels[at_least.upper()])
    renderer = _renderer(settings.log_format)
    structlog.configure(
        processors=[*_shared(), structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared(), structlog.processors.format_exc_info],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


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
