"""Take a submission: validate it, and publish it at once or keep it whole for the ingest workers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from hub.bus.heads import News
from hub.bus.hints import Tell, tell_nobody
from hub.domain.catalogue import Collection
from hub.domain.clock import instant_of, tick_of, timestamp_of
from hub.domain.directory import Principal
from hub.domain.identifiers import SubmissionId, Tick
from hub.domain.submissions import Caps, CheckedEnvelope, Outcome, RefusedObject, Submission
from hub.services.publishing.batches import Batch, are_apart, envelope_levels, in_publishing_order
from hub.services.publishing.gathering import Gathering
from hub.services.publishing.publish import Publishing
from hub.stix.check import check_objects
from hub.stix.envelope import Envelope, open_envelope
from hub.store.database import Pool, last_exchange
from hub.store.ledger import Deed, record_each
from hub.store.log.head import keep_head, span
from hub.store.submissions import Receipt, add_complete, add_pending, find_submission

MOST_TOGETHER: Final = 200
"""So many objects of several submissions are published together. One with more pays for its transaction by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is taken, how much of it at once, and for how long its status is kept."""

    caps: Caps
    pending_above: int
    status_kept: timedelta


@dataclass(frozen=True, slots=True)
class _Filing:
    """A submission that is ready to be published: its receipt, what validation has accepted, and what it refused.

    `known_under` is the policy epoch under which its submitter's credentials are good, None where they were looked up.
    """

    receipt: Receipt
    batch: Batch
    refused: Sequence[Outcome]
    known_under: int | None


class _UnconfirmedError(Exception):
    """The policy is not the one under which a submitter was known."""


def _looked_up() -> None:
    """Know the submitter already."""


class Submitting:
    """Receives envelopes and tells their submitters what became of them.

    `point` is given what is kept for the ingest workers, and `tell` what was committed.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - it is made in one place
        self,
        pool: Pool,
        publishing: Publishing,
        point: Tell[SubmissionId],
        limits: Limits,
        clock: Callable[[], datetime],
        tell: Tell[News] = tell_nobody,
    ) -> None:
        self._pool = pool
        self._publishing = publishing
        self._point = point
        self._limits = limits
        self._clock = clock
        self._tell = tell
        self.together = Gathering(self._file, fits=_fits)

    def receive(
        self,
        principal: Principal,
        collection: Collection,
        body: bytes,
        *,
        known_under: int | None = None,
        confirm: Callable[[], None] = _looked_up,
    ) -> Submission:
        """Take the body of a POST (TAXII 2.1 §5.5); what the answer says was accepted is durable.

        Where the principal is only known to have been good `known_under` a policy epoch, nothing is kept under another
        one before `confirm`, which looks it up and raises where it is good no more.

        Raise RequestError, UnprocessableError or TooLargeError where the body as a whole cannot be taken, and then
        nothing of it is kept.
        """
        envelope = open_envelope(body, caps=self._limits.caps)
        receipt = Receipt(
            id=SubmissionId(str(uuid4())),
            collection=collection.id,
            organisation=principal.organisation.id,
            account=principal.account.id,
            received=tick_of(self._clock()),
            total=envelope.total,
        )
        if envelope.total > self._limits.pending_above:
            confirm()
            return self._postpone(receipt, envelope, body)
        checked = check_objects(envelope, caps=self._limits.caps, at=instant_of(receipt.received))
        filing = _filing(receipt, collection, checked, known_under)
        try:
            outcomes = self.together(filing)
        except _UnconfirmedError:
            confirm()
            outcomes = self.together(replace(filing, known_under=None))
        return _submission(receipt, outcomes=outcomes)

    def status(self, principal: Principal, submission_id: str) -> Submission | None:
        """Return a submission of the caller's organisation; None where there is none, or none any more."""
        try:
            name = SubmissionId(str(UUID(submission_id)))
        except ValueError:
            return None
        kept_since = tick_of(self._clock() - self._limits.status_kept)
        with self._pool.statement() as database:
            return find_submission(database, name, principal.organisation.id, completed_after=kept_since)

    def _file(self, filings: Sequence[_Filing]) -> list[tuple[Outcome, ...]]:
        """Publish submissions in one transaction: the rows, outcomes and ledger row of each, or nothing of any.

        Raise _UnconfirmedError where the policy is not the one under which each submitter was known.
        """

        def confirm(epoch: int) -> None:
            if not {filing.known_under for filing in filings} <= {None, epoch}:
                raise _UnconfirmedError

        with self._pool.transaction() as database:
            now = tick_of(self._clock())
            batches = [filing.batch for filing in filings]
            published = self._publishing.publish(database, batches, now=now, confirm=confirm)
            outcomes = [
                tuple(sorted((*filing.refused, *published.outcomes[filing.receipt.id]), key=_position))
                for filing in filings
            ]
            with last_exchange(database):
                keep_head(database, published.head)
                receipts = [filing.receipt for filing in filings]
                add_complete(database, list(zip(receipts, outcomes, strict=True)), now=now)
                refused = map(_count_refused, outcomes)
                record_each(database, [deed(one, refused=many) for one, many in zip(receipts, refused, strict=True)])
        self._tell(published.news)
        return outcomes

    def _postpone(self, receipt: Receipt, envelope: Envelope, body: bytes) -> Submission:
        """Keep an envelope for the ingest workers: what the log holds by now was published before it was received."""
        names = envelope.names()
        with self._pool.transaction() as database:
            receipt = replace(receipt, received=max(receipt.received, span(database).head))
            listing = [
                Outcome(
                    position=position,
                    id=name or unnamed(position),
                    version=version or timestamp_of(receipt.received),
                )
                for position, (name, version) in enumerate(names)
            ]
            add_pending(database, receipt, listing, body)
        self._point(receipt.id)
        return _submission(receipt, pending=tuple(listing))


def refusals(refused: tuple[RefusedObject, ...], received: Tick) -> list[Outcome]:
    """Return the outcomes of objects that validation refused."""
    return [
        Outcome(
            position=item.position,
            id=item.id or unnamed(item.position),
            version=item.version or timestamp_of(received),
            code=item.code,
            sentence=item.sentence,
        )
        for item in refused
    ]


def unnamed(position: int) -> str:
    """Return how an object that has no id is named: by where it stands in the envelope."""
    return f"objects[{position}]"


def deed(receipt: Receipt, *, refused: int) -> Deed:
    """Return what the ledger says of a submission that was processed whole."""
    return Deed(
        actor=receipt.account,
        action="submission.complete",
        subject=receipt.id,
        detail={"collection": receipt.collection, "objects": receipt.total, "refused": refused},
    )


def _filing(
    receipt: Receipt,
    collection: Collection,
    checked: CheckedEnvelope,
    known_under: int | None,
) -> _Filing:
    batch = Batch(
        submission=receipt.id,
        account=receipt.account,
        collection=collection,
        received=receipt.received,
        objects=in_publishing_order(checked.accepted),
        levels=envelope_levels(checked.accepted, collection),
    )
    return _Filing(receipt, batch, refusals(checked.refused, receipt.received), known_under)


def _fits(filings: Sequence[_Filing], further: _Filing) -> bool:
    """Whether a submission may be published with others: all are small, and none brings what another one names."""
    batches = [filing.batch for filing in filings]
    if sum(len(batch.objects) for batch in (*batches, further.batch)) > MOST_TOGETHER:
        return False
    return all(are_apart(batch, further.batch) for batch in batches)


def _position(outcome: Outcome) -> int:
    return outcome.position


def _count_refused(outcomes: Iterable[Outcome]) -> int:
    return sum(outcome.code is not None for outcome in outcomes)


def _submission(
    receipt: Receipt, *, outcomes: tuple[Outcome, ...] = (), pending: tuple[Outcome, ...] = ()
) -> Submission:
    return Submission(
        id=receipt.id,
        collection=receipt.collection,
        organisation=receipt.organisation,
        received=receipt.received,
        total=receipt.total,
        outcomes=outcomes,
        pending=pending,
    )
