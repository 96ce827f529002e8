"""What the marking-definitions in the log mean to the rules, by id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg.types.json import Jsonb

from hub.domain.identifiers import GuardId, OrganisationId, StixId
from hub.domain.submissions import Marking, MarkingKind
from hub.store.database import Database
from hub.store.log.classes import audience_document, audience_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMarking:
    """A definition in the log: whose it is, what it means, and what guards the row that holds it."""

    id: StixId
    producer: OrganisationId
    marking: Marking
    guard: GuardId


def find_markings(database: Database, ids: Iterable[StixId]) -> list[StoredMarking]:
    """Read every definition under these ids, whoever defined it."""
    rows = database.execute(
        "SELECT m.id, m.producer, m.kind, m.audience, log.guard FROM markings m JOIN log USING (seq)"
        " WHERE m.id = ANY(%s) ORDER BY m.seq",
        (list(ids),),
    )
    return [
        StoredMarking(
            id=StixId(name),
            producer=OrganisationId(producer),
            marking=Marking(kind=MarkingKind(kind), audience=None if audience is None else audience_of(audience)),
            guard=GuardId(guard),
        )
        for name, producer, kind, audience, guard in rows
    ]


def add_markings(
    database: Database, definitions: Sequence[tuple[int, StixId, Marking]], *, producer: OrganisationId
) -> None:
    """Keep what each new definition (`seq`, id, meaning) means."""
    if not definitions:
        return
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO markings (id, seq, producer, kind, audience) VALUES (%s, %s, %s, %s, %s)",
            [
                (
                    name,
                    seq,
                    producer,
                    marking.kind,
                    None if marking.audience is None else Jsonb(audience_document(marking.audience)),
                )
                for seq, name, marking in definitions
            ],
        )
