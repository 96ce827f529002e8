"""Accept and Content-Type as RFC 7231 reads them, for the one media type of TAXII 2.1 (§1.6.8)."""

import re
from typing import Final

from werkzeug.http import parse_list_header, parse_options_header

from hub.web.errors import NotAcceptableError, UnsupportedMediaError
from hub.web.headers import remembering

TAXII: Final = "application/taxii+json"
VERSION: Final = "2.1"
MEDIA_TYPE: Final = f"{TAXII};version={VERSION}"

_WEIGHT: Final = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?", re.ASCII)
_GENERAL: Final = {"*/*": 1, "application/*": 2, TAXII: 3}
_EXACT: Final = 4


def accept_answer(header: str | None) -> None:
    """Raise NotAcceptableError unless the client takes TAXII 2.1; one that says nothing does not (§3.1)."""
    if not header or _weight(header) == 0:
        raise NotAcceptableError(f"This server answers with {MEDIA_TYPE}; let the Accept header say so.")


def accept_content(content_type: str | None, content_encoding: str | None) -> None:
    """Raise UnsupportedMediaError unless the body is TAXII 2.1, or TAXII of no named version, as it is."""
    essence, parameters = parse_options_header(content_type)
    if essence.lower() != TAXII or parameters.get("version", VERSION) != VERSION:
        raise UnsupportedMediaError(f"This server reads {MEDIA_TYPE}; let the Content-Type header say so.")
    if (content_encoding or "identity").strip().lower() != "identity":
        raise UnsupportedMediaError("This server reads bodies without a Content-Encoding.")


@remembering
def _weight(header: str) -> float:
    """Return the weight that the most specific matching range gives to TAXII 2.1; 0 where none matches."""
    ranges = [_range(item) for item in parse_list_header(header)]
    return max(ranges, default=(0, 0.0))[1]


def _range(item: str) -> tuple[int, float]:
    """Return how specifically a media range matches TAXII 2.1 (0: not at all), and its weight."""
    essence, parameters = parse_options_header(item)
    weight = parameters.get("q", "1")
    specificity = _GENERAL.get(essence.lower(), 0)
    version = parameters.get("version")
    if specificity == 0 or not _WEIGHT.fullmatch(weight) or version not in (None, VERSION):
        return 0, 0.0
    return (_EXACT if version else specificity), float(weight)
