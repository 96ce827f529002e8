"""A real hub to measure, run by `hub serve`, with an account that sees all of a collection and one that does not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

import psutil
import psycopg

from hub.domain.directory import Role
from hub.runtime.catalogue import load_catalogue
from tests.bench.client import Target
from tests.support.serving import ROOT, ServedHub, serving

COLLECTION: Final = "au"
PRODUCER: Final = "au-cert"


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
def staged(**settings: object) -> Iterator[Stage]:
    """Run a hub in a directory of its own for as long as the block runs."""
    with TemporaryDirectory(prefix="hub-bench-") as name, serving(Path(name) / "hub", **settings) as hub:  # type: ignore[arg-type]
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


class Filled(Protocol):
    """Whatever runs a hub whose log can be filled."""

    @property
    def hub(self) -> ServedHub:
        """The hub."""


def multiply(stage: Filled, rows: int, *, rare: int) -> None:
    """Fill the log up to so many rows, by copies of the newest row of each of two guards.

    One row in `rare` is of the guard that the stranger sees too, the others of the one that he does not.
    """
    with psycopg.connect(stage.hub.urls.database) as database:
        database.execute(_MULTIPLY, {"rows": rows, "rare": rare})
        ((filled,),) = database.execute("SELECT count(*) FROM log").fetchall()
        if filled < rows:
            raise RuntimeError(f"{filled:,} of {rows:,} rows: a guard has no row to copy")
        database.execute("UPDATE log_head SET seq = (SELECT max(seq) FROM log), tick = (SELECT max(tick) FROM log)")
        database.commit()
        database.autocommit = True
        database.execute("VACUUM ANALYZE log")


_MULTIPLY: Final = """
    WITH newest AS MATERIALIZED (
        SELECT DISTINCT ON (d.tlp) d.tlp, l.* FROM log l JOIN handlings d ON d.id = l.handling ORDER BY d.tlp, seq DESC
    )
    INSERT INTO log (seq, tick, accepted, newest_accepted, producers_accepted, version_tick, created, guard, handling,
                     collection, latest, revoked, object_id, type, version, producer, created_by_ref, digest,
                     submission, payload)
    SELECT h.seq + n, h.tick + n, h.tick + n, h.tick + n, h.tick + n, t.version_tick, t.created, t.guard, t.handling,
           t.collection, true, false, i.id, t.type, t.version, t.producer, t.created_by_ref, t.digest, t.submission,
           convert_to(replace(convert_from(t.payload, 'UTF8'), t.object_id, i.id), 'UTF8')
    FROM log_head h
    CROSS JOIN LATERAL generate_series(1, %(rows)s - (SELECT count(*) FROM log)) AS n
    JOIN newest t ON t.tlp = CASE WHEN n %% %(rare)s = 0 THEN 1 ELSE 2 END
    CROSS JOIN LATERAL (SELECT 'indicator--' || CASE WHEN n > 0 THEN gen_random_uuid() END AS id) AS i
"""


def _kind(process: psutil.Process) -> str:
    words = " ".join(process.cmdline())
    for kind in ("valkey", "postgres", "ingest", "web", "stream", "deliver", "dispatch"):
        if kind in words:
            return kind
    return "other"
