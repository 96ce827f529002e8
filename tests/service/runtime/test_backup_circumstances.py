"""What operators' servers, machines and hands do around a backup and a restore does not spoil it, or is said."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from hub.domain.errors import UnavailableError
from hub.runtime.backup import back_up, making, programs, restoring
from hub.runtime.keys import files
from hub.runtime.keys.sealing import read_keys
from hub.runtime.settings import Settings
from hub.services.sealing import Sealer
from hub.store.database import Pool
from hub.store.migrate import MIGRATION_LOCK, require_migrated
from hub.store.whole.moments import moment_held
from hub.store.whole.peer import peer_of
from hub.store.whole.targets import is_empty, tidy
from tests.support.operators import Operator, operator_of
from tests.support.servers import TestServers
from tests.support.waiting import await_that

TOO_LONG: Final = "x" * 300
"""No file system has a name like this; even root, as whom tests may run, is told so."""

IN_A_TABLESPACE: Final = (
    "SET allow_in_place_tablespaces = on; CREATE TABLESPACE {name} LOCATION ''; "
    "ALTER TABLE members SET TABLESPACE {name}"
)


@pytest.fixture
def operator(servers: TestServers, tmp_path: Path) -> Operator:
    """Give the operator of a hub that has keys."""
    return operator_of(servers, tmp_path)


@contextmanager
def administered(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect as the superuser that a hub is not."""
    parts = urlsplit(url)
    with psycopg.connect(parts._replace(netloc="postgres@").geturl(), autocommit=True) as database:
        yield database


@contextmanager
def pool_at(url: str, **parameters: str) -> Iterator[Pool]:
    pool = Pool(url, size=1, parameters=parameters)
    pool.open()
    try:
        yield pool
    finally:
        pool.close()


def around(act: Callable[[], None]) -> Callable[..., None]:
    """Return what acts before it runs one of PostgreSQL's programs."""

    def run(*arguments: Any, **named: Any) -> None:
        act()
        programs.run(*arguments, **named)

    return run


@pytest.mark.parametrize(
    ("added", "gone"),
    [
        ("CREATE ROLE {name}; GRANT SELECT ON members TO {name}", "DROP OWNED BY {name}; DROP ROLE {name}"),
        ("CREATE EXTENSION vector", "DROP EXTENSION vector"),
        ("CREATE PUBLICATION {name} FOR ALL TABLES", "DROP PUBLICATION {name}"),
        (IN_A_TABLESPACE, "ALTER TABLE members SET TABLESPACE pg_default; DROP TABLESPACE {name}"),
    ],
    ids=["grant", "extension", "publication", "tablespace"],
)
def test_what_an_operator_adds_to_a_server_is_not_restored(
    operator: Operator, servers: TestServers, added: str, gone: str
) -> None:
    name = f"added_{uuid4().hex}"
    with administered(operator.url) as database:
        for statement in added.split("; "):
            database.execute(statement.format(name=name))
        operator.is_told("backup")
        for statement in gone.split("; "):
            database.execute(statement.format(name=name))
    new = operator.to(servers.empty_database())
    new.is_told("restore", "--yes")
    require_migrated(new.url)


def test_the_programs_reach_the_server_that_the_hub_has_reached(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = operator.at / "services"
    services.write_text("[other]\nhost=/nowhere\nport=1\n")
    with psycopg.connect(operator.url) as database:
        port = str(database.info.port)
    for name, value in {"PGSERVICEFILE": str(services), "PGSERVICE": "other", "PGDATABASE": "other"}.items():
        monkeypatch.setenv(name, value)
    url = f"{operator.url}&port={port}"
    assert Operator(at=operator.at, url=url).is_told("backup")["files"]


def test_of_several_hosts_the_one_that_answered_is_called(operator: Operator) -> None:
    with psycopg.connect(operator.url) as database:
        host = database.info.host
    parts = urlsplit(operator.url)
    with psycopg.connect(parts._replace(query=f"host=/nowhere,{host}&port=1,5432").geturl()) as database:
        peer = peer_of(database)
    assert (peer.variables["PGHOST"], peer.variables["PGPORT"]) == (host, "5432")
    assert {"PGSERVICE", "PGDATABASE"}.isdisjoint(peer.variables)


def test_an_older_server_is_refused(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert operator.is_told("backup")["postgres"] == 18
    (operator.at / "backup").rename(operator.at / "former")
    monkeypatch.setattr(programs, "POSTGRES_VERSION", 19)
    operator.is_refused("backup", saying="the server there is PostgreSQL 18, and a hub needs 19 or later", code=2)


def test_a_dump_may_take_longer_than_the_server_gives_others(operator: Operator) -> None:
    bounds = ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")
    with administered(operator.url) as database:
        for name in bounds:
            database.execute(f"ALTER ROLE hub IN DATABASE {database.info.dbname} SET {name} = '1h'")
    with pool_at(operator.url) as pool, moment_held(pool) as moment:
        assert [moment.database.execute(f"SHOW {name}").fetchone() for name in bounds] == [("0",)] * len(bounds)


def test_a_key_that_is_taken_out_during_the_dump_is_in_the_backup(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = operator.at / "data" / "sealing.key"
    content = key.read_bytes()
    monkeypatch.setattr(making, "run", around(key.unlink))
    operator.is_told("backup")
    assert (operator.backup / "sealing.key").read_bytes() == content


def test_a_key_that_secrets_need_and_the_file_has_not_is_named(operator: Operator) -> None:
    (key,) = read_keys(operator.at / "elsewhere.key")
    (known,) = read_keys(operator.at / "data" / "sealing.key")
    secrets = [Sealer([each]).seal(b"secret", owner="") for each in (key, known, key)]
    with administered(operator.url) as database:
        database.execute("SET session_replication_role = replica")
        database.execute(
            "INSERT INTO subscriptions"
            " (id, account, channel, target, filter, secrets, state, start, position, batch_objects, batch_bytes)"
            " VALUES (%s, 'au-cert/feed', 'webhook', '{}', '{}', %s, 'active', 0, 0, 1, 1)",
            (uuid4(), secrets),
        )
    done = operator.types("backup")
    assert (done.exit_code, f"without the key {key.id.hex()} that opens 2 of the secrets" in done.output) == (0, True)
    assert json.loads((operator.backup / "backup.json").read_text())["keys_missing"] == {key.id.hex(): 2}


def test_a_restore_repeats_the_options_it_was_given(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    config, data, url = operator.at / "my hub.toml", operator.at / "new data", servers.empty_database()
    config.write_text(f'database_url = "{url}"\n')
    options = ["--config", str(config), "restore", str(operator.backup), "--data", str(data), "--yes", "--json"]
    done = CliRunner().invoke(cli, options)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["next"][0].endswith(f"hub serve --port 8100 --data '{data}' --config '{config}'")
    assert told["restored"] == "the database at database_url"


def test_a_restored_hub_stands_though_the_connection_idled_too_long_or_it_is_not_tidied(
    operator: Operator, servers: TestServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())

    def run(*arguments: Any, **named: Any) -> None:
        programs.run(*arguments, **named)
        with administered(new.url) as database:
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = 'hub'"
            )

    monkeypatch.setattr(restoring, "run", run)
    assert new.is_told("restore", "--yes")["tidied"] is True

    def fails(_pool: Pool) -> None:
        raise UnavailableError("It took too long.")

    monkeypatch.setattr(restoring, "tidy", fails)
    another = new.to(servers.empty_database())
    done = another.types("restore", "--yes")
    assert (done.exit_code, "VACUUM (ANALYZE) failed: It took too long." in done.output) == (0, True)


def test_tidying_takes_as_long_as_it_takes(operator: Operator) -> None:
    with pool_at(operator.url, statement_timeout="3600000") as pool:
        tidy(pool)
        with pool.statement() as database:
            assert database.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_a_restore_waits_for_who_migrates_and_looks_then(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    with ThreadPoolExecutor(1) as executor, psycopg.connect(new.url, autocommit=True) as database:
        database.execute("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
        restored = executor.submit(new.types, "restore", "--yes")

        def waits() -> bool:
            query = (
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            assert not restored.done(), restored.result().output
            return database.execute(query).fetchone() == (1,)

        await_that(waits, "a restore that waits")
        database.execute("CREATE TABLE alembic_version (version_num text)")
        database.execute("SELECT pg_advisory_unlock(%s)", (MIGRATION_LOCK,))
        assert "a restore replaces nothing" in restored.result().output
    assert not (new.at / "data").exists()


def test_a_database_that_a_failed_restore_has_filled_is_not_called_empty(
    operator: Operator, servers: TestServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())

    def run(*_arguments: Any, **_named: Any) -> None:
        fill_unasked(new.url)
        raise UnavailableError("pg_restore failed")

    monkeypatch.setattr(restoring, "run", run)
    new.is_refused("restore", "--yes", saying="was not found to be empty after it")


def fill_unasked(url: str) -> None:
    with psycopg.connect(url) as database:
        database.execute("CREATE TABLE came_meanwhile (word text)")


def test_a_key_that_comes_meanwhile_is_not_taken_for_the_backups(
    operator: Operator, servers: TestServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    make = files.make_private_file

    def late(path: Path, content: bytes) -> None:
        read_keys(path)
        make(path, content)

    monkeypatch.setattr(restoring, "make_private_file", late)
    new.is_refused("restore", "--yes", saying="holds other keys than the backup")


def test_keys_that_were_moved_away_are_asked_for_unless_they_are_lost(operator: Operator, servers: TestServers) -> None:
    operator.is_told("backup")
    new = operator.to(servers.empty_database())
    (new.backup / "sealing.key").unlink()
    (new.backup / "notes").touch()
    new.is_refused("restore", "--yes", saying="put it back beside the dump; where it is lost for good", code=2)
    told = new.is_told("restore", "--yes", "--without-keys")
    assert (told["missing"], told["unlisted"]) == (["sealing.key"], ["notes"])
    assert [path.name for path in (new.at / "data").iterdir()] == ["webhook.key"]
    another = new.to(servers.empty_database())
    said = another.types("restore", "--yes", "--without-keys")
    assert (said.exit_code, "It is without sealing.key of the backup." in said.output) == (0, True)
    assert f"notes is in {another.backup} and not a part of the backup." in said.output


@pytest.mark.parametrize("command", [("backup",), ("restore", "--yes")])
def test_a_directory_that_cannot_be_looked_at_is_said(operator: Operator, command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, [*command, str(operator.at / TOO_LONG)], env=operator.environment)
    assert (done.exit_code, "cannot be read: File name too long" in done.output) == (2, True), done.output


def test_what_fails_beside_the_writing_is_not_called_that(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_arguments: Any, **_named: Any) -> None:
        raise OSError(1, "of another kind")

    monkeypatch.setattr(making, "run", run)
    settings = Settings(database_url=operator.url)
    with pytest.raises(OSError, match="of another kind"):
        back_up(settings, operator.backup, tell=lambda _line: None)


@pytest.mark.parametrize(
    ("statement", "empty"),
    [
        ("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'", False),
        ("CREATE TYPE mood AS ENUM ('good')", False),
        ("CREATE SEQUENCE numbers", False),
        ("CREATE EXTENSION vector", True),
        ("CREATE SCHEMA prepared", True),
    ],
)
def test_a_database_in_which_something_was_made_is_not_empty(
    servers: TestServers, statement: str, empty: object
) -> None:
    with administered(servers.empty_database()) as database:
        database.execute(statement)
        assert is_empty(database) is empty
