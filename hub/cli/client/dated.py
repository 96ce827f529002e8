"""The clock of a server, as the `Date` of its answers tells it (RFC 9110 §6.6.1)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from hub.outbound.taxii import Carries
from hub.outbound.transport import Answer


class Dated:
    """Carries requests as its transport does, and remembers what time it was at the server when it last answered."""

    def __init__(self, transport: Carries) -> None:
        self._transport = transport
        self._seen: datetime | None = None

    @property
    def seen(self) -> datetime | None:
        """The time of the last answer that had one, to the second; None where none had."""
        return self._seen

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Return the answer of the transport; raise what it raises."""
        answer = self._transport.request(method, url, headers=headers, params=params, body=body)
        self._seen = _date_of(answer) or self._seen
        return answer


def _date_of(answer: Answer) -> datetime | None:
    try:
        date = parsedate_to_datetime(answer.headers.get("date", ""))
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
