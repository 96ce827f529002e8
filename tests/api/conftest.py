"""One hub a test module, with somebody of each role."""

from pathlib import Path

import pytest

from hub.domain.directory import Role
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import load_settings
from tests.api.region import Caller, Region, region_over

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def region(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Region:
    """Run a hub with the shipped files."""
    shipped = {"collections": ROOT / "collections", "agreements": ROOT / "config" / "agreements"}
    settings = load_settings(environ={}, options=shipped | {"data": tmp_path_factory.mktemp("data")})
    return region_over(settings, ServerUrls(database=database_url, redis=redis_url))


@pytest.fixture(scope="module")
def olga(region: Region) -> Caller:
    """Give an operator."""
    return region.account("desk/olga", Role.OPERATOR)


@pytest.fixture(scope="module")
def aldo(region: Region) -> Caller:
    """Give an auditor."""
    return region.account("desk/aldo", Role.AUDITOR)


@pytest.fixture(scope="module")
def ada(region: Region) -> Caller:
    """Give the administrator of Australia's CERT."""
    return region.account("au-cert/ada", Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def ana(region: Region) -> Caller:
    """Give a producer and analyst of Australia's CERT."""
    return region.account("au-cert/ana", Role.PRODUCER, Role.ANALYST)
