"""The response headers that hold for every answer of the hub."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, TypeVar

from flask import Response

Read = TypeVar("Read")

_REMEMBERED: Final = 256
_LONGEST_REMEMBERED: Final = 256
"""In characters. What is longer is read each time: nobody's habit, and it would be kept."""

_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Server": "hub",
    "X-Content-Type-Options": "nosniff",
}


def harden(response: Response) -> Response:
    """Keep answers out of caches, let no client guess at their type, and don't say which program serves them.

    A header that a view has set itself wins.
    """
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    return response


def remembering(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """Read a header once for all requests that say the same, as those of one client do."""
    known = lru_cache(maxsize=_REMEMBERED)(read)

    @wraps(read)
    def reading(header: str) -> Read:
        return known(header) if len(header) <= _LONGEST_REMEMBERED else read(header)

    return reading
