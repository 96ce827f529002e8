"""Agreements in files: TOML as people write it, or JSON as the hub gives it."""

import json
import tomllib
from pathlib import Path

from hub.domain.agreements import AgreementDocument
from hub.domain.errors import ConfigurationError
from hub.policy.agreements.documents import document_of


def read_agreement(path: Path) -> AgreementDocument:
    """Read a document; raise ConfigurationError that names the file and the key that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # not UTF-8, or not what the suffix says
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise ConfigurationError(f"{path}: is not {kind}: {error}") from error
    return document_of(content, source=str(path))
