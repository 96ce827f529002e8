"""Content codings (RFC 9110 §8.4, §12.5.3): answers are compressed for clients that ask for it."""

import re
from collections.abc import Mapping
from typing import Final

from flask import Response, request
from isal import isal_zlib
from werkzeug.http import parse_list_header, parse_options_header
from zstandard import ZstdCompressor

from hub.web.headers import remembering

IDENTITY: Final = "identity"
GZIP: Final = "gzip"
ZSTD: Final = "zstd"
CODINGS: Final = (ZSTD, GZIP)
"""The best first: zstd makes a page a third smaller than gzip does, in the same time."""

WORTH_IT: Final = 4 * 1024
"""A body of fewer bytes goes as it is, unless the client refuses that."""

_ALIASES: Final = {"x-gzip": GZIP}
_LEVEL: Final = 1
_GZIP_WRAPPER: Final = 31
_ANY: Final = "*"
_WEIGHT: Final = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?", re.ASCII)
_TEXTS: Final = frozenset({"application/json", "application/taxii+json", "text/html", "text/javascript", "text/css"})


def compress(response: Response) -> Response:
    """Compress the body of an answer where the client prefers that and it is worth it.

    INVARIANT: only what a GET or HEAD is answered with is compressed. What shows a secret answers a POST, once, so no
    length ever tells of a secret beside text that somebody else has chosen. Equal bodies give equal lengths.
    """
    if request.method not in {"GET", "HEAD"} or not _may_be_coded(response):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200:  # noqa: PLR2004 - OK; the others have no body of their own
        return response
    body = response.get_data()
    coding = choose_coding(request.headers.get("Accept-Encoding"), len(body))
    if coding != IDENTITY:
        response.set_data(_CODERS[coding](body))
        response.headers["Content-Encoding"] = coding
        if "ETag" in response.headers:
            response.headers["ETag"] = coded_tag(response.headers["ETag"], coding)
    return response


def choose_coding(header: str | None, size: int) -> str:
    """Return the coding that a client prefers for a body of so many bytes.

    A client that says nothing gets the body as it is, and so does one that refuses everything that there is.
    """
    weights = _weights(header or "")
    as_it_is = weights[IDENTITY] if IDENTITY in weights else weights.get(_ANY)
    offered = {coding: weights[coding] for coding in CODINGS if weights.get(coding, 0) > 0}
    if GZIP not in weights and weights.get(_ANY, 0) > 0:
        offered[GZIP] = weights[_ANY]
    best = max(offered, key=offered.__getitem__, default=IDENTITY)
    if as_it_is == 0:
        return best
    if size < WORTH_IT or weights.get(IDENTITY, 0) > offered.get(best, 0):
        return IDENTITY
    return best


def coded_tag(tag: str, coding: str) -> str:
    """Return the strong tag of a representation in a coding, from that of the one without."""
    return f'{tag[:-1]}-{coding}"'


def uncoded_tag(tag: str) -> str:
    """Return the tag of the same representation without a coding."""
    for coding in CODINGS:
        if tag.endswith(f'-{coding}"'):
            return tag.removesuffix(f'-{coding}"') + '"'
    return tag


def _may_be_coded(response: Response) -> bool:
    if response.status_code == 304:  # noqa: PLR2004 - Not Modified: what it stands for may be coded
        return True
    coded = "Content-Encoding" in response.headers
    return response.is_sequence and not coded and response.mimetype in _TEXTS


@remembering
def _weights(header: str) -> Mapping[str, float]:
    """Read the weight of each coding that is named; what is malformed is not there."""
    weights = {}
    for item in parse_list_header(header):
        name, parameters = parse_options_header(item)
        weight = parameters.get("q", "1")
        if _WEIGHT.fullmatch(weight):
            coding = name.lower()
            weights[_ALIASES.get(coding, coding)] = float(weight)
    return weights


def _gzip(body: bytes) -> bytes:
    coder = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP_WRAPPER)
    return coder.compress(body) + coder.flush()


def _zstd(body: bytes) -> bytes:
    return ZstdCompressor(level=_LEVEL).compress(body)


_CODERS: Final = {GZIP: _gzip, ZSTD: _zstd}
