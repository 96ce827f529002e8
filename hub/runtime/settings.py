"""What the hub can be told: every key with its type and default, read once and never looked up again.

A key has one name everywhere: `page_max` in the configuration file, `HUB_PAGE_MAX` in the environment and, where a
command offers it, `--page-max`. An option beats the environment, the environment beats the file, the file beats
the default. `config/hub.toml` explains each key.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import msgspec
from msgspec import Meta

import hub
from hub.domain.errors import ConfigurationError
from hub.domain.submissions import Caps

_PREFIX: Final = "HUB_"
_CONFIG: Final = "HUB_CONFIG"
_LEAST_STATUS_HOURS: Final = 24
_DATA: Final = Path("var")
_COLLECTIONS: Final = Path("collections")
_AGREEMENTS: Final = Path("config/agreements")
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
    collections: Path = _COLLECTIONS
    agreements: Path = _AGREEMENTS

    host: Name = "127.0.0.1"
    port: Port = 8000
    web_workers: Count = 1
    web_threads: Count = 8

    api_root: PathSegment = "appf"
    title: Name = "Asia-Pacific threat information hub"
    description: str = "Threat information shared between national CERTs under TLP and sharing agreements"
    contact: str = ""

    page_default: Count = 1_000
    page_max: Count = 10_000
    pending_above: Count = 2_000
    ingest_chunk: Count = 500
    status_hours: Count = _LEAST_STATUS_HOURS
    token_days: Count = 365
    caps: Caps = field(default_factory=Caps)

    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.AUTO


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
    settings = Settings(**_located(values))
    _check(settings)
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is not TOML: {error}") from error
    kinds = _kinds(Settings)
    values: dict[str, Any] = {
        key: _convert(value, kinds, key, source=str(path)) for key, value in table.items() if key != "caps"
    }
    return values | _caps(table.get("caps"), str(path))


def _caps(table: object, source: str) -> dict[str, Any]:
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise ConfigurationError(f"{source}: caps: is a table, [caps]")
    kinds = {key: Annotated[kind, Meta(gt=0)] for key, kind in _kinds(Caps).items()}
    source = f"{source}: caps"
    caps: dict[str, Any] = {key: _convert(value, kinds, key, source=source) for key, value in table.items()}
    return {"caps": Caps(**caps)}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    kinds = {key: kind for key, kind in _kinds(Settings).items() if key != "caps"}
    return {
        key: _convert(text, kinds, key, source=variable, strict=False)
        for variable, text in environ.items()
        if variable.startswith(_PREFIX) and variable != _CONFIG and (key := variable.removeprefix(_PREFIX).lower())
    }


def _kinds(record: type) -> dict[str, Any]:
    hints = get_type_hints(record, include_extras=True)
    return {item.name: hints[item.name] for item in fields(record)}


def _convert(value: object, kinds: Mapping[str, Any], key: str, *, source: str, strict: bool = True) -> object:
    if key not in kinds:
        raise ConfigurationError(f"{source}: {key}: there is no such key")
    try:
        return msgspec.convert(value, kinds[key], strict=strict, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{source}: {key}: {error}") from error


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
    return {
        key: value.expanduser().resolve() if isinstance(value, Path) else value
        for key, value in ({"data": _DATA} | shipped | dict(values)).items()
    }


def _check(settings: Settings) -> None:
    if settings.status_hours < _LEAST_STATUS_HOURS:
        raise ConfigurationError(
            f"status_hours: {settings.status_hours} is less than the {_LEAST_STATUS_HOURS} hours "
            "that TAXII interoperability asks for"
        )
    if settings.page_default > settings.page_max:
        raise ConfigurationError(f"page_default: {settings.page_default} is more than page_max, {settings.page_max}")
