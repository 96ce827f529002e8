"""Handling classes and guards: the facts that decide, interned to small numbers."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from hub.domain.handling import Audience, Classes, Guard, Handling, Tlp
from hub.domain.identifiers import AccountId, GuardId, HandlingId, MemberCode, OrganisationId
from hub.store.database import Database
from hub.store.epoch import advance_epoch


def load_classes(database: Database) -> Classes:
    """Read every handling and guard."""
    handlings = {
        HandlingId(number): Handling(
            producer=OrganisationId(producer),
            type=kind,
            tlp=Tlp(tlp),
            audiences=frozenset(audience_of(document) for document in audiences),
            unknown_marking=unknown,
        )
        for number, producer, kind, tlp, audiences, unknown in database.execute(
            "SELECT id, producer, type, tlp, audiences, unknown_marking FROM handlings"
        )
    }
    guards = {
        GuardId(number): Guard(*parts)
        for number, *parts in database.execute("SELECT id, own, newest, producers FROM guards")
    }
    return Classes(handlings=handlings, guards=guards)


def intern_handlings(database: Database, wanted: Iterable[Handling], known: Classes) -> dict[Handling, HandlingId]:
    """Return the numbers of handlings, giving one to those that have none. Call under the log's lock."""
    numbers = {handling: number for number, handling in known.handlings.items()}
    result: dict[Handling, HandlingId] = {}
    for handling in wanted:
        if handling not in result:
            result[handling] = numbers.get(handling) or _intern_handling(database, handling)
    return result


def intern_guards(database: Database, wanted: Iterable[Guard], known: Classes) -> dict[Guard, GuardId]:
    """Return the numbers of guards, giving one to those that have none. Call under the log's lock, last of all."""
    numbers = {guard: number for number, guard in known.guards.items()}
    result: dict[Guard, GuardId] = {}
    added = False
    for guard in wanted:
        if guard in result:
            continue
        number = numbers.get(guard)
        if number is None:
            number = _intern_guard(database, guard)
            added = True
        result[guard] = number
    if added:
        advance_epoch(database)
    return result


def audience_document(audience: Audience) -> dict[str, list[str]]:
    """Write an audience as JSON, in one spelling."""
    return {
        "members": sorted(audience.members),
        "organisations": sorted(audience.organisations),
        "accounts": sorted(audience.accounts),
    }


def audience_of(document: Mapping[str, list[str]]) -> Audience:
    """Read an audience from its JSON."""
    return Audience(
        members=frozenset(MemberCode(name) for name in document["members"]),
        organisations=frozenset(OrganisationId(name) for name in document["organisations"]),
        accounts=frozenset(AccountId(name) for name in document["accounts"]),
    )


def _intern_handling(database: Database, handling: Handling) -> HandlingId:
    audiences = json.dumps(sorted((audience_document(audience) for audience in handling.audiences), key=str))
    facts = (
        handling.producer,
        handling.type,
        int(handling.tlp),
        audiences,
        sha256(audiences.encode()).digest(),
        handling.unknown_marking,
    )
    ((number,),) = database.execute(
        "INSERT INTO handlings (producer, type, tlp, audiences, audiences_digest, unknown_marking)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (producer, type, tlp, audiences_digest, unknown_marking)"
        " DO UPDATE SET tlp = excluded.tlp RETURNING id",
        facts,
    ).fetchall()
    return HandlingId(number)


def _intern_guard(database: Database, guard: Guard) -> GuardId:
    ((number,),) = database.execute(
        "INSERT INTO guards (own, newest, producers) VALUES (%s, %s, %s)"
        " ON CONFLICT (own, newest, producers) DO UPDATE SET own = excluded.own RETURNING id",
        guard,
    ).fetchall()
    return GuardId(number)
