"""How often and after what pauses a request is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Attempts in all, pauses that double up to a longest one, and the longest wait a server may ask for."""

    attempts: int = 6
    first_seconds: float = 0.5
    longest_seconds: float = 30.0
    longest_asked_seconds: float = 300.0

    def pause(self, attempt: int, asked: float | None) -> float | None:
        """Return the seconds to wait after the given attempt (from 1), or None where it was the last one.

        `asked` is what the server's Retry-After says. A server that asks for more than the longest wait is believed:
        trying sooner would be in vain, so there is no further attempt.
        """
        if attempt >= self.attempts or (asked is not None and asked > self.longest_asked_seconds):
            return None
        own = min(self.first_seconds * 2 ** (attempt - 1), self.longest_seconds)
        return own if asked is None else asked


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for (RFC 9110 §10.2.3); a date counts from the answer's own Date."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until, now = _http_date(text), _http_date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
