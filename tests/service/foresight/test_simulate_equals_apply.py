"""What `simulate` foresees of a change is, byte for byte, what the change does to every account's clearance.

Fifty changes in the suite; HUB_TEST_CHANGES=1000 makes a thousand.
"""

import os
from collections.abc import Iterator

import pytest

from hub.policy.changes.matrix import canonical
from hub.services.foresight.simulate import simulate
from hub.store.database import Pool
from tests.service.foresight.applying import apply
from tests.service.foresight.clearing import clearances_of_all, difference
from tests.service.foresight.staging import Scenario, found_region, scenario, stage
from tests.unit.policy.countries import NOW

CHANGES = int(os.environ.get("HUB_TEST_CHANGES", "50"))


@pytest.fixture(scope="module")
def pool(database_url: str) -> Iterator[Pool]:
    pool = Pool(database_url, size=3)
    pool.open()
    found_region(pool)
    yield pool
    pool.close()


def test_changes_do_what_was_foreseen(pool: Pool) -> None:
    something = 0
    for seed in range(CHANGES):
        foreseen, done = _foreseen_and_done(pool, scenario(seed))
        assert foreseen == done, seed
        something += foreseen != b"[]"
    assert something > CHANGES // 4


def _foreseen_and_done(pool: Pool, staged: Scenario) -> tuple[bytes, bytes]:
    """Foresee, see what every account is allowed, begin again, make the change, and see once more."""
    stage(pool, staged)
    foreseen = simulate(pool, staged.change, asker=None, at=NOW)
    before = clearances_of_all(pool, foreseen.at)
    stage(pool, staged)
    apply(pool, staged.change)
    return canonical(foreseen.cells), difference(staged, before, clearances_of_all(pool, foreseen.at))
