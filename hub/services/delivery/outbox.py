"""The next batch of a subscription: read as a TAXII client would be given it, narrowed, and cut to size."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, NamedTuple

from hub.domain.catalogue import ALL
from hub.domain.errors import UnavailableError
from hub.domain.identifiers import AccountId, CollectionId, OrganisationId, StixId, SubscriptionId, Tick
from hub.domain.pages import Channel, Query
from hub.domain.subscriptions.filters import wants_content
from hub.domain.subscriptions.subscription import Subscription
from hub.outbound.webhooks.deliveries import Batch, Item, batch_of, fitting
from hub.services.clearances import Clearances, Sight, SightKey, Survey
from hub.services.delivery.narrowing import Narrowing, Wish, numbers_of, wish_of
from hub.services.explaining.noting import Noting
from hub.services.withdrawal.documents import Notification
from hub.stix.findings.wanted import content_for, id_of
from hub.store.database import Database
from hub.store.facts import Facts
from hub.store.log.pages import Slice, read_batch
from hub.store.log.segments import Allowed
from hub.store.receipts import EVERYWHERE, Given, Owner
from hub.store.subscriptions.leases import Leased, Underway
from hub.store.withdrawals.sent import Sent

SEARCHED_ROWS: Final = 1_000
"""How many rows are opened at a time for a filter that looks inside."""

SEARCHED_BYTES: Final = 4 * 1024 * 1024

_TRIES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What comes next for a subscription: `batch`, None where nothing of it is wanted.

    `position` is the one after it has been dealt with, and `more` whether more may wait there. It was judged under the
    policy of `epoch`, after so many `rewrites` of the log, and holds no longer than that. `noted` are the readings that
    it was noted in. A `notification` goes alone: then there is no batch.
    """

    epoch: int
    batch: Batch | None
    items: tuple[Item, ...]
    position: Tick
    more: bool
    rewrites: int = 0
    noted: tuple[int, ...] = ()
    notification: Notification | None = None

    def objects(self) -> tuple[StixId, ...]:
        """Return the ids of what the batch holds."""
        return tuple(id_of(item.payload) for item in self.items)

    def underway(self) -> Underway | None:
        """Write what is to be known of the batch as long as it is on its way; None where it was noted nowhere."""
        if self.batch is None or not self.noted:
            return None
        return Underway(
            readings=self.noted,
            after=self.batch.after,
            last=self.position,
            epoch=self.epoch,
            rewrites=self.rewrites,
        )

    def sent(self, account: AccountId, subscription: SubscriptionId | None) -> Sent:
        """Write that the batch has reached a receiver, or may have, and with it all that there was up to `position`."""
        return Sent(
            account=account,
            subscription=subscription,
            readings=self.noted,
            last=self.position,
            objects=self.objects,
            epoch=self.epoch,
            rewrites=self.rewrites,
        )


class _Ask(NamedTuple):
    """What decides a portion. Subscriptions that ask the same get the same; `sight` is what the wish leaves of it."""

    sight: SightKey
    wish: Wish
    after: Tick
    through: Tick | None
    objects: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A portion after a position, with what is noted of it: `ids` are those that a filter that looks inside left."""

    after: Tick
    portion: Portion
    seen: Slice
    allowed: Allowed
    ids: frozenset[str] | None


class Outbox:
    """Reads for many subscriptions at once: those that see, want and have the same share one reading."""

    def __init__(
        self,
        clearances: Clearances,
        narrowing: Narrowing,
        numbers: Mapping[CollectionId, int],
        noting: Noting,
        clock: Callable[[], datetime],
    ) -> None:
        self._clearances = clearances
        self._narrowing = narrowing
        self._numbers = numbers
        self._noting = noting
        self._clock = clock

    def portions(self, leased: Sequence[Leased], *, seconds: float = float("inf")) -> dict[SubscriptionId, Portion]:
        """Return the next portion of each, noted as given to its account where it has a batch.

        A batch that was on its way when its worker was lost is cut where it was cut before. After so many seconds
        nothing more is read: whoever would need that, and is not the first, is left out.
        """
        deadline = time.monotonic() + seconds
        survey = self._clearances.survey({each.kept.subscription.account for each in leased})
        alike: defaultdict[_Ask, list[Leased]] = defaultdict(list)
        for each in leased:
            alike[self._ask(each, survey)].append(each)
        known: dict[_Ask, _Found] = {}
        read: list[tuple[Sequence[Leased], _Found]] = []
        for ask, asking in alike.items():
            waiting: Sequence[Leased] = asking
            while waiting and (ask in known or not read or time.monotonic() < deadline):
                found = self._find(waiting[0], ask, known)
                count = len(waiting) if ask in known else 1
                read.append((waiting[:count], found))
                waiting = waiting[count:]
        return self._noted(read)

    def _noted(self, read: Sequence[tuple[Sequence[Leased], _Found]]) -> dict[SubscriptionId, Portion]:
        """Note what is given to whom, and return it."""
        portions: dict[SubscriptionId, Portion] = {}
        pages: list[tuple[Given, Sequence[Owner]]] = []
        counts: list[int] = []
        for asking, found in read:
            given = list(self._given(asking[0].kept.subscription, found))
            owners = [_owner(each.kept.subscription) for each in asking]
            pages += [(each, owners) for each in given]
            counts.append(len(given))
        noted = iter(self._noting.note_all(pages))
        for (asking, found), count in zip(read, counts, strict=True):
            numbers = list(islice(noted, count))
            for place, each in enumerate(asking):
                own = found.portion
                if own.batch is not None:
                    own = replace(own, noted=tuple(of_page[place] for of_page in numbers))
                portions[each.kept.subscription.id] = own
        return portions

    def _ask(self, leased: Leased, survey: Survey) -> _Ask:
        subscription = leased.kept.subscription
        account = survey.facts.world.accounts.get(subscription.account)
        organisation = OrganisationId("") if account is None else account.organisation
        wish = wish_of(subscription.filter, subscription.channel, organisation)
        return _Ask(
            sight=self._narrowing.narrowed(survey.sights[subscription.account], survey.facts, wish).key,
            wish=wish,
            after=leased.position,
            through=leased.sending,
            objects=subscription.batch_objects,
            size=subscription.batch_bytes,
        )

    def _find(self, leased: Leased, ask: _Ask, known: dict[_Ask, _Found]) -> _Found:
        """Read what is not known. Where the policy has changed meanwhile, that is known of another sight than asked."""
        if ask not in known:
            key, found = self._read(leased.kept.subscription.account, ask)
            known[ask._replace(sight=key)] = found
            return found
        return known[ask]

    def _read(self, account: AccountId, ask: _Ask) -> tuple[SightKey, _Found]:
        """Read for an account; also return the sight that it had, which may be another by now."""
        searching = ask.wish.filter.reads_content
        query = Query(collection=ALL, limit=SEARCHED_ROWS if searching else ask.objects, after=ask.after)
        collections = numbers_of(ask.wish.filter, self._numbers)
        had = ask.sight

        def narrow(sight: Sight, facts: Facts) -> Sight:
            nonlocal had
            left = self._narrowing.narrowed(sight, facts, ask.wish)
            had = left.key
            return left

        def read(database: Database, allowed: Allowed) -> tuple[int, tuple[Slice, Allowed]]:
            size = max(SEARCHED_BYTES, ask.size) if searching else ask.size
            seen = read_batch(database, query, collections, allowed, most_bytes=size)
            return seen.epoch, (seen, allowed)

        for _ in range(_TRIES):
            seen, allowed = self._clearances.answer(account, read, narrow=narrow)
            if _reaches(seen, ask.through):
                return had, _cut(ask, seen, allowed)
        raise UnavailableError("The log is rewritten faster than it can be read; try again shortly.")

    def _given(self, subscription: Subscription, found: _Found) -> Iterable[Given]:
        """Give what is noted of a portion: a page of each collection that the filter names, or one of all.

        It goes on to the position after it, for up to there nothing else matched. So whatever others are given in
        between, the next one continues it and grows the same row.
        """
        portion = found.portion
        if portion.batch is None and not _continues(found, subscription):
            return
        for number in numbers_of(subscription.filter, self._numbers) or (EVERYWHERE,):
            yield Given(
                channel=Channel(subscription.channel),
                collection=number,
                query=Query(collection=ALL, limit=1, after=found.after, ids=found.ids),
                allowed=found.allowed,
                rewrites=found.seen.rewrites,
                head=found.seen.head,
                last=portion.position,
                at=self._clock(),
                nothing=portion.batch is None,
            )


def _continues(found: _Found, subscription: Subscription) -> bool:
    """Whether it is noted that there was nothing: not where a filter opened what there was, and not for each stream."""
    whole = found.ids is None and found.portion.position > found.after
    return whole and Channel(subscription.channel) is not Channel.STREAM


def _owner(subscription: Subscription) -> Owner:
    brought = subscription.id if Channel(subscription.channel) is Channel.WEBHOOK else None
    return Owner(subscription.account, brought)


def _cut(ask: _Ask, seen: Slice, allowed: Allowed) -> _Found:
    """Leave what is wanted and fits; a batch ends with the last row that was looked at, wanted or not."""
    through = ask.through
    rows = [row for row in seen.rows if through is None or row[0] <= through]
    wanted = [row for row in rows if _wants(ask, row)]
    items = [Item(position=row[0], payload=row[1]) for row in wanted]
    count = len(items)
    if through is None:
        count = fitting(items, most_objects=ask.objects, most_bytes=ask.size)
    whole = count == len(items)
    if through is not None:
        last, position, more = through, through, True
    elif whole:
        last = rows[-1][0] if rows else ask.after
        position, more = (last, True) if seen.more else (Tick(max(last, seen.head)), False)
    else:
        last = position = Tick(max(row[0] for row in rows if row[0] < items[count].position))
        more = True
    sent = tuple(items[:count])
    return _Found(
        after=ask.after,
        portion=Portion(
            epoch=seen.epoch,
            batch=batch_of(sent, after=ask.after, last=last) if sent else None,
            items=sent,
            position=position,
            more=more,
            rewrites=seen.rewrites,
        ),
        seen=seen,
        allowed=allowed,
        ids=frozenset(id_of(item.payload) for item in sent) if len(wanted) < len(rows) else None,
    )


def _reaches(seen: Slice, through: Tick | None) -> bool:
    """Whether a page goes to the end of a batch that was cut before. It does, but where rows were moved meanwhile."""
    return through is None or not seen.more or seen.rows[-1][0] >= through


def _wants(ask: _Ask, row: tuple[Any, ...]) -> bool:
    chosen = ask.wish.filter
    return not chosen.reads_content or wants_content(chosen, content_for(chosen, row[1]))
