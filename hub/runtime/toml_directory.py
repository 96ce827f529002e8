"""A directory of TOML files that the hub starts from: data, and nothing beside it but notes for people."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.domain.documents import raise_all
from hub.domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlFile:
    """One parsed file; `digest` is the SHA-256 of its bytes in hexadecimal, to be logged by whoever loads it."""

    path: Path
    digest: str
    content: dict[str, object]


def read_toml_directory(directory: Path) -> tuple[TomlFile, ...]:
    """Read every .toml file in order of name; raise ConfigurationError for whatever else is there.

    Notes (.md) and hidden files are passed over. Anything else stops the start: a misspelt file name must not make a
    member or an agreement vanish, and Python in `collections/` would shadow the standard library's module.
    """
    if not directory.is_dir():
        raise ConfigurationError(f"{directory}: is not a directory")
    files: list[TomlFile] = []
    faults: list[str] = []
    for path in _visible(directory):
        try:
            files.append(_read(path))
        except ConfigurationError as error:
            faults.append(error.sentence)
    raise_all(faults)
    return tuple(files)


def _visible(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.iterdir()):
        if path.suffix != ".md" and not path.name.startswith("."):
            yield path


def _read(path: Path) -> TomlFile:
    if path.suffix != ".toml" or not path.is_file():
        raise ConfigurationError(f"{path}: only .toml files (and .md notes) may stand here")
    try:
        data = path.read_bytes()
        content = tomllib.loads(data.decode())
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise ConfigurationError(f"{path}: is not TOML: {error}") from error
    return TomlFile(path=path, digest=hashlib.sha256(data).hexdigest(), content=content)
