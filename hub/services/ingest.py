"""Process large submissions part by part: each part's rows, outcomes and progress are one commit.

A worker may die at any moment. What it had committed stays, with the outcome of each object in it; whoever takes the
submission up next validates it again and goes on with the objects that have none, in parts of its own size.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from time import monotonic
from typing import Final

import structlog

from hub.bus.heads import News
from hub.bus.hints import Tell, tell_nobody
from hub.bus.queue import Queue
from hub.domain.catalogue import Catalogue, Collection
from hub.domain.clock import instant_of, tick_of
from hub.domain.errors import ConfigurationError, HubError, UnavailableError
from hub.domain.identifiers import SubmissionId
from hub.domain.submissions import CheckedEnvelope, CheckedObject, Outcome, RefusedObject
from hub.services.publishing.batches import Batch, envelope_levels, in_publishing_order
from hub.services.publishing.publish import Publishing
from hub.services.submit import Limits, deed, refusals
from hub.stix.check import check_objects
from hub.stix.envelope import open_envelope
from hub.store.database import Pool
from hub.store.ledger import record_each
from hub.store.log.head import keep_head
from hub.store.submissions import (
    Progress,
    Receipt,
    add_outcomes,
    claim,
    complete,
    count_refused,
    expire,
    load_pending,
    load_progress,
    pending_submissions,
    release,
)

SWEEP_SECONDS: Final = 5.0
"""How often a worker looks in the store for what the stream does not tell it of, and for what has expired."""

_WAIT_MS: Final = 1_000

_log = structlog.get_logger()

_UNBOUNDED: Final = dict.fromkeys(("body_bytes", "envelope_objects", "depth"), sys.maxsize)
"""What has been taken as a whole is processed, whatever the caps on that are by now. Those on an object hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is left of a submission, validated: refusals to tell, and parts to publish, the first of them `begin`.

    `checked` is all of it, of which the parts that are done are known by their levels.
    """

    receipt: Receipt
    collection: Collection
    checked: CheckedEnvelope
    begin: int
    refused: tuple[RefusedObject, ...]
    parts: Sequence[Sequence[CheckedObject]]


class Ingest:
    """A worker. Any number may run, in any number of processes; a submission is one worker's at a time."""

    def __init__(  # noqa: PLR0913 - it is made in one place, by name
        self,
        pool: Pool,
        publishing: Publishing,
        catalogue: Catalogue,
        queue: Queue[SubmissionId],
        *,
        limits: Limits,
        part_objects: int,
        clock: Callable[[], datetime],
        tell: Tell[News] = tell_nobody,
    ) -> None:
        self._pool = pool
        self._publishing = publishing
        self._catalogue = catalogue
        self._queue = queue
        self._limits = limits
        self._part_objects = part_objects
        self._clock = clock
        self._tell = tell

    def run(self, consumer: str, stop: Event) -> None:
        """Work until `stop` is set; what is under way then is finished to the end of its part."""
        swept = float("-inf")
        while not stop.is_set():
            try:
                if monotonic() - swept >= SWEEP_SECONDS:
                    self.sweep(stop)
                    swept = monotonic()
                self._take(consumer, stop)
            except UnavailableError as error:
                _log.warning("ingest.unavailable", reason=error.sentence)
                stop.wait(1)

    def sweep(self, stop: Event) -> None:
        """Process what is pending in the store, whatever the stream says, and remove statuses that have expired."""
        with self._pool.statement() as database:
            waiting = pending_submissions(database)
            expire(database, completed_before=tick_of(self._clock() - self._limits.status_kept))
        for submission in waiting:
            if not stop.is_set():
                self.process(submission, stop)

    def process(self, submission: SubmissionId, stop: Event) -> None:
        """Process a submission to its end unless another worker has it, it is done, or `stop` is set meanwhile.

        What fails for a reason of the hub's own is logged, stays pending and is tried again at the next sweep.
        """
        with self._pool.statement() as holder:
            if not claim(holder, submission):
                return
            try:
                self._process(submission, stop)
            except UnavailableError:
                raise
            except HubError as error:
                _log.error("submission.failed", submission=submission, reason=error.sentence)
            except Exception:  # noqa: BLE001 - the outermost loop of a worker
                _log.exception("submission.failed", submission=submission)
            finally:
                release(holder, submission)

    def _take(self, consumer: str, stop: Event) -> None:
        for entry, submission in self._queue.take(consumer, wait_ms=_WAIT_MS):
            self.process(submission, stop)
            if not stop.is_set():
                self._queue.done(entry)

    def _process(self, submission: SubmissionId, stop: Event) -> None:
        with self._pool.statement() as database:
            pending = load_pending(database, submission)
            if pending is None:
                return
            progress = load_progress(database, submission)
        work = self._work(*pending, progress)
        for number in range(len(work.parts)):
            if stop.is_set():
                return
            self._publish_part(work, number)
        _log.info("submission.complete", submission=submission, objects=work.receipt.total)

    def _work(self, receipt: Receipt, body: bytes, progress: Progress) -> _Work:
        collection = self._catalogue.find(receipt.collection)
        if collection is None:
            raise ConfigurationError(f"Collection {receipt.collection} of a pending submission is not loaded here.")
        envelope = open_envelope(body, caps=replace(self._limits.caps, **_UNBOUNDED))
        checked = check_objects(envelope, caps=self._limits.caps, at=instant_of(receipt.received))
        done = progress.positions
        left = [item for item in in_publishing_order(checked.accepted) if item.position not in done]
        size = self._part_objects
        parts = [left[start : start + size] for start in range(0, len(left), size)]
        return _Work(
            receipt=receipt,
            collection=collection,
            checked=checked,
            begin=progress.parts,
            refused=tuple(item for item in checked.refused if item.position not in done),
            parts=parts or [[]],
        )

    def _publish_part(self, work: _Work, number: int) -> None:
        """Commit one part; the first also tells what validation refused, the last closes the submission."""
        receipt = work.receipt
        batch = Batch(
            submission=receipt.id,
            account=receipt.account,
            collection=work.collection,
            received=receipt.received,
            objects=work.parts[number],
            levels=envelope_levels(work.checked.accepted, work.collection),
            waited=True,
        )
        with self._pool.transaction() as database:
            now = tick_of(self._clock())
            outcomes: list[Outcome] = refusals(work.refused, receipt.received) if number == 0 else []
            published = self._publishing.publish(database, [batch], now=now)
            outcomes += published.outcomes[receipt.id]
            keep_head(database, published.head)
            add_outcomes(database, receipt.id, work.begin + number, outcomes)
            if number == len(work.parts) - 1:
                complete(database, receipt.id, now=now)
                record_each(database, [deed(receipt, refused=count_refused(database, receipt.id))])
        self._tell(published.news)
