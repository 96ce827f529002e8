"""Two operators at once: the second waits for the first and then decides on what the first has done."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hub.domain.directory import OrganisationKind
from hub.domain.errors import ConflictError
from hub.domain.identifiers import OrganisationId
from hub.services.directory.organisations import (
    add_organisation,
    disable_organisation,
    enable_organisation,
    list_organisations,
)
from hub.store.database import Pool
from hub.store.directory.members import lock_member
from hub.store.directory.organisations import lock_organisation, update_organisation
from tests.service.directory.forum import ACTOR, AU, AU_CERT, organisation
from tests.support.acts import made
from tests.support.waiting import await_waiting

SUCCESSOR = OrganisationId("au-ncsc")


def test_two_organisations_do_not_become_the_national_cert_at_once(pool: Pool) -> None:
    disable_organisation(pool, AU_CERT, act=made(ACTOR))
    add_organisation(pool, organisation(SUCCESSOR, kind=OrganisationKind.CERT), act=made(ACTOR))
    disable_organisation(pool, SUCCESSOR, act=made(ACTOR))
    with ThreadPoolExecutor(max_workers=1) as other:
        with pool.transaction() as database:
            first = lock_organisation(database, AU_CERT)
            assert first is not None
            lock_member(database, AU)
            update_organisation(database, replace(first, active=True))
            second = other.submit(enable_organisation, pool, SUCCESSOR, act=made(ACTOR))
            await_waiting(pool)
        with pytest.raises(ConflictError, match="au-cert is the national CERT"):
            second.result()
    assert {known.id for known in list_organisations(pool, member=AU) if known.active} == {AU_CERT}
