"""`hub push` and `hub pull` against a real TAXII 2.1 server that is not the hub."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli
from tests.service.outbound.content import bundle, indicators
from tests.service.outbound.medallion_peer import COLLECTION, READ_ONLY, TOKEN, USERNAME

ENV = {"HUB_TOKEN": TOKEN}


def account(url: str, collection: str = "indicators") -> list[str]:
    return ["--url", url, "--collection", collection, "--username", USERNAME]


def pushed(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["push", *arguments, *account(url)], env=ENV)


def pulled(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["pull", *arguments, *account(url)], env=ENV)


def lines(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def by_id(objects: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(objects, key=lambda thing: str(thing["id"]))


def test_everything_pushed_is_pulled_value_for_value(medallion: str, tmp_path: Path) -> None:
    source, out = tmp_path / "source.json", tmp_path / "out.ndjson"
    source.write_text(bundle(indicators(450)))
    sent = pushed(medallion, str(source), "--envelope", "120")
    assert (sent.exit_code, sent.stdout) == (0, "450 accepted, 0 refused\n"), sent.stderr
    got = pulled(medallion, "--out", str(out))
    assert got.exit_code == 0, got.output
    assert got.stdout.startswith("450 objects, up to date as of ")
    assert lines(out) == indicators(450)


def test_a_second_pull_reads_only_what_is_new(medallion: str, tmp_path: Path) -> None:
    first, second, out = tmp_path / "1.json", tmp_path / "2.json", tmp_path / "out.ndjson"
    first.write_text(bundle(indicators(30)))
    second.write_text(bundle(indicators(20, start=30)))
    pushed(medallion, str(first))
    pulled(medallion, "--out", str(out))
    nothing = pulled(medallion, "--out", str(out))
    assert nothing.stdout.startswith("nothing new, up to date as of ")
    pushed(medallion, str(second))
    got = pulled(medallion, "--out", str(out), "--json")
    assert (json.loads(got.stdout)["objects"], json.loads(got.stdout)["total"]) == (20, 50)
    assert lines(out) == indicators(50)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/taxii2/",
        "/taxii2",
        "/api1/",
        f"/api1/collections/{COLLECTION}/",
        f"/api1/collections/{COLLECTION}/objects/",
    ],
)
def test_any_address_of_the_server_will_do(medallion: str, tmp_path: Path, address: str) -> None:
    got = pulled(medallion + address, "--out", str(tmp_path / "out"))
    assert (got.exit_code, got.stdout) == (0, "nothing there yet\n")


def test_a_repeated_push_names_what_the_server_refuses(medallion: str, tmp_path: Path) -> None:
    source = tmp_path / "source.json"
    source.write_text(bundle(indicators(3)))
    pushed(medallion, str(source))
    again = pushed(medallion, str(source), "--json")
    document = json.loads(again.stdout)
    assert again.exit_code == 3
    assert document["by_code"] == {"REFUSED": 3}
    assert document["refusals"][0] | {"source": ""} == {
        "id": indicators(1)[0]["id"],
        "version": indicators(1)[0]["modified"],
        "code": "REFUSED",
        "sentence": "Unable to process object",
        "source": "",
    }


def test_a_collection_that_is_not_ours_to_write_is_left_alone(medallion: str, tmp_path: Path) -> None:
    source = tmp_path / "source.json"
    source.write_text(bundle(indicators(1)))
    sent = CliRunner().invoke(cli, ["push", str(source), *account(medallion, READ_ONLY)], env=ENV)
    assert sent.exit_code == 1
    assert "you may not write to Look, do not touch" in sent.stderr


def test_a_wrong_token_is_said_to_be_one(medallion: str, tmp_path: Path) -> None:
    got = CliRunner().invoke(cli, ["pull", "--out", str(tmp_path / "out"), *account(medallion), "--token", "wrong"])
    assert got.exit_code == 1
    assert "does not accept these credentials" in got.stderr
    assert not (tmp_path / "out").exists()


def test_an_unknown_collection_is_answered_with_those_there_are(medallion: str, tmp_path: Path) -> None:
    got = CliRunner().invoke(cli, ["pull", "--out", str(tmp_path / "out"), *account(medallion, "nowhere")], env=ENV)
    assert got.exit_code == 1
    assert "no collection 'nowhere'" in got.stderr
    assert "Indicators, Look, do not touch" in got.stderr


def test_types_are_filtered_by_the_server(medallion: str, tmp_path: Path) -> None:
    source, out = tmp_path / "source.json", tmp_path / "out.ndjson"
    address = {"type": "ipv4-addr", "spec_version": "2.1", "id": "ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd"}
    source.write_text(bundle([*indicators(2), address | {"value": "198.51.100.3"}]))
    pushed(medallion, str(source))
    pulled(medallion, "--out", str(out), "--type", "ipv4-addr")
    assert lines(out) == [address | {"value": "198.51.100.3"}]


def test_one_bundle_is_valid_after_every_run(medallion: str, tmp_path: Path) -> None:
    source, out = tmp_path / "source.json", tmp_path / "out.json"
    pulled(medallion, "--out", str(out), "--format", "bundle")
    empty = json.loads(out.read_text())
    assert sorted(empty) == ["id", "type"]
    for start in (0, 150):
        source.write_text(bundle(indicators(150, start=start)))
        pushed(medallion, str(source))
        pulled(medallion, "--out", str(out), "--format", "bundle")
        got = json.loads(out.read_text())
        assert got["objects"] == indicators(start + 150)


def test_a_folder_has_a_file_an_object(medallion: str, tmp_path: Path) -> None:
    source, out = tmp_path / "source.json", tmp_path / "objects"
    source.write_text(bundle(indicators(5)))
    pushed(medallion, str(source))
    pulled(medallion, "--out", str(out), "--format", "dir")
    names = [f"{thing['id']}--2026-01-15T090000.000Z.json" for thing in indicators(5)]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert by_id([json.loads(path.read_text()) for path in out.iterdir()]) == by_id(indicators(5))
