"""Submissions that arrive together are published together, and each of them as if it were alone."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from hub.domain.directory import Principal
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId
from hub.domain.submissions import Submission
from hub.store.database import StoreError
from hub.store.log.head import lock_head
from tests.service.log.conftest import Cast
from tests.support.hub import TestHub, envelope
from tests.support.stix import indicator

PATIENCE = 30


class Counter:
    """Takes pushes while the log is locked, the first of which holds up the others."""

    def __init__(self, hub: TestHub, pool: ThreadPoolExecutor) -> None:
        self.hub = hub
        self.pool = pool
        self.taken: list[Future[Submission]] = []

    def take(self, principal: Principal, alias: str, *objects: dict[str, object], **known: Any) -> Future[Submission]:
        """Let a push begin; return when it waits. `known` is how its submitter is known, if not looked up."""
        collection, body = self.hub.collection(alias), envelope(*objects)
        self.taken.append(self.pool.submit(self.hub.submitting.receive, principal, collection, body, **known))
        while not self._waits():
            assert not self.taken[-1].done()
        return self.taken[-1]

    def _waits(self) -> bool:
        ahead = len(self.taken) - 1
        return self.hub.submitting.together.busy if ahead == 0 else len(self.hub.submitting.together.waiting) == ahead


@contextmanager
def counter(hub: TestHub, cast: Cast) -> Iterator[Counter]:
    """Hold the log for as long as the block runs; a push of no matter what is the first to wait for it."""
    with ThreadPoolExecutor(12) as pool:
        with hub.parts.pool.transaction() as database:
            lock_head(database)
            open_counter = Counter(hub, pool)
            open_counter.take(cast.au, "au", indicator(tlp=Tlp.GREEN))
            yield open_counter
        for each in open_counter.taken:
            each.exception(PATIENCE)


def transactions(hub: TestHub, *objects: dict[str, object]) -> list[str]:
    """Return by which transaction each object was written."""
    with hub.parts.pool.statement() as database:
        return [
            database.execute("SELECT xmin::text FROM log WHERE object_id = %s", (each["id"],)).fetchall()[0][0]
            for each in objects
        ]


def test_several_accounts_share_a_transaction_and_each_has_its_own_status(hub: TestHub, cast: Cast) -> None:
    ours = [indicator(tlp=Tlp.GREEN) for _ in range(3)]
    theirs = indicator(tlp=Tlp.AMBER)
    bad = indicator(tlp=Tlp.GREEN) | {"confidence": True}
    with counter(hub, cast) as desk:
        first = desk.take(cast.au, "au", ours[0], bad)
        second = desk.take(cast.nz, "nz", theirs)
        third = desk.take(cast.au, "best-practices", *ours[1:])
        wrong = desk.take(cast.jp, "nz", indicator(tlp=Tlp.GREEN))
    assert len(set(transactions(hub, *ours, theirs))) == 1
    for principal, asked, codes in (
        (cast.au, first, [None, "PROPERTY_TYPE"]),
        (cast.nz, second, [None]),
        (cast.au, third, [None, None]),
        (cast.jp, wrong, ["WRONG_COLLECTION"]),
    ):
        told = asked.result()
        assert [outcome.code for outcome in told.outcomes] == codes
        assert hub.submitting.status(principal, told.id) == told
        with hub.parts.pool.statement() as database:
            ledger = database.execute("SELECT actor, detail FROM ledger WHERE subject = %s", (told.id,)).fetchall()
        assert [(actor, detail["refused"]) for actor, detail in ledger] == [
            (principal.account.id, len([code for code in codes if code]))
        ]


def test_what_names_the_same_object_is_published_one_after_the_other(hub: TestHub, cast: Cast) -> None:
    thing, other = indicator(tlp=Tlp.GREEN), indicator(tlp=Tlp.GREEN)
    link = indicator(tlp=Tlp.GREEN, x_example_ref=thing["id"])
    with counter(hub, cast) as desk:
        first = desk.take(cast.au, "au", thing)
        again = desk.take(cast.au, "au", thing)
        changed = desk.take(cast.au, "au", thing | {"name": "Another"})
        linked = desk.take(cast.au, "au", link)
        apart = desk.take(cast.au, "au", other)
    codes = [each.result().outcomes[0].code for each in (first, again, changed, linked, apart)]
    assert codes == [None, None, "VERSION_CONFLICT", None, None]
    by_thing, by_link, by_other = transactions(hub, thing, link, other)
    assert by_thing == by_other
    assert by_thing != by_link


def test_who_has_to_be_looked_up_again_holds_up_nobody_else(hub: TestHub, cast: Cast) -> None:
    looked: list[bool] = []
    one, two, three = (indicator(tlp=Tlp.GREEN) for _ in range(3))
    with counter(hub, cast) as desk:
        first = desk.take(cast.au, "au", one)
        stale = desk.take(cast.au, "au", two, known_under=-1, confirm=lambda: looked.append(True))
        second = desk.take(cast.nz, "nz", three)
    assert [each.result().outcomes[0].code for each in (first, stale, second)] == [None] * 3
    assert looked == [True]


def test_what_cannot_be_kept_fails_alone(hub: TestHub, cast: Cast) -> None:
    ghost = replace(cast.au, account=replace(cast.au.account, id=AccountId("au-cert/ghost")))
    one, two = indicator(tlp=Tlp.GREEN), indicator(tlp=Tlp.GREEN)
    with counter(hub, cast) as desk:
        first = desk.take(cast.au, "au", one)
        failing = desk.take(ghost, "au", indicator(tlp=Tlp.GREEN))
        second = desk.take(cast.nz, "nz", two)
    with pytest.raises(StoreError):
        failing.result()
    assert [each.result().outcomes[0].code for each in (first, second)] == [None, None]
    assert len(set(transactions(hub, one, two))) == 2
