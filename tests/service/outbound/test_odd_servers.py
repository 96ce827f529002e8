"""`hub push` and `hub pull` against servers that refuse, stumble, break off and contradict themselves."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli
from hub.outbound.exchange import cursor as cursor_module
from tests.service.outbound.content import bundle, indicator, indicators, stix_id
from tests.service.outbound.scripted import COLLECTION, OBJECTS, ROOT, STATUS, Reply, Script, page, reply, status

DATES = [f"2026-02-0{day}T00:00:00.000000Z" for day in range(1, 10)]
ENV = {"HUB_TOKEN": "secret"}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


def run(command: str, script: Script, *arguments: str) -> Result:
    given = [command, *arguments, "--url", script.url, "--collection", "au"]
    return CliRunner().invoke(cli, given, env=ENV)


def source(folder: Path, count: int) -> str:
    path = folder / "source.json"
    path.write_text(bundle(indicators(count)))
    return str(path)


def sent(script: Script) -> list[list[dict[str, Any]]]:
    return [json.loads(seen.body)["objects"] for seen in script.to("POST", OBJECTS)]


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_credentials_and_media_types_are_those_of_TAXII(script: Script, tmp_path: Path) -> None:
    script.on("POST", OBJECTS, status(1))
    run("push", script, source(tmp_path, 1))
    (seen,) = script.to("POST", OBJECTS)
    assert seen.headers["authorization"] == "Bearer secret"
    assert seen.headers["accept"] == seen.headers["content-type"] == "application/taxii+json;version=2.1"


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


def test_more_without_next_goes_on_from_the_last_date(script: Script, tmp_path: Path) -> None:
    script.on(
        "GET",
        OBJECTS,
        page(indicators(2), (DATES[0], DATES[1]), more=True),
        page(indicators(1, start=2), (DATES[2], DATES[2])),
    )
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.stdout == f"3 objects, up to date as of {DATES[2]}\n"
    assert [seen.query.get("added_after") for seen in script.to("GET", OBJECTS)] == [None, DATES[1]]


def test_more_with_neither_next_nor_date_stops(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page(indicators(2), None, more=True))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "there is more, and says neither where (`next`)" in done.stderr
    assert len(script.to("GET", OBJECTS)) == 1


def test_the_same_page_again_stops(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page(indicators(2), (DATES[0], DATES[1]), more=True, next="1"))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "the same page again" in done.stderr
    assert len(script.to("GET", OBJECTS)) == 2


def test_empty_pages_without_end_stop(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page([], None, more=True, next="1"))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "101 empty pages" in done.stderr


def test_undated_objects_are_kept_and_read_again_in_place_of_themselves(script: Script, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script.on("GET", OBJECTS, page(indicators(2), None))
    for _ in range(2):
        done = run("pull", script, "--out", str(out))
        assert done.stdout == "2 objects\n"
        assert "the next run will read them again, in place of these" in done.stderr
        assert lines(out) == indicators(2)


def test_a_page_cut_in_the_middle_is_asked_for_again(script: Script, tmp_path: Path, pauses: list[float]) -> None:
    whole = page(indicators(3), (DATES[0], DATES[2]))
    script.on("GET", OBJECTS, Reply(body=whole.body, headers=whole.headers, cut=300), whole)
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0
    assert lines(tmp_path / "out") == indicators(3)
    assert pauses == [0.5]


def test_an_interrupted_pull_goes_on_where_it_was(script: Script, tmp_path: Path) -> None:
    out = tmp_path / "out"
    pages = [page(indicators(2, start=2 * n), (DATES[2 * n], DATES[2 * n + 1]), more=n < 3, next="n") for n in range(4)]
    script.on("GET", OBJECTS, *pages[:3], Reply(status=500))
    broken = run("pull", script, "--out", str(out))
    assert broken.exit_code == 1
    assert "6 objects are kept; the same command goes on from there" in broken.stderr
    script.on("GET", OBJECTS, *pages[2:])
    run("pull", script, "--out", str(out))
    assert script.to("GET", OBJECTS)[4].query["added_after"] == DATES[3]
    assert lines(out) == indicators(8)


def test_objects_of_one_date_on_two_pages_are_not_lost_by_an_interruption(script: Script, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script.on("GET", OBJECTS, page(indicators(2), (DATES[0], DATES[0]), more=True, next="n"), Reply(status=500))
    run("pull", script, "--out", str(out))
    script.on("GET", OBJECTS, page(indicators(4), (DATES[0], DATES[0])))
    run("pull", script, "--out", str(out))
    assert "added_after" not in script.to("GET", OBJECTS)[2].query
    assert lines(out) == indicators(4)


@pytest.mark.parametrize("kind", ["ndjson", "bundle"])
def test_kill_between_page_and_state_leaves_no_object_twice(script: Script, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    first, second = page(indicators(2), (DATES[0], DATES[1])), page(indicators(3, start=2), (DATES[2], DATES[4]))
    script.on("GET", OBJECTS, first)
    run("pull", script, "--out", str(out), "--format", kind)
    before = out.read_bytes()
    script.on("GET", OBJECTS, second)
    died = _pull_that_dies_before_saving(script, out, kind)
    assert died == -signal.SIGKILL
    assert out.read_bytes() != before
    run("pull", script, "--out", str(out), "--format", kind)
    text = out.read_text()
    assert (lines(out) if kind == "ndjson" else json.loads(text)["objects"]) == indicators(5)


def _pull_that_dies_before_saving(script: Script, out: Path, kind: str) -> int:
    """Run a pull in a process of its own that is killed when it would replace the state file."""
    program = (
        "import os, signal; from pathlib import Path; "
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL); "
        "from hub.cli.main import main; main()"
    )
    arguments = ["pull", "--url", script.url, "--collection", "au", "--token", "secret", "--out", str(out)]
    command = [sys.executable, "-c", program, *arguments, "--format", kind]
    return subprocess.run(command, check=False, capture_output=True).returncode


def test_a_state_of_another_pull_is_not_touched(script: Script, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script.on("GET", OBJECTS, page(indicators(2), (DATES[0], DATES[1])))
    run("pull", script, "--out", str(out))
    kept = out.read_bytes(), (tmp_path / "out.state").read_bytes()
    other = run("pull", script, "--out", str(out), "--type", "malware")
    assert other.exit_code == 2
    assert "belongs to another pull (its --type is none, not malware); give this one an --out" in other.stderr
    assert (out.read_bytes(), (tmp_path / "out.state").read_bytes()) == kept


def test_an_output_without_state_is_not_overwritten(script: Script, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    script.on("GET", OBJECTS, page(indicators(1), (DATES[0], DATES[0])))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert (tmp_path / "out").read_text() == "mine"


def test_an_output_that_was_moved_is_missed(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page(indicators(1), (DATES[0], DATES[0])))
    run("pull", script, "--out", str(tmp_path / "out"))
    (tmp_path / "out").unlink()
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert "it was moved, emptied or cut" in done.stderr


def test_two_pulls_do_not_write_to_one_output(script: Script, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script.on("GET", OBJECTS, page(indicators(1), (DATES[0], DATES[0])))
    holder = (
        "import fcntl,sys; f=open(sys.argv[1],'ab'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        done = run("pull", script, "--out", str(out))
        process.terminate()
    assert done.exit_code == 1
    assert "another hub pull is writing to" in done.stderr


def test_ids_that_are_no_names_do_not_leave_the_folder(script: Script, tmp_path: Path) -> None:
    evil = [{"type": "x", "id": "../../evil"}, {"type": "x", "id": stix_id("x-a", 1), "modified": "../up"}]
    script.on("GET", OBJECTS, page(evil, (DATES[0], DATES[1])))
    run("pull", script, "--out", str(tmp_path / "out"), "--format", "dir")
    assert {path.name for path in tmp_path.iterdir()} == {"out", "out.state"}
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names[0].startswith("object--")
    assert names[1:] == [f"{stix_id('x-a', 1)}.json"]


def test_two_contents_of_one_id_are_two_files(script: Script, tmp_path: Path) -> None:
    address = {"type": "ipv4-addr", "id": stix_id("ipv4-addr", 1), "value": "198.51.100.7"}
    script.on("GET", OBJECTS, page([address, address | {"x_note": "a"}], (DATES[0], DATES[1])))
    for _ in range(2):
        run("pull", script, "--out", str(tmp_path / "out"), "--format", "dir")
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_line_breaks_between_values_do_not_break_lines(script: Script, tmp_path: Path) -> None:
    body = b'{"objects": [{"type": "x",\r\n "n": 1.50}]}'
    script.on("GET", OBJECTS, Reply(body=body, headers={"X-TAXII-Date-Added-Last": DATES[0]}))
    run("pull", script, "--out", str(tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == b'{"type": "x",   "n": 1.50}\n'


def test_credentials_do_not_follow_a_redirect_to_another_server(script: Script, tmp_path: Path) -> None:
    script.on("GET", ROOT, Reply(status=302, headers={"Location": "http://127.0.0.2:9/api/"}))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "redirects to http://127.0.0.2:9/api/; if you trust it, give that address instead" in done.stderr


def test_a_redirect_on_the_same_server_is_followed(script: Script, tmp_path: Path) -> None:
    script.on("GET", "/old/", Reply(status=301, headers={"Location": ROOT}))
    script.on("GET", OBJECTS, page([], None))
    script.url = script.url.replace(ROOT, "/old/")
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert "does not answer as a TAXII 2.1 server does" not in done.stderr


def test_roots_of_other_servers_are_not_given_credentials(script: Script, tmp_path: Path) -> None:
    script.on("GET", ROOT, reply(title="D", api_roots=["https://other.example/api/"]))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "neither a TAXII API root nor a discovery address that names one on this server" in done.stderr


def test_a_web_page_is_not_taken_for_TAXII(script: Script, tmp_path: Path) -> None:
    script.on("GET", ROOT, Reply(body=b"<html>", headers={}))
    done = run("pull", script, "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "is it the address of one?" in done.stderr


def test_a_collection_is_found_by_id_alias_and_title(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page([], None))
    for name in (COLLECTION, COLLECTION.upper(), "AU", "australia"):
        out = str(tmp_path / name)
        done = CliRunner().invoke(cli, ["pull", "--url", script.url, "--collection", name, "--out", out])
        assert (done.exit_code, done.stdout) == (0, "nothing there yet\n")


def test_the_state_is_replaced_and_never_rewritten_in_place(script: Script, tmp_path: Path) -> None:
    script.on(
        "GET", OBJECTS, page(indicators(1), (DATES[0], DATES[0])), page(indicators(1, start=1), (DATES[1], DATES[1]))
    )
    run("pull", script, "--out", str(tmp_path / "out"))
    state = tmp_path / "out.state"
    with state.open("rb") as held:
        run("pull", script, "--out", str(tmp_path / "out"))
        old = held.read()
    assert json.loads(old)["position"]["after"] == DATES[0]
    assert json.loads(state.read_bytes())["position"] == {
        "after": DATES[1],
        "length": (tmp_path / "out").stat().st_size - 1,
        "objects": 2,
    }
    assert json.loads(old)["format"] == cursor_module.FORMAT
