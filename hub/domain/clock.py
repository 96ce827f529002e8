"""Instants as the hub keeps them (microseconds since 1970, UTC) and as TAXII and STIX write them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from hub.domain.identifiers import Tick

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_TIMESTAMP: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z",
    re.ASCII,
)
_MICROSECOND: Final = timedelta(microseconds=1)


def tick_of(instant: datetime) -> Tick:
    """Return the microsecond of an aware instant."""
    return Tick((instant - EPOCH) // _MICROSECOND)


def instant_of(tick: int) -> datetime:
    """Return the aware UTC instant of a microsecond count."""
    return EPOCH + timedelta(microseconds=tick)


def timestamp_of(tick: int) -> str:
    """Write a TAXII timestamp: six fraction digits and `Z`, always (TAXII 2.1 §2)."""
    return instant_of(tick).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_timestamp(text: str) -> Tick | None:
    """Read an RFC 3339 UTC timestamp with 0 to 9 fraction digits; None where it is not one.

    Digits past the microsecond are cut off, so a value never reads as later than it is.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction = (match[7] or "").ljust(6, "0")[:6]
    try:
        return tick_of(datetime(year, month, day, hour, minute, second, int(fraction), tzinfo=UTC))
    except ValueError:
        return None
