"""One hub a test module, with the accounts that call it and a shelf of objects to read."""

from pathlib import Path

import pytest

from hub.domain.directory import Role
from hub.runtime import preparing
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.web.building import build_web
from tests.taxii.caller import Caller
from tests.taxii.content import Shelf, shelf
from tests.taxii.harness import Hub, MovableClock, settings_of


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, database_url: str, redis_url: str) -> Hub:
    """Run a hub on servers of its own, with a clock that is read wherever the hub reads the time."""
    settings = settings_of(Path(tmp_path_factory.mktemp("hub")))
    urls = ServerUrls(database=database_url, redis=redis_url)
    clock = MovableClock()
    preparing.prepare(settings, urls)
    return Hub(application=build_web(settings, urls, clock=clock), settings=settings, urls=urls, clock=clock)


@pytest.fixture(scope="module")
def ana(hub: Hub) -> Caller:
    """Give a producer and analyst of XA's CERT: `xa` is its collection, `xb` it may only read."""
    return hub.account("xa-cert/ana")


@pytest.fixture(scope="module")
def ben(hub: Hub) -> Caller:
    """Give a producer and analyst of XB's CERT."""
    return hub.account("xb-cert/ben")


@pytest.fixture(scope="module")
def cho(hub: Hub) -> Caller:
    """Give an analyst of XB's CERT, who publishes nothing."""
    return hub.account("xb-cert/cho", Role.ANALYST)


@pytest.fixture(scope="module")
def stock(ana: Caller) -> Shelf:
    """Fill `xa` with a shelf, one envelope an object."""
    made, order = shelf()
    for item in order:
        ana.added("xa", item)
    return made
