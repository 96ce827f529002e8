"""What is measured of the hub: read in one statement, bounded whatever the hub holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub.domain.identifiers import SubscriptionId, Tick
from hub.store.database import Database

MOST_SUBSCRIPTIONS: Final = 1_000
"""So many subscriptions are told one by one, those furthest behind first; all are in the sums."""

MOST_AHEAD: Final = 1_000
"""So many rows ahead of a subscription are counted, and no more."""

SILENT_MICROSECONDS: Final = 30_000_000
"""A process that has said nothing of its streams for so long holds none."""

MOST_COUNTED: Final = 10_000
"""So many things that wait are counted, and no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFigures:
    """How one subscription gets on. `ahead` counts rows of the log beyond its position, wanted or not, up to a bound.

    `since` is the tick of the first of these. `deliveries`, `objects`, `refused` and `troubles` count from when it was
    made; `failures` since the last success.
    """

    id: SubscriptionId
    channel: str
    state: str
    ahead: int
    since: Tick | None
    deliveries: int
    objects: int
    refused: int
    troubles: int
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The same of all subscriptions that there are."""

    deliveries: int
    objects: int
    refused: int
    troubles: int
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The hub at one moment. `head` is the tick of the last thing that happened to the log.

    `streams` says how many each process holds, by its number, `stream_counts` what all processes have counted.
    """

    head: Tick
    rows: int
    epoch: int
    grants: int
    pending: int
    events: int
    unreceived: int
    unacknowledged: int
    subscriptions: tuple[SubscriptionFigures, ...]
    totals: Totals
    states: Mapping[tuple[str, str], int]
    requests: Mapping[str, int]
    streams: Mapping[int, int]
    stream_counts: Mapping[str, int]


_FIGURES: Final = """
    WITH told AS MATERIALIZED (
        SELECT id, channel, state, position, deliveries, delivered, refused, troubles, failures FROM subscriptions
        WHERE channel <> 'stream' ORDER BY position, id LIMIT %(subscriptions)s
    )
    SELECT h.tick, h.seq, e.epoch, e.granted,
        (SELECT count(*) FROM (SELECT FROM submissions WHERE completed IS NULL LIMIT %(counted)s) AS w),
        (SELECT count(*) FROM (SELECT FROM withdrawal_events WHERE NOT done LIMIT %(counted)s) AS w),
        (SELECT count(*) FROM (SELECT FROM withdrawals WHERE received IS NULL LIMIT %(counted)s) AS w),
        (SELECT count(*) FROM (
            SELECT FROM withdrawals WHERE received IS NOT NULL AND acknowledged IS NULL LIMIT %(counted)s) AS w),
        (SELECT coalesce(json_agg(json_build_array(
            t.id, t.channel, t.state, a.rows, a.since,
            t.deliveries, t.delivered, t.refused, t.troubles, t.failures)), '[]') FROM told t, LATERAL (
            SELECT count(*) AS rows, min(w.tick) AS since FROM (
                SELECT log.tick FROM log WHERE log.tick > t.position ORDER BY log.tick LIMIT %(ahead)s) AS w) AS a),
        (SELECT json_build_array(coalesce(sum(deliveries), 0), coalesce(sum(delivered), 0), coalesce(sum(refused), 0),
            coalesce(sum(troubles), 0), coalesce(sum(troubles - (failures > 0)::int), 0)) FROM subscriptions),
        (SELECT coalesce(json_agg(s), '[]') FROM (
            SELECT json_build_array(channel, state, count(*)) AS s FROM subscriptions GROUP BY channel, state) AS g),
        (SELECT coalesce(json_object_agg(status_class, requests), '{}') FROM request_counts),
        (SELECT coalesce(json_object_agg(number, streams), '{}') FROM stream_processes WHERE at > %(silent)s),
        (SELECT coalesce(json_object_agg(what, count), '{}') FROM stream_counts)
    FROM log_head h, policy_epoch e
"""


def read_figures(database: Database, *, now: Tick) -> Figures:
    """Read everything that is measured and kept in the database."""
    (row,) = database.execute(
        _FIGURES,
        {
            "subscriptions": MOST_SUBSCRIPTIONS,
            "counted": MOST_COUNTED,
            "ahead": MOST_AHEAD,
            "silent": now - SILENT_MICROSECONDS,
        },
    ).fetchall()
    head, rows, epoch, grants, pending, events, unreceived, unacknowledged, told, *more = row
    sums, states, requests, streams, stream_counts = more
    return Figures(
        head=Tick(head),
        rows=rows,
        epoch=epoch,
        grants=grants,
        pending=pending,
        events=events,
        unreceived=unreceived,
        unacknowledged=unacknowledged,
        totals=Totals(deliveries=sums[0], objects=sums[1], refused=sums[2], troubles=sums[3], retries=max(0, sums[4])),
        subscriptions=tuple(_subscription(each) for each in told),
        states={(channel, state): count for channel, state, count in states},
        requests=requests,
        streams={int(number): count for number, count in streams.items()},
        stream_counts=stream_counts,
    )


def add_requests(database: Database, counts: Mapping[str, int]) -> None:
    """Add to the requests that were answered, by class of status. That does not wait for the disk."""
    database.execute(
        "WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS value)"
        " INSERT INTO request_counts (status_class, requests)"
        " SELECT b.status_class, b.requests FROM relaxed, unnest(%s::text[], %s::int8[]) AS b (status_class, requests)"
        " WHERE relaxed.value = 'off' ORDER BY b.status_class"
        " ON CONFLICT (status_class) DO UPDATE SET requests = request_counts.requests + excluded.requests",
        (list(counts), list(counts.values())),
    )


def report_streams(
    database: Database, process: int | None, *, streams: int, counts: Mapping[str, int], now: Tick
) -> int:
    """Say how many streams a process holds, and add to what was counted; return the number of the process.

    One that has none yet, or was silent for so long that its number was taken away, is given another. That does not
    wait for the disk.
    """
    database.execute("SELECT set_config('synchronous_commit', 'off', true)")
    database.execute("DELETE FROM stream_processes WHERE at < %s", (now - 2 * SILENT_MICROSECONDS,))
    if counts:
        database.execute(
            "INSERT INTO stream_counts (what, count) SELECT b.what, b.count"
            " FROM unnest(%s::text[], %s::int8[]) AS b (what, count) ORDER BY b.what"
            " ON CONFLICT (what) DO UPDATE SET count = stream_counts.count + excluded.count",
            (list(counts), list(counts.values())),
        )
    known = database.execute(
        "UPDATE stream_processes SET at = %s, streams = %s WHERE number = %s RETURNING number", (now, streams, process)
    ).fetchone()
    if known is None:
        (known,) = database.execute(
            "INSERT INTO stream_processes (at, streams) VALUES (%s, %s) RETURNING number", (now, streams)
        ).fetchall()
    return int(known[0])


def leave_streams(database: Database, process: int) -> None:
    """Say that a process holds streams no more."""
    database.execute("DELETE FROM stream_processes WHERE number = %s", (process,))


def _subscription(columns: Sequence[Any]) -> SubscriptionFigures:
    number, channel, state, ahead, since, deliveries, objects, refused, troubles, failures = columns
    return SubscriptionFigures(
        id=SubscriptionId(number),
        channel=channel,
        state=state,
        ahead=ahead,
        since=None if since is None else Tick(since),
        deliveries=deliveries,
        objects=objects,
        refused=refused,
        troubles=troubles,
        failures=failures,
    )
