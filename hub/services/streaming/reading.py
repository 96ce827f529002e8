"""What is read for streams: through the one outbox, once for all that see, want and have the same."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from hub.domain.clock import instant_of, tick_of
from hub.domain.identifiers import AccountId, MemberCode, SubscriptionId, Tick
from hub.domain.subscriptions.subscription import StreamTarget, Subscription
from hub.services.clearances import Clearances
from hub.services.delivery.outbox import Outbox, Portion
from hub.services.directory.members import member_codes
from hub.services.streaming.streams import Stream
from hub.services.subscriptions.positions import Where, position_of
from hub.store.database import Pool
from hub.store.directory.tokens import open_tokens
from hub.store.log.head import span
from hub.store.subscriptions.leases import Leased
from hub.store.subscriptions.rows import Kept
from hub.store.withdrawals.notices import accounts_waiting
from hub.store.withdrawals.sent import confirm

BATCH_OBJECTS: Final = 100
BATCH_BYTES: Final = 256 * 1024
"""What one event holds at most, unless a single object is larger: it may wait once for every connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where the log and the policy stand. Where neither has moved, there is nothing to tell."""

    head: Tick
    epoch: int


class Shared(NamedTuple):
    """A portion, and the streams of one account that it is for."""

    portion: Portion
    streams: Sequence[Stream]


class StreamReading:
    """Reads for many streams at once."""

    def __init__(self, pool: Pool, clearances: Clearances, outbox: Outbox, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clearances = clearances
        self._outbox = outbox
        self._clock = clock

    def head(self) -> Tick:
        """Return the head of the log at this moment."""
        with self._pool.statement() as database:
            return span(database).head

    def members(self) -> frozenset[MemberCode]:
        """Return the code of every member."""
        return member_codes(self._pool)

    def position(self, where: Where) -> Tick:
        """Return the position after which a stream begins; raise UnprocessableError for an instant yet to come."""
        with self._pool.statement() as database:
            return position_of(database, where, at=self._clock())

    def state(self) -> State:
        """Return where the log and the policy stand; what an agreement has opened by now is granted first."""
        epoch = self._clearances.survey(()).facts.epoch
        return State(head=self.head(), epoch=epoch)

    def good_tokens(self, tokens: Collection[int]) -> tuple[int, frozenset[int]]:
        """Return the policy epoch, and those of the tokens that open the hub at this moment (SR-01)."""
        with self._pool.statement() as database:
            return open_tokens(database, tokens, at=self._clock())

    def waiting(self, accounts: Collection[AccountId]) -> frozenset[AccountId]:
        """Return those of the accounts whose streams are to be told of withdrawals."""
        with self._pool.statement() as database:
            return accounts_waiting(database, accounts)

    def confirm(self, shared: Iterable[Shared]) -> None:
        """Keep that portions may have been sent from here on, so that their accounts learn of what is withdrawn."""
        sent = [each.portion.sent(each.streams[0].account, None) for each in shared if each.portion.noted]
        if sent:
            with self._pool.transaction() as database:
                confirm(database, sent, now=tick_of(self._clock()))

    def portions(self, streams: Iterable[Stream]) -> list[Shared]:
        """Return what comes next for streams, noted as given.

        Streams of one account that want the same from the same place on share all of it; others share what is read.
        """
        alike: dict[tuple[object, ...], list[Stream]] = defaultdict(list)
        for stream in streams:
            alike[stream.account, id(stream.filter), stream.position].append(stream)
        groups = {SubscriptionId(str(number)): group for number, group in enumerate(alike.values())}
        portions = self._outbox.portions([_order(group[0], order) for order, group in groups.items()])
        return [Shared(portions[order], group) for order, group in groups.items()]


def _order(stream: Stream, order: SubscriptionId) -> Leased:
    """Write what a stream wants as the standing order of its account, which lasts for one reading."""
    subscription = Subscription(
        id=order,
        account=stream.account,
        target=StreamTarget(),
        position=stream.position,
        filter=stream.filter,
        batch_objects=BATCH_OBJECTS,
        batch_bytes=BATCH_BYTES,
    )
    kept = Kept(
        subscription=subscription,
        secrets=(),
        start=stream.position,
        made=instant_of(0),
        failing_since=None,
        retry_at=Tick(0),
        deliveries=0,
        delivered=0,
        refused=0,
        delivered_at=None,
    )
    return Leased(kept=kept, lease=0, position=stream.position)
