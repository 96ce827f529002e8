"""Subscriptions from the command line: the desk does what the API does, and says what is wrong."""

import json
from pathlib import Path

from hub.domain.handling import Tlp
from tests.api.region import Caller, Region
from tests.api.subscribing import AT, PUSH, URL, hook, publish, told, typed


def test_a_command_replays_and_prints_the_one_that_undoes_it(region: Region, ana: Caller) -> None:
    publish(region, ana, Tlp.GREEN)
    number = hook(ana)
    before = told(region, "show", number)["position"]
    replayed = told(region, "replay", number, "--from", "beginning")
    assert (replayed["former"], replayed["position"] < before) == (before, True)
    assert told(region, *replayed["undo"].split()[2:])["position"] == before
    late = typed(region, "replay", number, "--from", "2999-01-01T00:00:00Z")
    assert (late.exit_code, "POSITION" in late.output) == (1, True)


def test_the_desk_subscribes_for_an_account_and_shows_what_the_api_shows(
    region: Region, ana: Caller, tmp_path: Path
) -> None:
    conditions = tmp_path / "filter.toml"
    conditions.write_text('types = ["indicator"]\ncollections = ["au"]\n')
    given = told(region, "add", "--account", ana.username, "--webhook", URL, "--filter", str(conditions))
    assert given["secret"].startswith("whsec_")
    number = given["subscription"]
    shown, seen = told(region, "show", number), ana.get(f"{AT}/{number}").json
    assert {key: shown[key] for key in ("id", "account", "channel", "url", "state", "batch_objects")} == {
        key: seen[key] for key in ("id", "account", "channel", "url", "state", "batch_objects")
    }
    assert json.loads(shown["filter"])["types"] == seen["filter"]["types"]
    (line,) = [each for each in told(region, "list", "--account", ana.username) if each["id"] == number]
    assert (line["host"], line["waiting"]) == ("https://soc.example/", "0")


def test_a_member_that_was_added_since_is_one_to_subscribe_to_and_no_other(
    region: Region, olga: Caller, ana: Caller, tmp_path: Path
) -> None:
    conditions = tmp_path / "filter.toml"
    conditions.write_text('origins = ["AU", "ZW"]\n')
    words = ("add", "--account", ana.username, "--webhook", URL, "--filter", str(conditions))
    refused = typed(region, *words)
    assert refused.exit_code == 1
    assert f"{conditions}: there is no member 'ZW' - at `$.origins`" in refused.stderr
    number = hook(ana)
    assert ana.patch(f"{AT}/{number}", {"filter": {"origins": ["ZW"]}}).json["code"] == "FILTER_INVALID"
    assert olga.post("/members", {"code": "ZW", "name": "Zimbabwe"}).status_code == 201
    assert ana.patch(f"{AT}/{number}", {"filter": {"origins": ["ZW"]}}).status_code == 200
    assert told(region, *words)["secret"]


def test_the_desk_steers_it_to_its_end(region: Region, ana: Caller) -> None:
    number = hook(ana)
    assert told(region, "pause", number)["state"] == ana.get(f"{AT}/{number}").json["state"] == "paused"
    assert told(region, "resume", number)["state"] == "active"
    assert told(region, "change", number, "--batch-objects", "7")["batch_objects"] == 7
    replayed = told(region, "replay", number, "--from", "beginning")
    assert told(region, "replay", number, "--from", replayed["former"])["position"] == replayed["former"]
    assert told(region, "rotate-secret", number, "--keep-hours", "0")["secret"].startswith("whsec_")
    assert told(region, "drop-old-secret", number)["id"] == number
    assert typed(region, "remove", number).exit_code == 2
    assert told(region, "remove", number, "--yes") == {"removed": number, "account": ana.username}
    assert ana.get(f"{AT}/{number}").status_code == 404


def test_the_desk_takes_a_password_from_standard_input_and_repeats_it_nowhere(region: Region, ana: Caller) -> None:
    words = ("--account", ana.username, "--taxii", str(PUSH["url"]), "--collection", "feed")
    done = typed(region, "add", *words, "--password-file", "-", said="hidden-word\n")
    assert done.exit_code == 0, done.output
    number = json.loads(done.stdout)["subscription"]
    changed = typed(region, "set-password", number, "--password-file", "-", said="other-word\n")
    assert changed.exit_code == 0, changed.output
    assert "-word" not in done.output + changed.output + typed(region, "show", number).output
    assert typed(region, "add", *words).exit_code == 2


def test_the_desk_says_what_is_wrong_with_what_it_is_given(region: Region, ana: Caller, tmp_path: Path) -> None:
    wrong = tmp_path / "filter.toml"
    wrong.write_text('kinds = ["indicator"]\n')
    words = ("add", "--account", ana.username, "--webhook")
    refused = typed(region, *words, URL, "--filter", str(wrong))
    assert (refused.exit_code, "kinds" in refused.output) == (1, True)
    assert "delivery_networks" in typed(region, *words, "https://10.0.0.1/").output
    assert typed(region, *words, URL, "--taxii", URL).exit_code == 2
    assert typed(region, "replay", hook(ana), "--from", "yesterday").exit_code == 2
