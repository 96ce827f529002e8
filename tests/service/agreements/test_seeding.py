"""The files are what a new hub begins with, and nothing to any other."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub.domain.identifiers import AgreementId
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.preparing import prepare
from hub.runtime.settings import load_settings
from hub.runtime.wiring import opened
from hub.services.agreements.catalogue import list_agreements
from hub.services.agreements.drafting import discard
from hub.services.agreements.standing import end
from tests.service.agreements.forum import olga
from tests.support.hub import ROOT
from tests.support.servers import TestServers

SHIPPED = ROOT / "config" / "agreements"


def start(urls: ServerUrls, agreements: Path = SHIPPED) -> list[dict[str, object]]:
    """Prepare as every start does; return the warnings."""
    options = {"collections": ROOT / "collections", "agreements": agreements}
    with capture_logs() as logs:
        prepare(load_settings(environ={}, options=options), urls)
    return [dict(entry) for entry in logs if entry["log_level"] == "warning"]


def states(urls: ServerUrls) -> dict[str, list[str]]:
    with opened(urls) as pool:
        return {record.id: [version.state.value for version in record.versions] for record in list_agreements(pool)}


@pytest.fixture
def urls(servers: TestServers) -> ServerUrls:
    return ServerUrls(database=servers.fresh_database(), redis=servers.fresh_redis())


def files(directory: Path, *changes: tuple[str, str]) -> Path:
    text = (SHIPPED / "regional-baseline.toml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (directory / "regional-baseline.toml").write_text(text)
    return directory


def test_a_new_hub_has_what_nobody_signs_in_force_and_the_rest_as_drafts(urls: ServerUrls) -> None:
    assert start(urls) == []
    assert states(urls) == {"example-au-nz": ["draft"], "example-jp-sg": ["draft"], "regional-baseline": ["active"]}


def test_another_start_changes_nothing_and_warns_of_nothing(urls: ServerUrls) -> None:
    start(urls)
    before = states(urls)
    assert start(urls) == []
    assert states(urls) == before


def test_files_that_differ_are_passed_over_with_one_warning_that_names_the_command(
    urls: ServerUrls, tmp_path: Path
) -> None:
    start(urls)
    before = states(urls)
    (warning,) = start(urls, files(tmp_path, ('tlp_max = "green"', 'tlp_max = "red"')))
    assert warning["agreements"] == ("regional-baseline",)
    assert "hub agreement draft" in str(warning["advice"])
    assert states(urls) == before


def test_files_that_were_taken_away_end_nothing(urls: ServerUrls, tmp_path: Path) -> None:
    start(urls)
    assert start(urls, tmp_path) == []
    assert states(urls)["regional-baseline"] == ["active"]


def test_what_operators_have_ended_does_not_come_back_with_the_files(urls: ServerUrls) -> None:
    start(urls)
    with opened(urls) as pool:
        end(pool, AgreementId("regional-baseline"), act=olga())
    start(urls)
    assert states(urls)["regional-baseline"] == ["ended"]


def test_a_hub_that_has_none_any_more_is_not_new(urls: ServerUrls, tmp_path: Path) -> None:
    draft = ("parties = []", 'parties = ["AU"]')
    start(urls, files(tmp_path, draft))
    with opened(urls) as pool:
        discard(pool, AgreementId("regional-baseline"), 1, act=olga())
    assert states(urls) == {}
    (warning,) = start(urls, tmp_path)
    assert warning["agreements"] == ("regional-baseline",)
    assert states(urls) == {}
