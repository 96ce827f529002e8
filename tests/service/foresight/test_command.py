"""`hub agreement simulate`: a table that people can read, then what to look at; all of it as JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.agreements.simulate import simulate
from hub.domain.handling import Tlp
from tests.support.hub import running_hub
from tests.support.stix import indicator

AGREEMENT = """
id = "au-nz-amber"
version = 1
title = "Amber for New Zealand"
effect = "permit"
parties = ["AU", "NZ"]
valid_from = 2026-01-01T00:00:00Z

[[clauses]]
number = "1"
from = ["AU"]
to = ["NZ"]
tlp_max = "amber"

[[clauses]]
number = "2"
from = ["AU"]
to = ["AU"]
tlp_max = "amber"
"""
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    with running_hub(database_url, redis_url) as hub:
        hub.account("nz-cert/ana")
        hub.accept(hub.account("au-cert/ana"), "au", *(indicator(tlp=Tlp.AMBER) for _ in range(3)))
    data = str(tmp_path_factory.mktemp("data"))
    environment = {"HUB_DATABASE_URL": database_url, "HUB_REDIS_URL": redis_url}

    def run_(*arguments: str) -> Result:
        return CliRunner().invoke(simulate, [*arguments, "--data", data], env=environment, catch_exceptions=False)

    return run_


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "au-nz-amber.toml"
    path.write_text(AGREEMENT, encoding="utf-8")
    return str(path)


def test_a_file_is_shown_as_who_gains_what_and_then_what_is_in_its_way(run: Run, file: str) -> None:
    lines = run(file).output.splitlines()
    (row,) = [line.split() for line in lines if line.startswith("nz-cert")]
    assert row == ["nz-cert", "1", "AU", "amber", "no", "indicator", "3", "-"]
    (conflict,) = [line for line in lines if line.startswith("warning  ONLY_DOMESTIC")]
    assert lines[lines.index(conflict) + 1].strip() == "au-nz-amber v1 clause 2"


def test_json_says_it_all(run: Run, file: str) -> None:
    found = json.loads(run(file, "--json").output)
    (cell,) = found["matrix"]
    assert cell["readers"]["accounts"] == ["nz-cert/ana"]
    assert cell["gained"] == {"versions": 3, "latest": 3}
    assert [conflict["code"] for conflict in found["conflicts"]] == ["ONLY_DOMESTIC"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("suspend-member", "nz"), "nobody would gain or lose"),
        (("suspend-member", "au"), "au-cert"),
        (("observe-member", "au"), "nobody would gain or lose"),
        (("disable-account", "au-cert/ana"), "au-cert"),
        (("suspend-pair", "nz-au"), "nobody would gain or lose"),
        (("consent", "au-cert"), "nobody would gain or lose"),
    ],
)
def test_what_an_operator_is_about_to_do_is_foreseen_too(run: Run, change: tuple[str, str], told: str) -> None:
    assert told in run("--change", *change).output


def test_a_file_or_a_change_has_to_be_given(run: Run, file: str) -> None:
    assert run().exit_code == 2
    assert run(file, "--change", "end", "regional-baseline").exit_code == 2


@pytest.mark.parametrize("pair", ["AU", "AU-", "AU:JP", "au-au", "AU-JP-NZ"])
def test_a_pair_has_to_be_two_members(run: Run, pair: str) -> None:
    refused = run("--change", "suspend-pair", pair)
    assert refused.exit_code == 2
    assert f"suspend-pair takes two members with a hyphen between them, like AU-JP; {pair} is not that." in " ".join(
        refused.stderr.split()
    )
