"""What the hub needs to know of an object that it accepts."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from hub.domain.clock import tick_of
from hub.domain.identifiers import Tick
from hub.domain.submissions import CheckedObject
from hub.stix.findings.markings import definition_of, markings_of
from hub.stix.form.identity import is_observable
from hub.stix.form.names import instant_of_text
from hub.stix.form.references import references_of

_WHOLE_NUMBER: Final = re.compile(rb"\.0[,}\]]")
"""How a whole number with a fraction ends where it is written (and seldom a text)."""

_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def checked(value: Mapping[str, Any], piece: bytes, *, position: int, warnings: tuple[str, ...]) -> CheckedObject:
    """Return an object with its facts.

    INVARIANT: it has passed every check, so its properties are what STIX says; `piece` is what `value` was read from.
    """
    created, modified = value.get("created"), value.get("modified")
    created_tick = _tick(created)
    modified_tick = created_tick if modified == created else _tick(modified)
    level, other_markings = markings_of(value)
    return CheckedObject(  # by position: each of so many names would be looked up among all, on every object
        position,
        value["id"],
        value["type"],
        is_observable(value),
        modified or created,
        modified_tick if modified else created_tick,
        created_tick,
        modified_tick,
        value.get("created_by_ref"),
        value.get("revoked") is True,
        piece,
        digest_of(value),
        level,
        other_markings,
        references_of(value),
        definition_of(value),
        warnings,
    )


def digest_of(value: object) -> bytes:
    """Return the SHA-256 of a JSON value's canonical form: sorted names, no white space, whole numbers as integers."""
    written = _ENCODER.encode(value)
    if _WHOLE_NUMBER.search(written):
        written = _ENCODER.encode(_with_whole_numbers(value))
    return sha256(written).digest()


def _with_whole_numbers(value: object) -> object:
    """Return a value in which 1.0 is 1: as JSON the two are one number (RFC 8785 §3.2.2.3)."""
    if isinstance(value, dict):
        return {name: _with_whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _tick(timestamp: str | None) -> Tick | None:
    """Return the tick of a `created` or `modified`, which have at most six fraction digits."""
    return None if timestamp is None else tick_of(instant_of_text(timestamp))
