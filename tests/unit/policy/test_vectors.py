"""`hub policy check`: the rules against files of worked decisions, and what the command says of a wrong file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli

OWN = Path(__file__).parent / "vectors.json"
SHARED = Path(__file__).resolve().parents[3] / "../shared/policy/vectors.json"

Change = Callable[[dict[str, Any]], object]


def check(file: Path, *options: str) -> Result:
    """Run the command on a file."""
    return CliRunner().invoke(cli, ["policy", "check", str(file), *options])


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Change], Path]:
    """Write the project's own vectors with a change, and return the file."""

    def write(change: Change) -> Path:
        content = json.loads(OWN.read_bytes())
        change(content)
        file = tmp_path / "vectors.json"
        file.write_text(json.dumps(content))
        return file

    return write


def test_the_projects_own_vectors_pass() -> None:
    result = check(OWN)
    assert result.output == f"{len(json.loads(OWN.read_bytes())['cases'])} passed, 0 failed\n"
    assert result.exit_code == 0


def test_the_projects_own_vectors_cite_every_reading_rule() -> None:
    cases = json.loads(OWN.read_bytes())["cases"]
    assert {case["expect"]["rule"] for case in cases} == {f"SR-{number:02}" for number in range(1, 12)}
    assert len(cases) >= 60


@pytest.mark.skipif(not SHARED.exists(), reason="the shared vectors are not here")
def test_the_shared_vectors_pass() -> None:
    result = check(SHARED)
    assert result.output == "600 passed, 0 failed\n"
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [("allowed", False), ("rule", "SR-09"), ("reason", "other"), ("agreement", "other"), ("clause", "7")],
)
def test_a_case_fails_where_any_named_part_differs(changed: Callable[[Change], Path], key: str, value: object) -> None:
    def spoil(content: dict[str, Any]) -> None:
        granted = next(case for case in content["cases"] if case["expect"]["rule"] == "SR-10")
        granted["id"] = "spoiled"
        granted["expect"][key] = value

    result = check(changed(spoil))
    assert result.exit_code == 1
    first, last = result.output.splitlines()
    assert first.startswith("spoiled: expected ")
    assert "; got allow SR-10 agreement agreement=baseline clause=1" in first
    assert last == "94 passed, 1 failed"


def test_a_case_fails_where_the_nearest_miss_differs(changed: Callable[[Change], Path]) -> None:
    def spoil(content: dict[str, Any]) -> None:
        denied = next(case for case in content["cases"] if case["expect"].get("miss") == "age")
        denied["expect"]["miss"] = "type"

    result = check(changed(spoil))
    assert "expected deny SR-11 no-agreement miss=type; got deny SR-11 no-agreement miss=age" in result.output
    assert result.exit_code == 1


def test_a_part_that_a_case_does_not_name_is_left_open(changed: Callable[[Change], Path]) -> None:
    def open_up(content: dict[str, Any]) -> None:
        for case in content["cases"]:
            for key in ("agreement", "clause", "miss"):
                case["expect"].pop(key, None)

    assert check(changed(open_up)).exit_code == 0


def test_json_names_each_failure_with_what_was_expected_and_what_came(changed: Callable[[Change], Path]) -> None:
    result = check(changed(lambda content: content["cases"][0]["expect"].update(rule="SR-02")), "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == {
        "passed": 94,
        "failed": 1,
        "failures": [
            {
                "id": "own-001",
                "expected": {"allowed": False, "rule": "SR-02", "reason": "inactive"},
                "got": {"allowed": False, "rule": "SR-01", "reason": "inactive"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda content: content["cases"][4]["object"].pop("tlp"), ("case own-005", "`tlp`")),
        (lambda content: content["cases"][4]["object"].update(tlp="pink"), ("case own-005", "$.object.tlp")),
        (lambda content: content["cases"][4].update(at="yesterday"), ("case own-005", "$.at")),
        (lambda content: content["cases"][4].update(at="2026-06-15T12:00:00"), ("case own-005", "$.at")),
        (lambda content: content["cases"][4]["expect"].pop("reason"), ("case own-005", "`reason`")),
        (lambda content: content["cases"][4].pop("id"), ("case number 5", "`id`")),
        (lambda content: content["world"].pop("agreements"), ("world", "`agreements`")),
        (
            lambda content: content["world"]["agreements"][1]["clauses"][2].pop("types"),
            ("world", "`types`", "$.agreements[1].clauses[2]"),
        ),
        (lambda content: content["world"]["members"]["FJ"].update(status="great"), ("world", "status", "great")),
        (lambda content: content.pop("cases"), ("`cases`",)),
    ],
)
def test_a_malformed_file_is_refused_with_case_and_key(
    changed: Callable[[Change], Path], change: Change, named: tuple[str, ...]
) -> None:
    result = check(changed(change))
    assert result.exit_code == 2
    assert "passed" not in result.output
    assert [part for part in named if part not in result.output] == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"\xff"', b"null"])
def test_a_file_that_is_not_a_vectors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "vectors.json"
    file.write_bytes(content)
    result = check(file)
    assert result.exit_code == 2
    assert str(file) in result.output
