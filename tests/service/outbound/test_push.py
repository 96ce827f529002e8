"""`hub push` against servers that refuse, stumble, break off and contradict themselves."""

import json
from pathlib import Path

import pytest

from tests.service.outbound.commands import DATES, run, sent, source
from tests.service.outbound.content import bundle, indicator
from tests.service.outbound.scripted import COLLECTION, OBJECTS, ROOT, STATUS, Reply, Script, reply, status

pytestmark = pytest.mark.usefixtures("pauses")


def test_envelopes_stay_below_the_servers_limit_of_bytes(script: Script, tmp_path: Path) -> None:
    script.on("POST", OBJECTS, status(1))
    run("push", script, source(tmp_path, 40))
    assert sum(len(envelope) for envelope in sent(script)) == 40
    assert all(len(seen.body) <= 4000 for seen in script.to("POST", OBJECTS))
    assert len(sent(script)) < 10


def test_bytes_are_sent_as_they_stand_in_the_file(script: Script, tmp_path: Path) -> None:
    strange = b'{ "type":"x-thing",\n\t"id":"x-thing--1", "n":1.00e2, "u":"\\u00fc" }'
    (tmp_path / "one.json").write_bytes(strange)
    script.on("POST", OBJECTS, status(1))
    run("push", script, str(tmp_path / "one.json"))
    assert script.to("POST", OBJECTS)[0].body == b'{"objects":[' + strange + b"]}"


def test_413_halves_the_envelope_until_it_fits(script: Script, tmp_path: Path) -> None:
    script.on("POST", OBJECTS, Reply(status=413), Reply(status=413), status(1), status(1), status(2))
    done = run("push", script, source(tmp_path, 4))
    assert (done.exit_code, done.stdout) == (0, "4 accepted, 0 refused\n")
    assert [len(envelope) for envelope in sent(script)] == [4, 2, 1, 1, 2]


def test_an_envelope_refused_as_a_whole_costs_only_the_object_at_fault(script: Script, tmp_path: Path) -> None:
    error = {"title": "Bad request", "description": "JSON_DUPLICATE_KEY: a name stands twice in object 0"}
    refused = Reply(status=400, body=json.dumps(error).encode())
    script.on("POST", OBJECTS, refused, status(2), refused, refused, status(1))
    done = run("push", script, source(tmp_path, 4), "--json")
    document = json.loads(done.stdout)
    assert done.exit_code == 3
    assert (document["accepted"], document["by_code"]) == (3, {"JSON_DUPLICATE_KEY": 1})
    assert document["refusals"][0]["id"] == indicator(2)["id"]


def test_an_object_larger_than_the_server_takes_is_refused_without_sending_it(script: Script, tmp_path: Path) -> None:
    (tmp_path / "big.json").write_text(bundle([indicator(1) | {"description": "x" * 5000}]))
    done = run("push", script, str(tmp_path / "big.json"), "--json")
    assert json.loads(done.stdout)["by_code"] == {"TOO_LARGE": 1}
    assert script.to("POST", OBJECTS) == []


def test_503_waits_as_long_as_the_server_asks(script: Script, tmp_path: Path, pauses: list[float]) -> None:
    busy = Reply(status=503, headers={"Retry-After": "7"})
    script.on("POST", OBJECTS, busy, busy, status(1))
    done = run("push", script, source(tmp_path, 1))
    assert (done.exit_code, done.stdout, pauses) == (0, "1 accepted, 0 refused\n", [7.0, 7.0])
    assert "answered 503; trying again in 7 s (1 of 5)" in done.stderr


def test_a_server_that_stays_away_is_given_up_and_repeating_is_said_to_be_safe(script: Script, tmp_path: Path) -> None:
    script.on("POST", OBJECTS, status(2), Reply(status=503))
    done = run("push", script, source(tmp_path, 4), "--envelope", "2")
    assert done.exit_code == 1
    assert "2 of 4 objects were acknowledged. It is safe to repeat the command" in done.stderr


def test_a_server_that_asks_for_more_than_five_minutes_is_believed(script: Script, tmp_path: Path) -> None:
    script.on("POST", OBJECTS, Reply(status=429, headers={"Retry-After": "3600"}))
    done = run("push", script, source(tmp_path, 1))
    assert done.exit_code == 1
    assert len(script.to("POST", OBJECTS)) == 1


def test_pending_is_followed_to_its_end(script: Script, tmp_path: Path, pauses: list[float]) -> None:
    failure = {
        "id": indicator(1)["id"],
        "version": indicator(1)["modified"],
        "message": "VERSION_CONFLICT: there is another",
    }
    script.on("POST", OBJECTS, status(0, pending=3))
    script.on("GET", f"{ROOT}status/{STATUS}/", status(1, pending=2), status(2, failure))
    done = run("push", script, source(tmp_path, 3))
    assert done.exit_code == 3
    assert "VERSION_CONFLICT  there is another" in done.stdout
    assert done.stdout.endswith("2 accepted, 1 refused\n")
    assert pauses == [0.25, 0.5]


def test_pending_without_end_is_given_up(script: Script, tmp_path: Path, pauses: list[float]) -> None:
    script.on("POST", OBJECTS, status(0, pending=3))
    script.on("GET", f"{ROOT}status/{STATUS}/", status(0, pending=3))
    done = run("push", script, source(tmp_path, 3))
    assert done.exit_code == 1
    assert f"(status {STATUS})" in done.stderr
    assert 600 <= sum(pauses) < 620


def test_what_a_status_does_not_account_for_is_not_called_accepted(script: Script, tmp_path: Path) -> None:
    script.on("POST", OBJECTS, status(1))
    done = run("push", script, source(tmp_path, 3), "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["by_code"] == {"NO_ANSWER": 2}


def test_nothing_is_sent_when_one_of_the_files_is_broken(script: Script, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('[\n{"type": "indicator"},\n{"type": }\n]')
    done = run("push", script, source(tmp_path, 1), str(tmp_path / "broken.json"))
    assert done.exit_code == 2
    assert f"{tmp_path / 'broken.json'}, line 3, byte 34: broken JSON: invalid character" in done.stderr
    assert script.seen == []


def test_keep_going_sends_what_can_be_read_and_counts_the_rest(script: Script, tmp_path: Path) -> None:
    text = "\n".join([json.dumps(indicator(1)), '{"type": ', json.dumps(indicator(2))])
    (tmp_path / "some.ndjson").write_text(text)
    script.on("POST", OBJECTS, status(2))
    done = run("push", script, str(tmp_path / "some.ndjson"), "--keep-going", "--json")
    assert done.exit_code == 3
    assert sent(script) == [[indicator(1), indicator(2)]]
    assert json.loads(done.stdout) | {"statuses": [], "refusals": []} == {
        "total": 2,
        "accepted": 2,
        "refused": 1,
        "unacknowledged": 0,
        "repeats": 0,
        "by_code": {"UNREADABLE": 1},
        "refusals": [],
        "statuses": [],
        "error": None,
    }


@pytest.mark.parametrize("text", ["", "\n", "[]", '{"objects": []}', '{"type": "bundle", "id": "bundle--1"}'])
@pytest.mark.parametrize("given", [(), ("--keep-going",)])
def test_a_file_that_holds_nothing_is_no_success(
    script: Script, tmp_path: Path, text: str, given: tuple[str, ...]
) -> None:
    (tmp_path / "export.json").write_text(text)
    done = run("push", script, str(tmp_path / "export.json"), *given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith(f"{tmp_path / 'export.json'} holds no STIX object; nothing was sent.\n")
    assert script.seen == []


def test_one_file_of_several_that_holds_nothing_keeps_back_the_others(script: Script, tmp_path: Path) -> None:
    (tmp_path / "export.json").write_text("[]")
    script.on("POST", OBJECTS, status(2))
    files = (source(tmp_path, 2), str(tmp_path / "export.json"))
    assert run("push", script, *files).exit_code == 2
    assert script.seen == []
    done = run("push", script, *files, "--keep-going")
    assert (done.exit_code, done.stdout) == (0, "2 accepted, 0 refused\n")
    assert f"{tmp_path / 'export.json'} holds no STIX object." in done.stderr


def test_who_may_not_write_is_told_where_they_may(script: Script, tmp_path: Path) -> None:
    closed = {"id": COLLECTION, "alias": "au", "title": "Australia", "can_read": True, "can_write": False}
    others = [closed | {"id": f"{n}", "alias": alias, "can_write": True} for n, alias in enumerate(("nz", "fj"))]
    script.on("GET", "/api/collections/", reply(collections=[closed, *others]))
    done = run("push", script, source(tmp_path, 1))
    assert done.exit_code == 1
    assert "you may not write to au; you may write to fj, nz\n" in done.stderr


def test_an_object_without_an_id_is_named_by_its_file(script: Script, tmp_path: Path) -> None:
    (tmp_path / "nameless.json").write_text('{"type": "identity"}')
    failure = {"id": "objects[0]", "version": DATES[0], "message": "MISSING_PROPERTY: id is missing."}
    script.on("POST", OBJECTS, status(0, failure))
    done = run("push", script, str(tmp_path / "nameless.json"))
    assert done.stdout.splitlines()[1].startswith(f"{tmp_path / 'nameless.json'}  {DATES[0]}  MISSING_PROPERTY  id is")


def test_what_a_server_says_gives_no_orders_to_the_terminal(script: Script, tmp_path: Path) -> None:
    failure = {"id": indicator(0)["id"], "version": "", "message": "ODD_CODE: red \x1b[31m\nnext line"}
    script.on("POST", OBJECTS, status(0, failure))
    done = run("push", script, source(tmp_path, 1))
    assert "ODD_CODE  red \\x1b[31m\\nnext line" in done.stdout
