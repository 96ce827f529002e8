"""The matrix of a change says, byte for byte, what the rules answer differently once the change is made."""

from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest

from hub.domain.handling import Classes, Tlp
from hub.domain.identifiers import AccountId, GuardId, MemberCode, OrganisationId
from hub.policy.changes.candidates import Adoption, changed
from hub.policy.changes.matrix import (
    Cell,
    ContentClass,
    Outcome,
    Readers,
    Tally,
    canonical,
    content_classes,
    matrix,
    summed,
    tabulate,
)
from hub.policy.changes.shifts import Ages, Moment, Reach, moves
from hub.policy.reading import decide_by_age
from tests.unit.policy.changes.drawing import Row, draw_change, draw_classes, draw_rows, draw_world
from tests.unit.policy.changes.naive import naive_shifts
from tests.unit.policy.countries import NOW, REGION, agreement, region

CHANGES = 1_000
BATCH = 100


@pytest.mark.parametrize("batch", range(CHANGES // BATCH))
def test_a_thousand_changes_do_what_was_foreseen(batch: int) -> None:
    something = 0
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        foreseen, found = _foreseen_and_found(seed)
        assert foreseen == found, seed
        something += foreseen != b"[]"
    assert something > BATCH // 3


def _foreseen_and_found(seed: int) -> tuple[bytes, bytes]:
    random = Random(seed)  # noqa: S311 - a drawing that can be repeated is the point
    world, classes = draw_world(random), draw_classes(random)
    rows, change = draw_rows(random, classes), draw_change(random, world)
    at = max(NOW, change.agreement.valid_from) if isinstance(change, Adoption) else NOW
    before, after = Moment(world=world, at=at), Moment(world=changed(world, change), at=at)
    cells = matrix(moves(before, after, classes), classes, after.world, lambda guard, reach: _count(rows, guard, reach))
    return canonical(cells), canonical(_row_by_row(before, after, classes, rows))


def _count(rows: list[Row], guard: GuardId, reach: Reach) -> Outcome:
    here = [row for row in rows if row.guard == guard]
    opened = [row for row in here if _open(row, reach.after) and not _open(row, reach.before)]
    closed = [row for row in here if _open(row, reach.before) and not _open(row, reach.after)]
    return Outcome(
        gained=_tally(opened) if reach.gained else None,
        lost=_tally(closed) if reach.lost else None,
    )


def _open(row: Row, ages: Ages) -> bool:
    return all(limit is not None and age <= limit for age, limit in zip(row.ages, ages, strict=True))


def _tally(rows: list[Row]) -> Tally:
    return Tally(len(rows), sum(row.latest for row in rows))


def _row_by_row(before: Moment, after: Moment, classes: Classes, rows: list[Row]) -> tuple[Cell, ...]:
    """Ask the rules about every account, row and part; only which guards change hands comes from their ages."""
    contents = content_classes(classes, after.world)
    by_guard: dict[GuardId, list[Row]] = defaultdict(list)
    for row in rows:
        by_guard[row.guard].append(row)
    outcomes = {}
    for account, (gained, lost) in naive_shifts(before, after, classes).items():
        parts = []
        for guard in gained | lost:
            was = {id(row) for row in by_guard[guard] if _reads(before, account, classes, row)}
            now = {id(row) for row in by_guard[guard] if _reads(after, account, classes, row)}
            opened = [row for row in by_guard[guard] if id(row) in now - was]
            closed = [row for row in by_guard[guard] if id(row) in was - now]
            parts.append(
                (
                    contents[guard],
                    Outcome(
                        gained=_tally(opened) if guard in gained else None,
                        lost=_tally(closed) if guard in lost else None,
                    ),
                )
            )
        outcomes[account] = summed(parts)
    return tabulate(outcomes, after.world)


def _reads(moment: Moment, account: AccountId, classes: Classes, row: Row) -> bool:
    return all(
        decide_by_age(moment.world, account, classes.handlings[part], age=age, at=moment.at).allowed
        for part, age in zip(classes.guards[row.guard], row.ages, strict=True)
    )


def test_the_accounts_of_an_organisation_that_fare_alike_are_one_cell() -> None:
    content = ContentClass(MemberCode("FJ"), OrganisationId("fj-cert"), Tlp.AMBER, "indicator", audience=False)
    outcome = Outcome(gained=Tally(3, 2), lost=None)
    ana, ben, sue = (AccountId(name) for name in ("pg-cert/ana", "pg-cert/ben", "sg-cert/ana"))
    cells = tabulate({sue: {content: outcome}, ben: {content: outcome}, ana: {content: outcome}}, REGION)
    assert [cell.readers for cell in cells] == [
        Readers(MemberCode("PG"), OrganisationId("pg-cert"), (ana, ben), 2),
        Readers(MemberCode("SG"), OrganisationId("sg-cert"), (sue,), 1),
    ]
    other = Outcome(gained=Tally(3, 3), lost=None)
    assert len(tabulate({ana: {content: outcome}, ben: {content: other}}, REGION)) == 2


def test_guards_of_one_class_add_up() -> None:
    content = ContentClass(None, OrganisationId("hub"), Tlp.CLEAR, "indicator", audience=False)
    parts = [Outcome(Tally(1, 1), None), Outcome(None, Tally(5, 0)), Outcome(Tally(0, 0), Tally(2, 1))]
    assert summed((content, part) for part in parts) == {content: Outcome(Tally(1, 1), Tally(7, 1))}


def test_the_canonical_form_is_one_line_of_sorted_keys() -> None:
    before, after = Moment(world=REGION, at=NOW), Moment(world=region(agreement()), at=NOW)
    classes = draw_classes(Random(3))  # noqa: S311 - as above
    written = canonical(
        matrix(moves(before, after, classes), classes, after.world, lambda _guard, _reach: Outcome(None, None))
    )
    assert b"\n" not in written
    assert b": " not in written


def test_what_is_gained_in_principle_counts_nothing_and_is_there() -> None:
    nothing: list[Row] = []
    whole = Reach(before=(None, None, None), after=(timedelta.max, timedelta.max, timedelta.max))
    assert _count(nothing, GuardId(1), whole) == Outcome(gained=Tally(0, 0), lost=None)
