"""A drawn region in a real database: its directory once, its world and log anew for every scenario."""

import json
from dataclasses import dataclass, replace
from random import Random

from psycopg import sql

from hub.domain.agreements import Agreement, AgreementDocument, AgreementRecord, AgreementState
from hub.domain.clock import tick_of
from hub.domain.directory import Organisation
from hub.domain.handling import Classes
from hub.policy.agreements.canonical import drafted
from hub.policy.changes.candidates import Adoption, Change
from hub.policy.world import World
from hub.store.agreements.writing import insert_agreement, write_record
from hub.store.database import Database, Pool
from hub.store.epoch import advance_epoch
from hub.store.log.classes import audience_document
from tests.unit.policy.changes.drawing import Row, draw_change, draw_classes, draw_rows, draw_world
from tests.unit.policy.countries import ACCOUNTS, MEMBERS, NOW, ORGANISATIONS

_LOG = """
INSERT INTO log (seq, tick, accepted, newest_accepted, producers_accepted, version_tick, guard, handling, collection,
    latest, revoked, object_id, type, version, producer, digest, submission, payload)
VALUES (%(seq)s, %(tick)s, %(own)s, %(newest)s, %(producers)s, %(seq)s, %(guard)s, %(handling)s, 1, %(latest)s, false,
    %(object)s, %(type)s, '', %(producer)s, '\\x00', gen_random_uuid(), '{}')
"""
_EMPTIED = ("grants", "log", "guards", "handlings", "agreements")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A world, the classes and rows of its log, and what is about to change."""

    world: World
    classes: Classes
    rows: list[Row]
    change: Change


def scenario(seed: int) -> Scenario:
    """Draw a scenario; its agreements have no parties, so that nobody has to sign while it is applied."""
    random = Random(seed)  # noqa: S311 - a drawing that can be repeated is the point
    drawn = draw_world(random)
    world = replace(
        drawn,
        organisations={name: _served_at_home(each) for name, each in drawn.organisations.items()},
        agreements=tuple(_regional(agreement) for agreement in drawn.agreements),
    )
    classes = draw_classes(random)
    rows, change = draw_rows(random, classes), draw_change(random, world)
    if isinstance(change, Adoption):
        change = Adoption(agreement=_next_version(world, _regional(change.agreement)))
    return Scenario(world=world, classes=classes, rows=rows, change=change)


def found_region(pool: Pool) -> None:
    """Write the directory of the region, whose members, organisations and accounts every scenario shares."""
    with pool.transaction() as database, database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO members (code, name, status) VALUES (%s, %s, 'active')", [(code, code) for code in MEMBERS]
        )
        cursor.executemany(
            "INSERT INTO organisations (id, member, kind, name, served_by) VALUES (%s, %s, %s, %s, %s)",
            [
                (each.id, each.member, each.kind, each.name, each.served_by)
                for each in map(_served_at_home, ORGANISATIONS.values())
            ],
        )
        cursor.executemany(
            "INSERT INTO accounts (id, organisation, roles, purpose) VALUES (%s, %s, '{analyst}', %s)",
            [(each.id, each.organisation, each.purpose) for each in ACCOUNTS.values()],
        )


def stage(pool: Pool, staged: Scenario) -> None:
    """Make the database hold a scenario and nothing else of any before."""
    with pool.transaction() as database:
        database.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(
                sql.SQL(", ").join(sql.Identifier(name) for name in _EMPTIED)
            )
        )
        _write_directory(database, staged.world)
        for agreement in staged.world.agreements:
            insert_agreement(database, agreement.id)
            write_record(database, None, record_of(agreement))
        _write_log(database, staged)
        database.execute("UPDATE policy_epoch SET turned = %s, granted = granted + 1", (tick_of(NOW),))
        advance_epoch(database)


def document_of(agreement: Agreement) -> AgreementDocument:
    """Return what would be signed of an agreement as the rules see it."""
    return AgreementDocument(
        id=agreement.id,
        version=agreement.version,
        title=agreement.title,
        effect=agreement.effect,
        parties=agreement.parties,
        valid_from=agreement.valid_from,
        valid_until=agreement.valid_until,
        clauses=agreement.clauses,
    )


def record_of(agreement: Agreement) -> AgreementRecord:
    """Return an agreement of one version that was proposed and activated when it begins."""
    begins = min(agreement.valid_from, NOW)
    version = replace(
        drafted(document_of(agreement), at=begins),
        state=agreement.state,
        proposed=begins,
        proposed_by="test",
        activated=begins,
        ended=NOW if agreement.state is AgreementState.ENDED else None,
    )
    return AgreementRecord(id=agreement.id, versions=(version,))


def _regional(agreement: Agreement) -> Agreement:
    return replace(agreement, parties=frozenset(), signed_by=frozenset())


def _served_at_home(organisation: Organisation) -> Organisation:
    """Leave out who is served abroad; the directory does not take that in."""
    server = organisation.served_by
    abroad = server is not None and ORGANISATIONS[server].member != organisation.member
    return replace(organisation, served_by=None) if abroad else organisation


def _next_version(world: World, drawn: Agreement) -> Agreement:
    """Return an agreement as the next version of what is there, which never has another effect."""
    known = next((agreement for agreement in world.agreements if agreement.id == drawn.id), None)
    return replace(drawn, version=1) if known is None else replace(drawn, version=2, effect=known.effect)


def _write_directory(database: Database, world: World) -> None:
    with database.cursor() as cursor:
        cursor.executemany(
            "UPDATE members SET status = %s WHERE code = %s",
            [(each.status, each.code) for each in world.members.values()],
        )
        cursor.executemany(
            "UPDATE organisations SET active = %s, cross_border = %s WHERE id = %s",
            [(each.active, each.cross_border, each.id) for each in world.organisations.values()],
        )
        cursor.executemany(
            "UPDATE accounts SET active = %s WHERE id = %s",
            [(each.active, each.id) for each in world.accounts.values()],
        )


def _write_log(database: Database, staged: Scenario) -> None:

    classes = staged.classes
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO handlings (producer, type, tlp, audiences, audiences_digest, unknown_marking)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (
                    each.producer,
                    each.type,
                    int(each.tlp),
                    json.dumps([audience_document(audience) for audience in each.audiences]),
                    str(number).encode(),
                    each.unknown_marking,
                )
                for number, each in sorted(classes.handlings.items())
            ],
        )
        cursor.executemany(
            "INSERT INTO guards (own, newest, producers) VALUES (%s, %s, %s)",
            [guard for _, guard in sorted(classes.guards.items())],
        )
        cursor.executemany(_LOG, [_log_row(classes, seq, row) for seq, row in enumerate(staged.rows, 1)])


def _log_row(classes: Classes, seq: int, row: Row) -> dict[str, object]:
    own = classes.guards[row.guard].own
    handling = classes.handlings[own]
    accepted = [tick_of(NOW - age) for age in row.ages]
    return {
        "seq": seq,
        "tick": tick_of(NOW) - 1_000 + seq,
        "own": accepted[0],
        "newest": accepted[1],
        "producers": accepted[2],
        "guard": row.guard,
        "handling": own,
        "latest": row.latest,
        "object": f"{handling.type}--{seq:08}-0000-4000-8000-000000000000",
        "type": handling.type,
        "producer": handling.producer,
    }
