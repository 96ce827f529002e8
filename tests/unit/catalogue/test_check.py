"""`hub collections check` says what the collections are, or everything that is wrong with them."""

import hashlib
import json
from pathlib import Path

from click.testing import CliRunner

from hub.cli.collections import collections


def test_right_files_are_listed_with_their_digests(directory: Path) -> None:
    result = CliRunner().invoke(collections, ["check", str(directory), "--json"])
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["errors"] == []
    assert answer["collections"] == [
        {
            "alias": "all",
            "id": "f2c1a0f4-6f43-4b0e-9c8e-6f1d0c5b7a11",
            "owner": "the hub",
            "default_tlp": None,
            "writers": "nobody",
            "sha256": None,
        },
        {
            "alias": "assistance",
            "id": "44444444-4444-4444-8444-444444444444",
            "owner": "regional",
            "default_tlp": "green",
            "writers": "nobody",
            "sha256": hashlib.sha256((directory / "assistance.toml").read_bytes()).hexdigest(),
        },
        {
            "alias": "au",
            "id": "11111111-1111-4111-8111-111111111111",
            "owner": "AU",
            "default_tlp": "amber",
            "writers": "organisations of AU",
            "sha256": hashlib.sha256((directory / "au.toml").read_bytes()).hexdigest(),
        },
    ]


def test_the_table_ends_with_the_count(directory: Path) -> None:
    result = CliRunner().invoke(collections, ["check", str(directory)])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "3 collections, no errors"


def test_every_fault_is_reported_and_ends_with_1(directory: Path) -> None:
    for path in directory.iterdir():
        path.write_text(path.read_text().replace("title =", "titel ="))
    result = CliRunner().invoke(collections, ["check", str(directory)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("`titel`") == 2
    as_json = CliRunner().invoke(collections, ["check", str(directory), "--json"])
    assert as_json.exit_code == 1
    assert len(json.loads(as_json.stdout)["errors"]) == 2
