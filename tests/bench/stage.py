"""A real hub to measure, run by `hub serve`, with an account that sees all of a collection and one that does not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

import psutil
import psycopg

from hub.domain.directory import Role
from hub.runtime.catalogue import load_catalogue
from tests.bench.client import Target, line
from tests.bench.content import envelopes
from tests.support.serving import ROOT, ServedHub, serving

COLLECTION: Final = "au"
PRODUCER: Final = "au-cert"
_STEP: Final = 1_000_000
"""Rows that are filled in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running hub, its producer (who sees all that it published) and a reader of another country."""

    hub: ServedHub
    producer: Target
    stranger: Target
    creator: str

    def tail(self) -> str:
        """Return the greatest `date_added` there is, as a timestamp."""
        ((text,),) = self.hub.rows(
            "SELECT to_char(to_timestamp(tick / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.')"
            " || lpad((tick % 1000000)::text, 6, '0') || 'Z' FROM log_head"
        )
        return str(text)

    def count(self) -> int:
        """Return how many rows the log has."""
        ((count,),) = self.hub.rows("SELECT count(*) FROM log")
        return int(count)

    def memory(self) -> dict[str, float]:
        """Return the MiB that the processes of each kind hold for themselves alone (USS), together."""
        held: dict[str, float] = {}
        for process in psutil.Process(self.hub.process.pid).children(recursive=True):
            try:
                kind, bytes_held = _kind(process), process.memory_full_info().uss
            except psutil.Error:
                continue
            held[kind] = held.get(kind, 0.0) + bytes_held / 2**20
        return held


@contextmanager
def staged() -> Iterator[Stage]:
    """Run a hub in a directory of its own for as long as the block runs."""
    with TemporaryDirectory(prefix="hub-bench-") as name, serving(Path(name) / "hub", web_workers=0) as hub:
        producer = hub.account(f"{PRODUCER}/bench", Role.PRODUCER, Role.ANALYST)
        stranger = hub.account("jp-cert/bench", Role.ANALYST)
        path = f"/appf/collections/{COLLECTION}/objects/"
        targets = [
            Target(host="127.0.0.1", port=hub.port, path=path, username=each.username, token=each.token)
            for each in (producer, stranger)
        ]
        organisations = load_catalogue(ROOT / "collections").organisations
        creator = next(each.identity for each in organisations if each.id == PRODUCER)
        yield Stage(hub=hub, producer=targets[0], stranger=targets[1], creator=str(creator))


def seed(stage: Stage) -> None:
    """Push an envelope in green, which the stranger reads, and one in amber, which he does not."""
    with line(stage.producer) as opened:
        for number, tlp in enumerate(("green", "amber")):
            for body in envelopes(1, 100, seed=number, tlp=tlp, creator=stage.creator):
                opened.post_all(body)


class Filled(Protocol):
    """Whatever runs a hub whose log can be filled."""

    @property
    def hub(self) -> ServedHub:
        """The hub."""


def multiply(stage: Filled, rows: int, *, rare: int, say: Callable[[str], None]) -> None:
    """Fill the log up to so many rows, by copies of the newest row of each of two guards.

    One row in `rare` is of the guard that the stranger sees too, the others of the one that he does not.
    """
    say(f"filling the log to {rows:,} rows")
    with psycopg.connect(stage.hub.urls.database, autocommit=True) as database:
        ((filled,),) = database.execute("SELECT count(*) FROM log").fetchall()
        copied = [seq for (seq,) in database.execute(_NEWEST).fetchall()]
        for first in range(filled, rows, _STEP):
            step = min(_STEP, rows - first)
            with database.transaction():
                added = database.execute(_MULTIPLY, {"rows": step, "rare": rare, "copied": copied}).rowcount
                if added < step:
                    raise RuntimeError(f"{added:,} of {step:,} rows: a guard has no row to copy")
                database.execute("UPDATE log_head SET seq = seq + %(rows)s, tick = tick + %(rows)s", {"rows": step})
            say(f"{first + step:,} rows")
        database.execute("VACUUM ANALYZE log")


_NEWEST: Final = """
    SELECT newest.seq FROM (VALUES (1), (2)) AS levels (tlp) CROSS JOIN LATERAL (
        SELECT seq FROM log JOIN handlings ON handlings.id = log.handling WHERE handlings.tlp = levels.tlp
        ORDER BY seq DESC LIMIT 1
    ) AS newest
"""
_MULTIPLY: Final = """
    WITH copied AS MATERIALIZED (
        SELECT d.tlp, l.* FROM log l JOIN handlings d ON d.id = l.handling WHERE l.seq = ANY(%(copied)s)
    )
    INSERT INTO log (seq, tick, accepted, newest_accepted, producers_accepted, version_tick, created, guard, handling,
                     collection, latest, revoked, object_id, type, version, producer, created_by_ref, digest,
                     submission, payload)
    SELECT h.seq + n, h.tick + n, h.tick + n, h.tick + n, h.tick + n, t.version_tick, t.created, t.guard, t.handling,
           t.collection, true, false, i.id, t.type, t.version, t.producer, t.created_by_ref, t.digest, t.submission,
           convert_to(replace(convert_from(t.payload, 'UTF8'), t.object_id, i.id), 'UTF8')
    FROM log_head h
    CROSS JOIN LATERAL generate_series(1, %(rows)s::bigint) AS n
    JOIN copied t ON t.tlp = CASE WHEN n %% %(rare)s = 0 THEN 1 ELSE 2 END
    CROSS JOIN LATERAL (SELECT 'indicator--' || CASE WHEN n > 0 THEN gen_random_uuid() END AS id) AS i
"""


def _kind(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    for kind in ("valkey", "postgres", "ingest", "web", "stream", "deliver", "dispatch"):
        if kind in words:
            return kind
    return "other"
