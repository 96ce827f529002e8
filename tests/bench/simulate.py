"""How long `simulate` takes over a log of a million versions: PYTHONPATH=. python -m tests.bench.simulate [ROWS]."""

import json
import os
import platform
import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId
from hub.policy.changes.candidates import Adoption
from hub.services.foresight.simulate import Foresight, simulate
from hub.store.agreements.writing import insert_agreement, write_record
from hub.store.database import Database, Pool
from tests.service.foresight.staging import record_of
from tests.support.servers import running_servers

RUNS: Final = 5
MEMBERS: Final = [f"{chr(65 + number // 5)}{chr(65 + number)}" for number in range(26)] + ["YY", "ZZ"]
TYPES: Final = [f"type-{number}" for number in range(20)]
NOW: Final = datetime.now(UTC)

_MEMBERS: Final = "INSERT INTO members (code, name, status) SELECT m, m, 'active' FROM unnest(%(members)s::text[]) m"
_CERTS: Final = """
INSERT INTO organisations (id, member, kind, name)
SELECT lower(m) || '-cert', m, 'cert', m FROM unnest(%(members)s::text[]) m
"""
_CLIENTS: Final = """
INSERT INTO organisations (id, member, kind, name, served_by)
SELECT lower(m) || '-' || k, m, k, m, lower(m) || '-cert'
FROM unnest(%(members)s::text[]) m, unnest(ARRAY['constituent', 'partner']) k
"""
_ACCOUNTS: Final = """
INSERT INTO accounts (id, organisation, roles, purpose)
SELECT id || '/' || p, id, '{analyst}', p
FROM organisations, unnest(ARRAY['network-defence', 'research', 'incident-response']) p
"""
_HANDLINGS: Final = """
INSERT INTO handlings (producer, type, tlp, audiences, audiences_digest, unknown_marking)
SELECT id, t, l, '[]', '\\x00', false
FROM organisations, unnest(%(types)s::text[]) t, generate_series(0, 4) l ORDER BY 1, 2, 3
"""
_GUARDS: Final = "INSERT INTO guards (own, newest, producers) SELECT id, id, id FROM handlings"
_OLDER_GUARDS: Final = """
INSERT INTO guards (own, newest, producers)
SELECT h.id, o.id, o.id FROM handlings h
JOIN handlings o ON o.producer = h.producer AND o.type = h.type AND o.tlp = (h.tlp + 1) %% 5
"""
_COLLECTIONS: Final = "INSERT INTO collections (id) SELECT m FROM unnest(%(members)s::text[]) m"
_LOG: Final = """
INSERT INTO log (seq, tick, accepted, newest_accepted, producers_accepted, version_tick, created, guard, handling,
    collection, latest, revoked, object_id, type, version, producer, digest, submission, payload)
SELECT n, t, t, t, t, t, t, g.id, g.own, 1 + g.own %% 28, n %% 5 <> 0, false, h.type || '--' || gen_random_uuid(),
    h.type, '2026-01-01T00:00:00.000Z', h.producer, '\\x00', gen_random_uuid(), %(payload)s
FROM (SELECT n, %(start)s + n * %(step)s::bigint AS t, 1 + (n * 7919) %% (SELECT count(*) FROM guards) AS guard
    FROM generate_series(1, %(rows)s::bigint) n) numbered
JOIN guards g ON g.id = numbered.guard JOIN handlings h ON h.id = g.own
"""


def main() -> None:
    """Fill a log, simulate five changes of reach and print how long each takes."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with running_servers() as servers:
        pool = Pool(servers.fresh_database(), size=2)
        pool.open()
        with pool.transaction() as database:
            _fill(database, rows)
        with pool.statement() as database:
            database.execute("VACUUM (ANALYZE) log")
        try:
            results = [_measured(pool, name, change) for name, change in _changes().items()]
        finally:
            pool.close()
    figures = {
        "rows": rows,
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    sys.stdout.write(json.dumps(figures | {"changes": results}, indent=2) + "\n")


def _fill(database: Database, rows: int) -> None:
    payload = json.dumps({"type": "indicator", "pattern": "x" * 700}).encode()
    words = {"members": MEMBERS, "types": TYPES}
    for statement in (_MEMBERS, _CERTS, _CLIENTS, _ACCOUNTS, _HANDLINGS, _GUARDS, _OLDER_GUARDS, _COLLECTIONS):
        database.execute(statement, words)
    start = int((NOW - timedelta(days=20)).timestamp() * 1_000_000)
    step = 19 * 86_400_000_000 // rows
    database.execute(_LOG, {"payload": payload, "rows": rows, "start": start, "step": step})
    for agreement in [_permit("baseline", Tlp.GREEN), *_bilateral()]:
        insert_agreement(database, agreement.id)
        write_record(database, None, record_of(agreement))
    database.execute("UPDATE log_head SET seq = %s, tick = %s", (rows, start + rows * step))


def _bilateral() -> list[Agreement]:
    return [
        _permit(f"pair-{one.lower()}-{other.lower()}", Tlp.AMBER, origin=one, destination=other)
        for one, other in pairwise(MEMBERS)
    ]


def _permit(name: str, tlp: Tlp, *, origin: str = "*", destination: str = "*") -> Agreement:
    clause = Clause(number="1", origins=frozenset({origin}), destinations=frozenset({destination}), tlp_max=tlp)
    return Agreement(
        id=AgreementId(name),
        version=1,
        title=name,
        effect=Effect.PERMIT,
        state=AgreementState.ACTIVE,
        parties=frozenset(),
        signed_by=frozenset(),
        valid_from=NOW - timedelta(days=30),
        valid_until=None,
        clauses=(clause,),
    )


def _changes() -> dict[str, Adoption]:
    wide = _permit("wide", Tlp.AMBER)
    (clause,) = wide.clauses
    narrow = _permit("narrow", Tlp.AMBER_STRICT, origin="YY", destination="BF")
    return {
        "one pair, to amber+strict": Adoption(agreement=narrow),
        "the region, two types to amber": Adoption(
            agreement=replace(wide, clauses=(replace(clause, types=frozenset(TYPES[:2])),))
        ),
        "the region, everything to amber": Adoption(agreement=wide),
        "the region, everything to amber, ten days": Adoption(
            agreement=replace(wide, clauses=(replace(clause, max_age_days=10),))
        ),
        "the baseline down to clear": Adoption(agreement=_permit("baseline", Tlp.CLEAR)),
    }


def _measured(pool: Pool, name: str, change: Adoption) -> dict[str, object]:
    taken, worked = [], []
    found: Foresight | None = None
    for _ in range(RUNS):
        began, busy = time.perf_counter(), time.process_time()
        found = simulate(pool, change, asker=None, at=NOW)
        taken.append(time.perf_counter() - began)
        worked.append(time.process_time() - busy)
    cells = () if found is None else found.cells
    return {
        "change": name,
        "p50_s": round(statistics.median(taken), 3),
        "max_s": round(max(taken), 3),
        "own_cpu_s": round(statistics.median(worked), 3),
        "cells": len(cells),
        "gained": sum(cell.gained.versions for cell in cells if cell.gained),
        "lost": sum(cell.lost.versions for cell in cells if cell.lost),
    }


if __name__ == "__main__":
    main()
