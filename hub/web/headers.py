"""The response headers that hold for every answer of the hub."""

from typing import Final

from flask import Response

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
