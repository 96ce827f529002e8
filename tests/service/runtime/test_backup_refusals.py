"""What a backup and a restore refuse, so that no half backup is taken for a whole one and no hub is lost."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from hub.domain.errors import UnavailableError
from hub.runtime.backup import programs
from hub.runtime.embedded.programs import postgres_programs
from hub.runtime.keys.sealing import read_keys
from hub.store.migrate import migrate, require_migrated
from hub.store.whole.peer import peer_of
from tests.support.operators import Operator, operator_of
from tests.support.servers import TestServers
from tests.support.serving import ROOT
from tests.support.waiting import await_that

PASSWORD: Final = "only-the-environment-holds-it"


@pytest.fixture
def operator(servers: TestServers, tmp_path: Path) -> Operator:
    """Give the operator of a hub that has keys."""
    return operator_of(servers, tmp_path)


def tables(url: str) -> int:
    with psycopg.connect(url) as database:
        ((count,),) = database.execute("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
    return int(count)


def change(path: Path, how: Callable[[dict[str, Any]], None]) -> None:
    """Change what a backup says of itself."""
    said = json.loads(path.read_text())
    how(said)
    path.write_text(json.dumps(said))


def test_a_backup_is_private_and_tells_its_files(operator: Operator) -> None:
    told = operator.is_told("backup")
    assert json.loads((operator.backup / "backup.json").read_text()).items() <= told.items()
    assert (told["schema"], told["absent"]) == (migrate(operator.url).after, {})
    assert {path.name for path in operator.backup.iterdir()} == {*told["files"], "backup.json"}
    assert set(told["files"]) == {"hub.dump", "sealing.key", "webhook.key"}
    for name, facts in told["files"].items():
        content = (operator.backup / name).read_bytes()
        assert facts == {"sha256": sha256(content).hexdigest(), "bytes": len(content)}
    assert {stat.S_IMODE(path.stat().st_mode) for path in operator.backup.iterdir()} == {0o600}
    assert stat.S_IMODE(operator.backup.stat().st_mode) == 0o700


def test_a_key_that_is_not_there_is_named(operator: Operator) -> None:
    (operator.at / "data" / "webhook.key").unlink()
    done = operator.types("backup")
    assert done.exit_code == 0
    assert f"without webhook.key: there is none at {operator.at}/data/webhook.key" in done.output


def test_a_backup_goes_into_an_empty_directory_alone(operator: Operator) -> None:
    operator.backup.mkdir()
    (operator.backup / "notes").touch()
    operator.is_refused("backup", saying="is there and not empty")
    (operator.backup / "notes").unlink()
    assert operator.is_told("backup")["files"]


def test_what_fails_halfway_leaves_nothing(operator: Operator) -> None:
    key = operator.at / "data" / "webhook.key"
    key.unlink()
    key.mkdir()
    operator.is_refused("backup", saying=f"{key} cannot be read", code=2)
    assert [path.name for path in operator.at.iterdir()] == ["data"]


def test_where_no_hub_is_nothing_is_backed_up(servers: TestServers, tmp_path: Path) -> None:
    new = Operator(at=tmp_path, url=servers.empty_database())
    new.is_refused("backup", saying="holds no hub yet", code=2)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def held_up(operator: Operator) -> Iterator[tuple[subprocess.Popen[bytes], psutil.Process]]:
    """Give a backup that waits for a table, and its pg_dump."""
    environment = os.environ | operator.environment | {"PYTHONSAFEPATH": "1"}
    with psycopg.connect(operator.url) as database:
        database.execute("LOCK TABLE members IN ACCESS EXCLUSIVE MODE")
        command = [sys.executable, "-m", "hub", "backup", str(operator.backup)]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
            children: list[psutil.Process] = []

            def dumps() -> bool:
                children[:] = psutil.Process(process.pid).children()
                return any(child.name() == "pg_dump" for child in children)

            try:
                await_that(dumps, "a pg_dump")
                yield process, children[0]
            finally:
                process.kill()


def test_a_password_is_in_no_command_line(operator: Operator) -> None:
    parts = urlsplit(operator.url)
    url = parts._replace(netloc=f"hub:{PASSWORD}@").geturl()
    with held_up(replace(operator, url=url)) as (process, dump):
        assert dump.environ()["PGPASSWORD"] == PASSWORD
        assert "HUB_DATABASE_URL" not in dump.environ()
        lines = [psutil.Process(process.pid).cmdline(), dump.cmdline()]
    assert PASSWORD not in str(lines)


def test_a_backup_that_was_killed_is_none(operator: Operator) -> None:
    with held_up(operator) as (process, dump):
        process.send_signal(signal.SIGKILL)
        process.wait()
        await_that(lambda: not dump.is_running() or dump.status() == psutil.STATUS_ZOMBIE, "the end of pg_dump")
    (left,) = operator.at.glob(".backup.*.part")
    assert not operator.backup.exists()
    left.rename(operator.backup)
    operator.is_refused("restore", "--yes", saying="backup.json, which completes one, is not in it", code=2)


def test_a_hub_comes_back_with_its_keys_and_is_not_restored_over(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    told = new.is_told("restore", "--yes")
    assert (told["restored"], len(told["next"])) == ("the database at database_url", 4)
    require_migrated(new.url)
    for name in ("sealing.key", "webhook.key"):
        key = new.at / "data" / name
        assert key.read_bytes() == (operator.at / "data" / name).read_bytes()
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    new.is_refused("restore", "--yes", saying="a restore replaces nothing")


def test_a_database_that_holds_anything_is_refused(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    with psycopg.connect(new.url) as database:
        database.execute("CREATE TABLE somebody_elses (word text)")
    new.is_refused("restore", "--yes", saying="There is something in the database at database_url already")
    assert (tables(new.url), (new.at / "data").exists()) == (1, False)


def test_a_key_is_never_replaced(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    key = new.at / "data" / "sealing.key"
    read_keys(key)
    other = key.read_bytes()
    new.is_refused("restore", "--yes", saying=f"{key} holds other keys than the backup")
    assert (tables(new.url), key.read_bytes()) == (0, other)
    both = other + (new.backup / "sealing.key").read_bytes()
    key.write_bytes(both)
    new.is_told("restore", "--yes")
    assert key.read_bytes() == both


@pytest.mark.parametrize("name", ["hub.dump", "sealing.key"])
def test_a_damaged_file_is_found(operator: Operator, servers: TestServers, name: str) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    path = new.backup / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    new.is_refused("restore", "--yes", saying=f"{path} is damaged", code=2)
    path.unlink()
    gone = {"hub.dump": "cannot be read", "sealing.key": "is not there, and was a part of the backup"}
    new.is_refused("restore", "--yes", saying=f"{path} {gone[name]}", code=2)
    assert tables(new.url) == 0


def test_a_backup_of_a_later_release_is_refused(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    change(new.backup / "backup.json", lambda said: said.update(schema="9999", release="9.0.0"))
    new.is_refused("restore", "--yes", saying="of a later release of the hub, 9.0.0", code=2)
    assert tables(new.url) == 0


@pytest.mark.parametrize("files", [{}, {"hub.dump": {"sha256": "", "bytes": 0}, "../data/sealing.key": {}}, None])
def test_what_is_no_list_of_a_backup_is_refused(operator: Operator, files: object) -> None:
    operator.is_told("backup")
    change(operator.backup / "backup.json", lambda said: said.update(files=files))
    operator.is_refused("restore", "--yes", saying="is not what hub backup writes", code=2)


def test_a_restore_that_fails_is_begun_again_with_the_same_command(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    whole, list_ = (new.backup / "hub.dump").read_bytes(), (new.backup / "backup.json").read_text()
    cut = whole[:-200]
    (new.backup / "hub.dump").write_bytes(cut)
    facts = {"sha256": sha256(cut).hexdigest(), "bytes": len(cut)}
    change(new.backup / "backup.json", lambda said: said["files"].update({"hub.dump": facts}))
    new.is_refused("restore", "--yes", saying="begin again with the same command")
    assert tables(new.url) == 0
    (new.backup / "hub.dump").write_bytes(whole)
    (new.backup / "backup.json").write_text(list_)
    new.is_told("restore", "--yes")
    require_migrated(new.url)


def test_where_there_is_nobody_to_ask_nothing_is_restored(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    new.is_refused("restore", saying="There is nobody to ask: give --yes", code=2)
    assert tables(new.url) == 0


def test_a_later_server_is_dumped_with_its_own_program_or_not_at_all(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "POSTGRES_VERSION", 17)
    monkeypatch.setenv("PATH", "/nowhere")
    operator.is_refused("backup", saying="put one of PostgreSQL 18 or later on the PATH", code=2)
    assert [path.name for path in operator.at.iterdir()] == ["data"]
    monkeypatch.setenv("PATH", str(postgres_programs()))
    assert operator.is_told("backup")["files"]


def test_where_the_hub_encrypts_a_dump_never_goes_in_the_clear(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(operator.url) as database:
        peer = peer_of(database)
    assert (peer.version, peer.encrypted_by, peer.database) == (18, None, urlsplit(operator.url).path.removeprefix("/"))
    monkeypatch.setenv("PATH", str(postgres_programs()))
    with pytest.raises(UnavailableError, match="SSL support is not compiled in"):
        programs.run("pg_dump", peer=replace(peer, encrypted_by="PGSSLMODE"))
