"""What the web front is told when it starts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxiiSettings:
    """What the TAXII server says of itself, and the sizes it keeps to.

    `api_root` is one path segment. A page holds `page_default` items where the client names no limit, and never more
    than `page_max`. `max_content_length` is in octets (TAXII 2.1 §4.2.1).
    """

    title: str
    api_root: str = "appf"
    description: str = ""
    contact: str = ""
    page_default: int = 1_000
    page_max: int = 5_000
    max_content_length: int = 20 * 1024 * 1024
