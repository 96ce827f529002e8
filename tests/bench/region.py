"""A region to ask what-if about: members, accounts, classes of content, agreements, and a log of many versions."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect
from hub.domain.clock import tick_of
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId
from hub.store.agreements.writing import insert_agreement, write_record
from hub.store.database import Pool
from tests.service.foresight.staging import record_of

MEMBERS: Final = [f"{chr(65 + number // 5)}{chr(65 + number)}" for number in range(26)] + ["YY", "ZZ"]
TYPES: Final = [f"type-{number}" for number in range(20)]
_AGE: Final = timedelta(days=20)
"""Of the oldest version; the newest is a day old."""
_STEP: Final = 1_000_000
"""Rows that are filled in one transaction."""

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
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) numbered
JOIN guards g ON g.id = numbered.guard JOIN handlings h ON h.id = g.own
"""


def fill(pool: Pool, rows: int, *, at: datetime, say: Callable[[str], None]) -> None:
    """Write the region, and so many versions over the days before an instant."""
    say(f"filling a log with {rows:,} versions")
    start, step = tick_of(at - _AGE), (_AGE - timedelta(days=1)) // timedelta(microseconds=rows)
    payload = json.dumps({"type": "indicator", "pattern": "x" * 700}).encode()
    with pool.transaction() as database:
        words = {"members": MEMBERS, "types": TYPES}
        for statement in (_MEMBERS, _CERTS, _CLIENTS, _ACCOUNTS, _HANDLINGS, _GUARDS, _OLDER_GUARDS, _COLLECTIONS):
            database.execute(statement, words)
        for agreement in [permit("baseline", Tlp.GREEN, at=at), *_bilateral(at)]:
            insert_agreement(database, agreement.id)
            write_record(database, None, record_of(agreement))
    for first in range(1, rows + 1, _STEP):
        last = min(first + _STEP - 1, rows)
        values = {"payload": payload, "first": first, "last": last, "start": start, "step": step}
        with pool.transaction() as database:
            database.execute(_LOG, values)
            database.execute("UPDATE log_head SET seq = %s, tick = %s", (last, start + last * step))
        say(f"{last:,} versions")
    with pool.statement() as database:
        database.execute("VACUUM (ANALYZE) log")


def permit(name: str, tlp: Tlp, *, at: datetime, origin: str = "*", destination: str = "*") -> Agreement:
    """Make an agreement that is in force and opens content up to a level."""
    clause = Clause(number="1", origins=frozenset({origin}), destinations=frozenset({destination}), tlp_max=tlp)
    return Agreement(
        id=AgreementId(name),
        version=1,
        title=name,
        effect=Effect.PERMIT,
        state=AgreementState.ACTIVE,
        parties=frozenset(),
        signed_by=frozenset(),
        valid_from=at - timedelta(days=30),
        valid_until=None,
        clauses=(clause,),
    )


def _bilateral(at: datetime) -> list[Agreement]:
    return [
        permit(f"pair-{one.lower()}-{other.lower()}", Tlp.AMBER, at=at, origin=one, destination=other)
        for one, other in pairwise(MEMBERS)
    ]
