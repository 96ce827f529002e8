"""Where the file with the sealing key is missing, no other takes its place while secrets need the one that is gone."""

from dataclasses import replace
from typing import Final

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli
from hub.domain.directory import Role
from hub.runtime.keys.sealing import read_keys
from hub.runtime.web.building import build_web
from tests.api.region import Caller, Region

HOOK: Final = {"channel": "webhook", "url": "https://soc.example/hooks/1"}
ADD: Final = ("add", "--account", "au-cert/eve", "--webhook", HOOK["url"])


def typed(region: Region, *words: str) -> Result:
    environment = {
        "HUB_DATABASE_URL": region.urls.database,
        "HUB_REDIS_URL": region.urls.redis,
        "HUB_SEALING_KEY_FILE": str(region.settings.sealing_key_file),
    }
    return CliRunner().invoke(cli, ["subscription", *words], env=environment)


@pytest.fixture(scope="module")
def eve(region: Region) -> Caller:
    """Give an account that has a secret kept."""
    eve = region.account("au-cert/eve", Role.ANALYST)
    assert typed(region, *ADD).exit_code == 0
    return eve


@pytest.fixture
def caller(region: Region, eve: Caller) -> Caller:
    """Give the account where it calls on a web process that has just begun."""
    return replace(eve, application=build_web(region.settings, region.urls))


def test_whoever_would_have_a_secret_kept_is_told_which_key_is_missing(region: Region, caller: Caller) -> None:
    path = region.settings.sealing_key_file
    (key,) = read_keys(path)
    aside = path.rename(path.with_suffix(".aside"))
    refused = typed(region, *ADD)
    assert refused.exit_code == 2
    assert "error: KEY_MISSING: The file that sealing_key_file names is not there" in refused.output
    assert key.id.hex() in refused.output
    answer = caller.post("/subscriptions", HOOK)
    assert (answer.status_code, answer.json["code"]) == (503, "KEY_MISSING")
    assert str(path.parent) not in answer.json["detail"]
    assert not path.exists()
    aside.rename(path)
    assert typed(region, *ADD).exit_code == 0
    assert caller.post("/subscriptions", HOOK).status_code == 201


def test_a_new_key_is_begun_with_where_an_operator_puts_it(region: Region, caller: Caller) -> None:
    path = region.settings.sealing_key_file
    aside = path.rename(path.with_suffix(".aside"))
    read_keys(path)
    assert caller.post("/subscriptions", HOOK).status_code == 201
    aside.replace(path)
