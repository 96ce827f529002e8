"""Send envelopes one after another, follow each to its end, and know at every moment what was acknowledged."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from hub.outbound.errors import AnswerError, OutboundError
from hub.outbound.exchange.envelopes import Parcel
from hub.outbound.exchange.files import FileObject
from hub.outbound.resources import Status, StatusDetail
from hub.outbound.taxii import Target, TaxiiClient, split_code

REFUSED_WHOLE: Final = frozenset({400, 413, 422})
"""Statuses that refuse an envelope and store nothing of it."""

_PLACE: Final = re.compile(r"objects\[(\d{1,9})\]", re.ASCII)

TOO_LARGE: Final = 413
SPLITS: Final = 256
"""How many envelopes of one push are cut up to find the object for whose sake the server refused the whole."""

FIRST_POLL_SECONDS: Final = 0.25
LONGEST_POLL_SECONDS: Final = 5.0
STALLED_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An object that the server did not take; `code` is the server's, or names the HTTP status."""

    id: str
    version: str
    code: str
    sentence: str
    source: str = ""


class Tally:
    """What the server has acknowledged so far, to be read at any moment, also after an interruption."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.accepted = 0
        self.refusals: list[Refusal] = []
        self.statuses: list[str] = []

    @property
    def done(self) -> int:
        """How many objects have their answer."""
        return self.accepted + len(self.refusals)

    @property
    def by_code(self) -> dict[str, int]:
        """How many refusals of each code, the most frequent first."""
        return dict(Counter(refusal.code for refusal in self.refusals).most_common())


class Push:
    """Sends envelopes to one collection. `sleep` waits for seconds, `watch` is called after each answer."""

    def __init__(
        self,
        client: TaxiiClient,
        target: Target,
        tally: Tally,
        *,
        sleep: Callable[[float], None],
        watch: Callable[[], None],
    ) -> None:
        self._client = client
        self._target = target
        self._tally = tally
        self._sleep = sleep
        self._watch = watch
        self._splits = SPLITS

    def send_all(self, parcels: Iterable[Parcel]) -> None:
        """Send every envelope; raise OutboundError where the server cannot be reached or will not deal with us."""
        for parcel in parcels:
            self._send(parcel)

    def _send(self, parcel: Parcel) -> None:
        """Send an envelope; one that is refused as a whole is cut in halves until the refusal hits the right ones."""
        waiting = [parcel]
        while waiting:
            part = waiting.pop()
            refused = self._offer(part)
            if refused is None:
                continue
            if len(part.objects) > 1 and self._worth_splitting(refused):
                waiting.extend(reversed(part.halves()))
            else:
                self._refuse(part, refused)

    def _offer(self, parcel: Parcel) -> AnswerError | None:
        """Send one envelope and count what became of it; return the refusal of the envelope as a whole."""
        body = parcel.body
        if len(parcel.objects) == 1 and len(body) > self._target.max_content_length:
            return AnswerError(
                f"{len(body):,} bytes; the server takes {self._target.max_content_length:,}",
                status=TOO_LARGE,
                code="TOO_LARGE",
            )
        try:
            status = self._client.add(self._target, body)
        except AnswerError as error:
            if error.status in REFUSED_WHOLE:
                return error
            raise
        self._tally.statuses.append(status.id)
        self._count(parcel, self._followed(status))
        return None

    def _worth_splitting(self, refused: AnswerError) -> bool:
        if refused.status == TOO_LARGE:
            return True
        self._splits -= 1
        return self._splits >= 0

    def _followed(self, status: Status) -> Status:
        """Ask for the status until it is complete; give up when nothing moves any more."""
        pause, stalled = FIRST_POLL_SECONDS, 0.0
        while status.status == "pending":
            self._sleep(pause)
            before, status = status, self._client.status(self._target, status.id)
            moved = status.pending_count != before.pending_count
            stalled = 0.0 if moved else stalled + pause
            if stalled >= STALLED_SECONDS and status.status == "pending":
                raise OutboundError(
                    f"the server took {status.total_count:,} objects and has not moved on with them for "
                    f"{stalled:,.0f} s (status {status.id})"
                )
            pause = min(pause * 2, LONGEST_POLL_SECONDS)
        return status

    def _count(self, parcel: Parcel, status: Status) -> None:
        """Enter a complete status: what it names as failed, what it only counts, what it does not account for."""
        index = _Index(parcel)
        refusals = [_refusal(detail, index.find(detail)) for detail in status.failures]
        refusals += [_unnamed("UNNAMED", "refused without a reason")] * (status.failure_count - len(refusals))
        accepted = min(status.success_count, len(parcel.objects))
        missing = len(parcel.objects) - accepted - len(refusals)
        refusals += [_unnamed("NO_ANSWER", "the server's status does not say what became of it")] * missing
        self._tally.accepted += accepted
        self._tally.refusals += refusals
        self._watch()

    def _refuse(self, parcel: Parcel, refused: AnswerError) -> None:
        self._tally.refusals += [_whole(item, refused) for item in parcel.objects]
        self._watch()


class _Index:
    """Finds the object that a status speaks of: by id and version, by id, or by the hub's `objects[N]`."""

    def __init__(self, parcel: Parcel) -> None:
        self._objects = parcel.objects
        self._by_name: dict[tuple[str | None, str | None], FileObject] = {}
        for item in parcel.objects:
            self._by_name.setdefault((item.id, item.version), item)
            self._by_name.setdefault((item.id, None), item)

    def find(self, detail: StatusDetail) -> FileObject | None:
        place = _PLACE.fullmatch(detail.id)
        if place and int(place[1]) < len(self._objects):
            return self._objects[int(place[1])]
        return self._by_name.get((detail.id, detail.version)) or self._by_name.get((detail.id, None))


def _refusal(detail: StatusDetail, item: FileObject | None) -> Refusal:
    code, sentence = split_code(detail.message)
    return Refusal(
        id="" if item is not None and item.id is None else detail.id,
        version=detail.version,
        code=code or "REFUSED",
        sentence=sentence or "no reason given",
        source="" if item is None else item.source,
    )


def _unnamed(code: str, sentence: str) -> Refusal:
    return Refusal(id="", version="", code=code, sentence=sentence)


def _whole(item: FileObject, refused: AnswerError) -> Refusal:
    return Refusal(
        id=item.id or "",
        version=item.version or "",
        code=refused.code,
        sentence=refused.words,
        source=item.source,
    )
