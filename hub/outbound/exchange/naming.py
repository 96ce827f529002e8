"""File names made of what another server says an object is called: only what is harmless in a path."""

import re
from hashlib import sha256
from typing import Any, Final

import msgspec
from msgspec import Struct

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,249}--[0-9a-fA-F-]{36}", re.ASCII)
_VERSION: Final = re.compile(r"[0-9TZ:.-]{1,40}", re.ASCII)


class _Named(Struct, frozen=True, kw_only=True):
    """What an object says of itself, of whatever type each value may be."""

    id: Any = None
    created: Any = None
    modified: Any = None


def file_name_of(payload: bytes) -> str:
    """Return `ID--VERSION` without colons (`ID` where there is no version), or a digest where the id is not STIX's."""
    try:
        named = msgspec.json.decode(payload, type=_Named)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        named = _Named()
    if not isinstance(named.id, str) or not _ID.fullmatch(named.id):
        return f"object--{sha256(payload).hexdigest()}"
    version = named.modified or named.created
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        return named.id
    return f"{named.id}--{version.replace(':', '')}"
