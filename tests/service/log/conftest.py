"""One hub for the tests of a module, with the accounts that they speak of."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hub.domain.directory import OrganisationKind, Principal
from tests.support.hub import Clock, TestHub, running_hub


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The accounts of the tests: three national CERTs, and a constituent and a partner in Australia."""

    au: Principal
    nz: Principal
    jp: Principal
    power: Principal
    lab: Principal


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def hub(clock: Clock, database_url: str, redis_url: str) -> Iterator[TestHub]:
    with running_hub(database_url, redis_url, clock=clock, pending_above=20, ingest_chunk=7) as running:
        yield running


@pytest.fixture(scope="module")
def cast(hub: TestHub) -> Cast:
    hub.organisation("au-power", OrganisationKind.CONSTITUENT, served_by="au-cert")
    hub.organisation("au-lab", OrganisationKind.PARTNER)
    return Cast(
        au=hub.account("au-cert/ana"),
        nz=hub.account("nz-cert/ana"),
        jp=hub.account("jp-cert/ana"),
        power=hub.account("au-power/ana"),
        lab=hub.account("au-lab/ana"),
    )
