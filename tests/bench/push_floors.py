"""What a push is measured against on the same machine: the same rows with as little as can be in between.

`push_floor`: the same server (granian, WSGI, as many processes and threads, without Flask, which costs an envelope a
twentieth of a millisecond) reads the body with orjson, asks the hub's fast gate about each object, and inserts what it
took as the hub does: stamps from the head of the log, binary COPY into the log itself with all of its indexes, one
transaction. No rules, no answer for each object, no submission, no ledger. `commits`: connections of their own, each
of which commits one row at a time: head, log, submission, outcomes and ledger in one exchange with the server.
`copy_rows`: PostgreSQL takes rows that are ready.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from threading import local
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg

from hub.domain.clock import parse_timestamp, tick_of
from hub.runtime.workers.collecting import collect_seldom
from hub.stix import fast
from hub.store.log.rows import COPY, COPY_TYPES
from tests.bench.client import at_once
from tests.bench.figures import Figure, rate
from tests.bench.stage import Stage

_ROWS: Final = 50_000
_ANSWER: Final = b'{"status":"complete","failure_count":0,"pending_count":0}'
_DIGEST: Final = bytes(32)
_STAMPS: Final = (
    "UPDATE log_head SET seq = seq + %(rows)s, tick = GREATEST(tick, %(now)s) + %(rows)s"
    " RETURNING seq - %(rows)s, tick - %(rows)s"
)
_KIND: Final = "SELECT collection, guard, handling, producer, created_by_ref FROM log ORDER BY seq DESC LIMIT 1"
_NEXT_STAMP: Final = "UPDATE log_head SET seq = seq + 1, tick = GREATEST(tick, %(now)s) + 1"
_ROW: Final = """
    INSERT INTO log (seq, tick, accepted, collection, guard, latest, newest_accepted, producers_accepted, version_tick,
                     created, handling, revoked, object_id, type, version, producer, created_by_ref, digest,
                     submission, payload)
    SELECT h.seq, h.tick, h.tick, %(collection)s, %(guard)s, true, h.tick, h.tick, %(now)s, %(now)s, %(handling)s,
           false, %(id)s, 'indicator', '2026-01-01T00:00:00.000Z', %(producer)s, %(creator)s, %(digest)s,
           %(submission)s, %(payload)s
    FROM log_head h
"""
_SUBMISSION: Final = """
    INSERT INTO submissions (id, collection, organisation, account, received, total, completed)
    VALUES (%(submission)s, '', %(producer)s, %(account)s, %(now)s, 1, %(now)s)
"""
_OUTCOMES: Final = "INSERT INTO outcomes (submission, part, document) VALUES (%(submission)s, 0, %(document)s)"
_LEDGER: Final = """
    INSERT INTO ledger (actor, action, subject, detail) VALUES (%(account)s, 'floor', %(submission)s, '{}')
"""
_threads = local()


def push_floor(environment: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Take an envelope and store what of it the fast gate accepts."""
    if not hasattr(_threads, "database"):
        _threads.database = psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True)
        _threads.kind = _threads.database.execute(_KIND).fetchone()
        collect_seldom()
    length = int(environment.get("CONTENT_LENGTH") or 0)
    if length:
        objects = orjson.loads(environment["wsgi.input"].read(length))["objects"]
        _store(_threads.database, _threads.kind, [each for each in objects if fast.accepts(each)])
    start_response(f"{HTTPStatus.ACCEPTED.value} Accepted", [("Content-Length", str(len(_ANSWER)))])
    return [_ANSWER]


def copy_rows(stage: Stage, *, rounds: int) -> Figure:
    """Copy rows of the log into a table with its indexes, in binary."""
    seconds = []
    with psycopg.connect(stage.hub.urls.database) as database:
        for _ in range(rounds):
            database.execute("DROP TABLE IF EXISTS floor")
            database.execute("CREATE TABLE floor (LIKE log INCLUDING ALL)")
            with (
                database.cursor() as cursor,
                cursor.copy(
                    f"COPY (SELECT * FROM log ORDER BY seq LIMIT {_ROWS}) TO STDOUT (FORMAT BINARY)"  # noqa: S608 - a number
                ) as copy,
            ):
                received = b"".join(copy)
            database.commit()
            begun = time.perf_counter()
            with database.cursor() as cursor, cursor.copy("COPY floor FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(received)
            database.commit()
            seconds.append(time.perf_counter() - begun)
            copied = database.execute("SELECT count(*) FROM floor").fetchall()[0][0]
        database.execute("DROP TABLE floor")
        database.commit()
    return rate("floor: COPY of ready rows", copied, seconds)


def commits(stage: Stage, *, connections: int, rows: int, rounds: int) -> Figure:
    """Commit single rows from several connections at once, each in a process of its own."""
    each = max(1, rows // connections)
    seconds = []
    for _ in range(rounds):
        calls = [(stage.hub.urls.database, stage.producer.username, each)] * connections
        spans = at_once(_commit_one_by_one, calls)
        seconds.append(max(end for _, end in spans) - min(begin for begin, _ in spans))
    return rate(f"floor: commits of one row, {connections} connections", each * connections, seconds)


def _commit_one_by_one(url: str, account: str, rows: int) -> tuple[float, float]:
    with psycopg.connect(url, autocommit=True, prepare_threshold=0) as database:
        collection, guard, handling, producer, creator = database.execute(_KIND).fetchall()[0]
        payload = b"x" * 1_000
        begun = time.perf_counter()
        for _ in range(rows):
            values = {
                "now": tick_of(datetime.now(UTC)),
                "collection": collection,
                "guard": guard,
                "handling": handling,
                "producer": producer,
                "creator": creator,
                "account": account,
                "digest": _DIGEST,
                "id": f"indicator--{uuid4()}",
                "submission": uuid4(),
                "payload": payload,
                "document": payload[:150],
            }
            with database.pipeline(), database.transaction():
                for statement in (_NEXT_STAMP, _ROW, _SUBMISSION, _OUTCOMES, _LEDGER):
                    database.execute(statement, values)
        return begun, time.perf_counter()


def _store(database: psycopg.Connection[Any], kind: tuple[Any, ...], objects: Sequence[dict[str, Any]]) -> None:
    collection, guard, handling, producer, creator = kind
    submission = uuid4()
    with database.transaction(), database.cursor() as cursor:
        now = tick_of(datetime.now(UTC))
        ((seq, tick),) = cursor.execute(_STAMPS, {"rows": len(objects), "now": now}).fetchall()
        with cursor.copy(COPY) as copy:
            copy.set_types(COPY_TYPES)
            for number, each in enumerate(objects, 1):
                at, version = tick + number, each["modified"]
                made = parse_timestamp(version)
                copy.write_row(
                    (
                        *(seq + number, at, at, collection, guard, True, at, at, made, made, handling, False),
                        *(each["id"], each["type"], version, producer, creator, _DIGEST, submission),
                        orjson.dumps(each),
                    )
                )
