"""`hub pull` against servers that stumble, break off and contradict themselves, and in the face of kill -9."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.outbound.exchange import cursor as cursor_module
from tests.service.outbound.commands import DATES, lines, run
from tests.service.outbound.content import indicator, indicators, stix_id
from tests.service.outbound.scripted import OBJECTS, Reply, Script, page

pytestmark = pytest.mark.usefixtures("pauses")


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


@pytest.mark.parametrize("state_is_there", [False, True])
def test_a_time_yet_to_come_is_no_beginning(script: Script, tmp_path: Path, *, state_is_there: bool) -> None:
    out = tmp_path / "out"
    if state_is_there:
        script.on("GET", OBJECTS, page(indicators(1), (DATES[0], DATES[0])))
        run("pull", script, "--out", str(out))
    before = _folder(tmp_path)
    script.on("GET", OBJECTS, page([], None))
    done = run("pull", script, "--out", str(out), "--since", "2126-01-01T00:00:00Z")
    assert done.exit_code == 2
    assert "2126-01-01T00:00:00Z is yet to come: by the server's clock, which is what counts, it is 20" in done.stderr
    assert _folder(tmp_path) == before


def test_a_little_ahead_of_the_server_is_a_beginning(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page([], None))
    since = f"{datetime.now(UTC) + timedelta(seconds=30):%Y-%m-%dT%H:%M:%SZ}"
    assert run("pull", script, "--out", str(tmp_path / "out"), "--since", since).exit_code == 0


def _folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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


def test_following_outlives_a_server_that_is_away(script: Script, tmp_path: Path, pauses: list[float]) -> None:
    first, second = page([indicator(0)], (DATES[0], DATES[0])), page([indicator(1)], (DATES[1], DATES[1]))
    cut = Reply(body=first.body, cut=5)
    script.on("GET", OBJECTS, first, *[cut] * 6, second, Reply(status=403))
    done = run("pull", script, "--out", str(tmp_path / "out"), "--follow", "60", "--json")
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(told["objects"], told["total"], told["error"] is None) for told in rounds] == [
        (1, 1, True),
        (1, 2, True),
        (0, 2, False),
    ]
    assert "looking again in 60 s" in done.stderr
    assert pauses.count(60.0) == 3
    assert done.exit_code == 1


def test_since_is_where_a_first_pull_begins(script: Script, tmp_path: Path) -> None:
    script.on("GET", OBJECTS, page([indicator(0)], (DATES[5], DATES[5])), page([], None))
    for _ in range(2):
        run("pull", script, "--out", str(tmp_path / "out"), "--since", DATES[3], "--limit", "7")
    asked = [seen.query for seen in script.to("GET", OBJECTS)]
    assert asked == [{"added_after": DATES[3], "limit": "7"}, {"added_after": DATES[5], "limit": "7"}]
