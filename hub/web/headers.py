"""The response headers that hold for every answer of the hub."""

from typing import Final

from flask import Response

_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def harden(response: Response) -> Response:
    """Keep answers out of caches and let no client guess at their type; a view's own header wins."""
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    return response
