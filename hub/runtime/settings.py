"""What the hub can be told: every key with its type and default, read once and never looked up again.

A key has one name everywhere: `page_max` in the configuration file, `HUB_PAGE_MAX` in the environment and, where a
command offers it, `--page-max`. The sizes of the table `[caps]` are `HUB_CAPS_DEPTH` and so on. An option beats the
environment, the environment beats the file, the file beats the default. `config/hub.toml` explains each key.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self, get_type_hints

import msgspec
from msgspec import Meta

import hub
from hub.domain.errors import ConfigurationError
from hub.domain.submissions import Caps
from hub.outbound.wire.addresses import Networks, networks_of

_PREFIX: Final = "HUB_"
_CONFIG: Final = "HUB_CONFIG"
_CLIENT_VARIABLES: Final = frozenset({"HUB_TOKEN"})
"""Read by `hub push` and `hub pull`, which are clients and have no settings."""

_CAPS: Final = "caps_"
_LEAST_STATUS_HOURS: Final = 24
_MOST_WEB_PROCESSES: Final = 4
_DATA: Final = Path("var")
_COLLECTIONS: Final = Path("collections")
_AGREEMENTS: Final = Path("config/agreements")
_SEALING_KEY: Final = "sealing.key"
_WEBHOOK_KEY: Final = "webhook.key"
"""Below the data directory, where nobody chose another place."""
_CHECKOUT: Final = Path(hub.__file__).resolve().parent.parent

Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Name = Annotated[str, Meta(min_length=1)]
PathSegment = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class LogFormat(StrEnum):
    """How log events are written to stderr; `auto` is `console` on a terminal and `json` elsewhere."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important event that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything configurable, checked; paths are absolute. An empty URL means the embedded server."""

    data: Path = _DATA
    database_url: str = ""
    redis_url: str = ""
    replica_urls: str = ""
    collections: Path = _COLLECTIONS
    agreements: Path = _AGREEMENTS

    host: Name = "127.0.0.1"
    port: Port = 8000
    web_workers: Annotated[int, Meta(ge=0)] = 0
    web_threads: Count = 16

    api_root: PathSegment = "appf"
    title: Name = "Asia-Pacific threat information hub"
    description: str = "Threat information shared between national CERTs under TLP and sharing agreements"
    contact: str = ""

    page_default: Count = 1_000
    page_max: Count = 10_000
    read_seconds: Annotated[float, Meta(gt=0)] = 10.0
    full_pages_mib: Annotated[int, Meta(ge=0)] = 128
    pending_above: Count = 2_000
    ingest_chunk: Count = 500
    status_hours: Count = _LEAST_STATUS_HOURS
    token_days: Count = 365

    stream_port: Port = 8001
    stream_processes: Annotated[int, Meta(ge=0)] = 1
    stream_heartbeat: Annotated[float, Meta(gt=0)] = 15.0
    streams_each: Count = 16
    streams_all: Count = 10_000

    sealing_key_file: Path = _DATA / _SEALING_KEY
    webhook_key_file: Path = _DATA / _WEBHOOK_KEY
    delivery_networks: str = ""
    delivery_authorities: str = ""
    deliver_processes: Annotated[int, Meta(ge=0)] = 1
    deliver_threads: Count = 16
    failing_after_minutes: Count = 15
    retry_first_seconds: Annotated[float, Meta(gt=0)] = 5.0
    retry_longest_seconds: Annotated[float, Meta(gt=0)] = 3_600.0

    caps: Caps = field(default_factory=Caps)

    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.AUTO
    access_log: bool = True
    metrics_loopback: bool = False
    withdrawal_hours: Count = 72

    def standing_on(self, *, database_url: str, redis_url: str) -> Self:
        """Give the same settings with the servers that are really used."""
        return replace(self, database_url=database_url, redis_url=redis_url)

    @property
    def web_processes(self) -> int:
        """How many processes answer requests: one for each core that they may use, unless a number was chosen."""
        return self.web_workers or min(len(os.sched_getaffinity(0)), _MOST_WEB_PROCESSES)

    @property
    def networks(self) -> Networks:
        """Where deliveries may go; raise ConfigurationError where the setting names what is no network."""
        try:
            return networks_of(self.delivery_networks.replace(",", " ").split())
        except ConfigurationError as error:
            raise ConfigurationError(f"delivery_networks: {error.sentence}") from error

    def environment(self) -> dict[str, str]:
        """Write every key as a variable, so that a process given these has the same settings."""
        flat = {key: getattr(self, key) for key in _kinds(Settings) if key != "caps"}
        flat |= {_CAPS + key: getattr(self.caps, key) for key in _kinds(Caps)}
        return {_PREFIX + key.upper(): _text(value) for key, value in flat.items()}


def load_settings(
    *, environ: Mapping[str, str], config: Path | None = None, options: Mapping[str, Any] | None = None
) -> Settings:
    """Read file, environment and options into Settings; options that are None were not given.

    Raises ConfigurationError naming file or variable and key where one is unknown, malformed or out of range.
    """
    file = config or (Path(environ[_CONFIG]) if environ.get(_CONFIG) else None)
    values = _from_file(file) if file else {}
    values |= _from_environment(environ)
    values |= {key: value for key, value in (options or {}).items() if value is not None}
    caps = Caps(**{key.removeprefix(_CAPS): values.pop(key) for key in list(values) if key.startswith(_CAPS)})
    settings = Settings(**_located(values), caps=caps)
    _check(settings)
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is not TOML: {error}") from error
    caps = table.pop("caps", {})
    if not isinstance(caps, dict):
        raise ConfigurationError(f"{path}: caps: is a table, [caps]")
    flat = table | {_CAPS + key: value for key, value in caps.items()}
    return {key: _convert(value, key, source=str(path), strict=True) for key, value in flat.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        key: _convert(text, key, source=variable, strict=False)
        for variable, text in environ.items()
        if variable.startswith(_PREFIX) and variable != _CONFIG and variable not in _CLIENT_VARIABLES
        for key in [variable.removeprefix(_PREFIX).lower()]
    }


def _kinds(record: type) -> dict[str, Any]:
    hints = get_type_hints(record, include_extras=True)
    return {item.name: hints[item.name] for item in fields(record)}


def _flat_kinds() -> dict[str, Any]:
    kinds = {key: kind for key, kind in _kinds(Settings).items() if key != "caps"}
    return kinds | {_CAPS + key: Annotated[kind, Meta(gt=0)] for key, kind in _kinds(Caps).items()}


def _convert(value: object, key: str, *, source: str, strict: bool) -> object:
    kinds = _flat_kinds()
    if key not in kinds:
        raise ConfigurationError(f"{source}: there is no setting {key.removeprefix(_CAPS)}")
    try:
        return msgspec.convert(value, kinds[key], strict=strict, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{source}: {key.removeprefix(_CAPS)}: {error}") from error


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise msgspec.ValidationError(f"Expected a path, got `{value!r}`")


def _located(values: Mapping[str, Any]) -> dict[str, Any]:
    """Make paths absolute; where nobody chose, the shipped data is the working directory's, else the checkout's."""
    shipped = {
        key: default if default.is_dir() else _CHECKOUT / default
        for key, default in (("collections", _COLLECTIONS), ("agreements", _AGREEMENTS))
    }
    chosen = {"data": _DATA} | shipped | dict(values)
    chosen.setdefault("sealing_key_file", chosen["data"] / _SEALING_KEY)
    chosen.setdefault("webhook_key_file", chosen["data"] / _WEBHOOK_KEY)
    return {key: value.expanduser().resolve() if isinstance(value, Path) else value for key, value in chosen.items()}


def _check(settings: Settings) -> None:
    if settings.api_root == "api":
        raise ConfigurationError("api_root: /api/ is the administration API's; choose another name")
    if settings.status_hours < _LEAST_STATUS_HOURS:
        raise ConfigurationError(
            f"status_hours: {settings.status_hours} is less than the {_LEAST_STATUS_HOURS} hours "
            "that TAXII interoperability asks for"
        )
    if settings.page_default > settings.page_max:
        raise ConfigurationError(f"page_default: {settings.page_default} is more than page_max, {settings.page_max}")
    if settings.stream_processes and settings.stream_port == settings.port:
        raise ConfigurationError(
            f"stream_port: {settings.stream_port} is that of port, too; choose another for one of them"
        )
    _ = settings.networks
