"""The body of a request: whole, bounded, strict JSON."""

from typing import Final

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header

from hub.domain.errors import RequestError, TooLargeError
from hub.stix.ijson import read
from hub.web.errors import UnsupportedMediaError

MEDIA_TYPE: Final = "application/json"
SMALL: Final = 64 * 1024
LARGE: Final = 1024 * 1024
"""Octets: what most operations take, and what those take that are sent an agreement."""

DEEPEST: Final = 16
"""How deeply arrays and objects may lie in each other; the deepest that any operation asks for is 5."""


def receive(request: Request, *, most: int) -> bytes:
    """Return the body, b"" where there is none; raise where it is too large or not strict JSON.

    Names that occur twice, numbers that not every reader keeps exactly, and nesting without end are refused.
    """
    body = _whole(request, most)
    if not body:
        return body
    _check_media(request)
    if _depth(read(body)) > DEEPEST:
        raise RequestError(f"The body is nested more than {DEEPEST} levels deep.", code="JSON_DEPTH")
    return body


def _whole(request: Request, most: int) -> bytes:
    request.max_content_length = most + 1
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        body = None
    if body is None or len(body) > most:
        raise TooLargeError(f"The body has more than the {most} octets that this operation takes.")
    if request.content_length not in (None, len(body)):
        raise RequestError("The body ended before its Content-Length; send it again.")
    return body


def _check_media(request: Request) -> None:
    essence, parameters = parse_options_header(request.headers.get("Content-Type"))
    if essence.lower() != MEDIA_TYPE or parameters.get("charset", "utf-8").lower() != "utf-8":
        raise UnsupportedMediaError(f"This API reads {MEDIA_TYPE}; let the Content-Type header say so.")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaError("This API reads bodies without a Content-Encoding.")


def _depth(value: object) -> int:
    """Return how many levels lie in each other. Nothing here recurses."""
    deepest = 0
    waiting = [(value, 0)]
    while waiting:
        item, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(item, dict):
            waiting += [(inner, level + 1) for inner in item.values()]
        elif isinstance(item, list):
            waiting += [(inner, level + 1) for inner in item]
    return deepest
