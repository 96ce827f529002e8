"""Where a command finds its servers: its own URLs, those of the running hub, or servers started for the moment."""

import shutil
import stat
import threading
from pathlib import Path

import psycopg
import pytest
import redis

from hub.domain.errors import ConfigurationError, ConflictError
from hub.runtime.embedded import ServerUrls, servers, servers_made
from hub.runtime.embedded.account import service_account
from hub.runtime.embedded.child import Program, spawn, stop
from hub.runtime.embedded.datadir import DataDirectory, socket_directory
from hub.runtime.settings import Settings, load_settings


def settings_on(data: Path, **environ: str) -> Settings:
    return load_settings(environ=environ, options={"data": data})


def value_of(urls: ServerUrls, query: str) -> object:
    with psycopg.connect(urls.database) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Give a hub that has begun."""
    settings = settings_on(tmp_path_factory.mktemp("servers") / "data")
    with servers_made(settings):
        return settings


def test_a_command_starts_servers_for_the_moment_and_the_next_one_finds_the_data(settings: Settings) -> None:
    with servers(settings) as urls, psycopg.connect(urls.database) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('here')")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls.database)
    with servers(settings) as again:
        assert value_of(again, "SELECT word FROM kept") == "here"


def test_durability_is_not_for_sale(settings: Settings) -> None:
    with servers(settings) as urls:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            assert value_of(urls, f"SHOW {name}") == "on"


def test_neither_server_listens_on_the_network(settings: Settings) -> None:
    with servers(settings) as urls:
        assert value_of(urls, "SHOW listen_addresses") == ""
        assert redis.Redis.from_url(urls.redis).config_get("port") == {"port": "0"}


def test_only_the_servers_account_reaches_the_sockets(settings: Settings) -> None:
    with servers(settings):
        for name in ("postgres", "valkey"):
            assert stat.S_IMODE((settings.data / name).stat().st_mode) == 0o700


def test_the_running_hub_lends_its_servers(tmp_path: Path) -> None:
    directory = DataDirectory(root=tmp_path / "data")
    directory.make(service_account())
    lent = ServerUrls(database="postgresql://hub@db.example/hub", redis="redis://redis.example/0")
    with directory.served(patience=0), directory.announcing(lent):
        assert stat.S_IMODE((directory.run / "servers.json").stat().st_mode) == 0o600
        with servers(settings_on(directory.root)) as found:
            assert found == lent
        with servers(settings_on(directory.root, HUB_REDIS_URL="redis://other.example/1")) as found:
            assert found == ServerUrls(database=lent.database, redis="redis://other.example/1")


def test_where_no_hub_is_none_is_made(tmp_path: Path) -> None:
    sentence = rf"^There is no hub in {tmp_path}/data\. Give its directory with --data \(or HUB_DATA\); hub prepare"
    with pytest.raises(ConfigurationError, match=sentence), servers(settings_on(tmp_path / "data")):
        pytest.fail("a hub was made")
    assert list(tmp_path.iterdir()) == []


def test_where_a_hub_could_not_begin_none_is_made(tmp_path: Path) -> None:
    DataDirectory(root=tmp_path / "data").make(service_account())
    with pytest.raises(ConfigurationError, match="There is no hub in"), servers(settings_on(tmp_path / "data")):
        pytest.fail("a hub was made")
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_data_directory_that_is_a_file_is_no_missing_hub(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(ConfigurationError, match="data cannot be used: "), servers(settings_on(tmp_path / "data")):
        pytest.fail("a file was taken for a hub")


def test_what_a_killed_hub_announced_is_not_believed(tmp_path: Path) -> None:
    directory = DataDirectory(root=tmp_path / "data")
    directory.make(service_account())
    (directory.run / "servers.json").write_text('{"database": "postgresql://gone", "redis": "redis://gone"}')
    with directory.served(patience=0):
        assert directory.announced() is None


def test_URLs_of_ones_own_need_no_data_directory(tmp_path: Path) -> None:
    own = {"HUB_DATABASE_URL": "postgresql://db.example/hub", "HUB_REDIS_URL": "redis://redis.example/0"}
    with servers(settings_on(tmp_path / "data", **own)) as urls:
        assert urls == ServerUrls(database=own["HUB_DATABASE_URL"], redis=own["HUB_REDIS_URL"])
    assert not (tmp_path / "data").exists()


def test_a_second_command_waits_and_at_last_says_why(tmp_path: Path) -> None:
    directory = DataDirectory(root=tmp_path / "data")
    directory.make(service_account())
    with directory.held(patience=0) as ours:
        assert ours
        with pytest.raises(ConflictError, match="another command is using"), directory.held(patience=0.1):
            pytest.fail("two commands held one directory")


def test_a_second_command_goes_on_when_the_first_has_ended(tmp_path: Path) -> None:
    directory = DataDirectory(root=tmp_path / "data")
    directory.make(service_account())
    entered = threading.Event()

    def second() -> None:
        with directory.held(patience=60) as ours:
            if ours:
                entered.set()

    with directory.held(patience=0):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.is_set()
    thread.join(60)
    assert entered.is_set()


def test_a_path_too_long_for_sockets_gets_a_short_private_directory(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    with servers_made(settings_on(deep)) as urls:
        assert value_of(urls, "SELECT 1") == 1
        assert redis.Redis.from_url(urls.redis).ping()
    for home in (deep / "postgres", deep / "valkey"):
        short = socket_directory(home, service_account())
        assert short != home
        assert stat.S_IMODE(short.stat().st_mode) == 0o700
        shutil.rmtree(short)


def test_a_short_directory_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    home = tmp_path / ("a" * 90) / "postgres"
    short = socket_directory(home, service_account())
    short.chmod(0o755)
    try:
        with pytest.raises(ConfigurationError, match="belongs to somebody else"):
            socket_directory(home, service_account())
    finally:
        short.rmdir()


def test_a_cluster_half_made_is_made_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "postgres.new").mkdir(parents=True)
    (data / "postgres.new" / "PG_VERSION").write_text("18")
    with servers_made(settings_on(data)) as urls:
        assert value_of(urls, "SELECT current_user") == "hub"
    assert not (data / "postgres.new").exists()


def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data" / "postgres").mkdir(parents=True)
    (tmp_path / "data" / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(ConfigurationError, match="was made by PostgreSQL 17"), servers(settings_on(tmp_path / "data")):
        pytest.fail("a cluster of another version was started")


def test_locks_that_name_a_living_stranger_do_not_keep_the_cluster_from_starting(tmp_path: Path) -> None:
    settings = settings_on(tmp_path / "d")
    with servers_made(settings):
        home = settings.data / "postgres"
        locks = {path: path.read_text() for path in (home / "postmaster.pid", home / ".s.PGSQL.5432.lock")}
    sleep = Program(
        name="sleep", argv=("/bin/sleep", "600"), environment={}, directory=Path("/"), account=service_account()
    )
    stranger = spawn(sleep)
    try:
        for path, text in locks.items():
            path.write_text("\n".join([str(stranger.pid), *text.splitlines()[1:], ""]))
        with servers(settings) as urls:
            assert value_of(urls, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stop(stranger, sleep)
