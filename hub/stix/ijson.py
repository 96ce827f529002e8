"""Strict I-JSON (RFC 7493): bytes in, one value out, or a RequestError that says why the bytes cannot be trusted."""

import json
import re
from typing import Final, NoReturn

import msgspec
import orjson

from hub.domain.errors import RequestError
from hub.stix.problems import Code, shown

LARGEST_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493 §2.2)."""

_UNSURE: Final = object()
_QUICK: Final = msgspec.json.Decoder()
_ESCAPE: Final = re.compile(rb"\\.", re.DOTALL)
_NUL: Final = b"\\u0000"
_SUSPECT_ESCAPE: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def read(body: bytes) -> object:
    """Return the one JSON value of a body; raise RequestError with a JSON_ code where it is not strict I-JSON."""
    value = _read_quickly(body)
    return _read_closely(body) if value is _UNSURE else value


def _read_quickly(body: bytes) -> object:
    """Return the value where it is certain that a close look finds nothing wrong, else _UNSURE.

    A quick reader takes NUL, keeps the last of two members of one name, and every integer; half of a surrogate pair it
    refuses. Written again, the value is the body or at least has as many quotation marks, or something was lost; and
    the writer refuses integers beyond 53 bits.
    """
    if b"\\" in body and _NUL in body:
        return _UNSURE
    try:
        value: object = _QUICK.decode(body)
        written = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except (ValueError, TypeError, RecursionError):
        return _UNSURE
    return value if written == body or _quotation_marks(written) == _quotation_marks(body) else _UNSURE


def _quotation_marks(text: bytes) -> int:
    return (_ESCAPE.sub(b"", text) if b"\\" in text else text).count(b'"')


def _read_closely(body: bytes) -> object:
    """Read with the standard library's scanner, which shows repeated names and numbers as they were written.

    It counts its own recursion, so nesting without end is an error long before the stack is.
    """
    text = _text_of(body)
    try:
        value: object = _SCANNER.decode(text)
    except json.JSONDecodeError as error:
        raise RequestError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.", code=Code.JSON_SYNTAX
        ) from None
    except RecursionError:
        raise RequestError("The body is nested far too deeply.", code=Code.JSON_DEPTH) from None
    if _SUSPECT_ESCAPE.search(text):
        _refuse_bad_characters(value)
    return value


def _text_of(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(f"The body is not UTF-8: byte {error.start}.", code=Code.JSON_ENCODING) from None
    if text.startswith("\ufeff"):
        raise RequestError("The body begins with a byte order mark; send it without.", code=Code.JSON_ENCODING)
    if "\0" in text:
        raise RequestError("The body contains a NUL character.", code=Code.JSON_ENCODING)
    return text


def _refuse_bad_characters(value: object) -> None:
    """Raise where a string or name holds NUL or half a surrogate pair. Nothing here recurses."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str):
            _refuse_bad_character(item)


def _refuse_bad_character(text: str) -> None:
    if "\0" in text:
        raise RequestError(f"The text {shown(text)} contains a NUL character.", code=Code.JSON_ENCODING)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise RequestError(
            f"The text {shown(text)} contains half of a surrogate pair.", code=Code.JSON_ENCODING
        ) from None


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise RequestError(f"The name {shown(name)} occurs twice in one object.", code=Code.JSON_DUPLICATE_KEY)
            seen.add(name)
    return members


def _integer(digits: str) -> int:
    if len(digits) <= len(str(-LARGEST_INTEGER)) and abs(number := int(digits)) <= LARGEST_INTEGER:
        return number
    raise RequestError(
        f"The number {shown(digits)} is beyond ±(2^53 - 1), which not every reader keeps exactly.",
        code=Code.JSON_NUMBER_RANGE,
    )


def _real(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise RequestError(f"The number {shown(digits)} is beyond every double.", code=Code.JSON_NONFINITE)
    return number


def _constant(name: str) -> NoReturn:
    raise RequestError(f"{name} is not JSON.", code=Code.JSON_NONFINITE)


_SCANNER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_real, parse_constant=_constant
)
