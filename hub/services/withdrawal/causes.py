"""What an event withdraws of one object from those who were sent it: decided from how rows stood, and stand after."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.domain.identifiers import AccountId, Tick
from hub.domain.pages import Channel
from hub.domain.subscriptions.withdrawals import Addressee, Cause, VersionKey, Withdrawn
from hub.services.explaining.receipts import held_by
from hub.store.log.placed import PlacedVersion, Standing
from hub.store.withdrawals.events import Event
from hub.store.withdrawals.notices import Told
from hub.store.withdrawals.sent import SentReading

MayRead = Callable[[AccountId, PlacedVersion], bool]
"""Whether an account could read a version as it stood, once an event had happened and nothing after it."""

_FINAL = frozenset({Cause.DELETED, Cause.CLOSED})
"""Who was told one of these has nothing left to be told of, until it is sent the version again."""


class _Held(NamedTuple):
    """The last position at which an addressee was sent a version, over which channel, and how TAXII names it."""

    position: Tick
    channel: Channel
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """How the rows of one object stood right before an event, and right after it."""

    event: Event
    before: Sequence[Standing]
    after: Sequence[Standing]

    def cause(self, key: VersionKey, account: AccountId, may_read: MayRead) -> Cause | None:
        """Return what the event does to a version for an account. INVARIANT: nothing where it could not read it."""
        before = [row for row in self.before if row.order == key.order and self._was_read(row, account, may_read)]
        if not before:
            return None
        after = [row for row in self.after if may_read(account, row.version)]
        if any(row.order == key.order for row in after):
            revoking = self.event.revoked.get(key.object_id)
            revoked = revoking is not None and revoking > key.order and any(row.order == revoking for row in after)
            return Cause.REVOKED if revoked else None
        left = {(row.version.collection, row.order) for row in self.after}
        gone = any((row.version.collection, row.order) not in left for row in before)
        return Cause.DELETED if gone else Cause.CLOSED

    def _was_read(self, row: Standing, account: AccountId, may_read: MayRead) -> bool:
        lost = account in self.event.accounts and row.version.guard in self.event.guards
        return lost or may_read(account, row.version)


def withdrawn(
    event: Event, stood: Sequence[Standing], readings: Iterable[SentReading], told: Collection[Told], may_read: MayRead
) -> Iterator[Withdrawn]:
    """Go through what an event withdraws of one object, of which these are all the standings, from whom.

    Who has been told already that a version is deleted or closed, and was not sent it since, is not told again.
    """
    around = _Around(
        event=event,
        before=_standing_at(stood, rewrites=event.before, tick=event.tick),
        after=_standing_at(stood, rewrites=event.rewrites, tick=event.tick),
    )
    known = {(each.addressee, each.key, each.cause): each.position for each in told}
    for addressee, held in _held(stood, readings).items():
        for key, sent in held.items():
            cause = around.cause(key, addressee.account, may_read)
            if cause is None or any(
                known.get((addressee, key, other), -1) >= sent.position for other in (_FINAL | {cause})
            ):
                continue
            yield Withdrawn(
                addressee=addressee,
                channel=sent.channel,
                key=key,
                version=sent.name,
                cause=cause,
                position=sent.position,
                at=event.at,
            )


def _standing_at(stood: Sequence[Standing], *, rewrites: int, tick: Tick) -> list[Standing]:
    """Return how rows stood after so many rewrites of the log, when its head was at a tick."""
    found: dict[Tick, Standing] = {}
    for standing in stood:
        if standing.version.tick <= tick and (standing.until is None or standing.until > rewrites):
            found.setdefault(standing.version.tick, standing)
    return list(found.values())


def _held(stood: Sequence[Standing], readings: Iterable[SentReading]) -> Mapping[Addressee, Mapping[VersionKey, _Held]]:
    found: dict[Addressee, dict[VersionKey, _Held]] = defaultdict(dict)
    for reading in readings:
        for standing, position in held_by(reading.row, stood):
            version = standing.version
            key = VersionKey(version.object_id, version.producer, standing.order)
            held = found[reading.addressee]
            if key not in held or held[key].position < position:
                held[key] = _Held(position, reading.row.channel, standing.name)
    return found
