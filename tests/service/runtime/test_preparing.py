"""What a hub does first may be done again, and says so where the database is not there."""

from threading import Event

import psycopg
import pytest

from hub.domain.errors import ConfigurationError, UnavailableError
from hub.runtime import preparing, processes
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.settings import Settings, load_settings
from hub.runtime.supervisor import Supervisor
from hub.store.migrate import migrate, require_migrated
from tests.support.servers import TestServers
from tests.support.serving import ROOT


def test_a_database_that_does_not_answer_is_said_so() -> None:
    with pytest.raises(UnavailableError, match="does not answer"):
        migrate("postgresql://hub@127.0.0.1:1/hub")


def test_a_database_of_a_former_release_is_said_so_and_one_of_a_later_release_is_used(servers: TestServers) -> None:
    """Each migration runs with the code before it, so that the processes of a hub are replaced one by one."""
    url = servers.fresh_database()
    for revision in (migrate(url).after, "9999"):
        stamp(url, revision)
        require_migrated(url)
    stamp(url, "0001")
    with pytest.raises(ConfigurationError, match="not prepared for this release of the hub: run hub prepare"):
        require_migrated(url)


def test_a_database_of_a_later_release_is_not_migrated_and_said_to_be_that(servers: TestServers) -> None:
    url = servers.fresh_database()
    stamp(url, "9999")
    with pytest.raises(ConfigurationError, match="of a later release of the hub"):
        migrate(url)


def stamp(url: str, revision: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", (revision,))


def test_a_database_that_does_not_answer_is_not_called_unprepared() -> None:
    with pytest.raises(UnavailableError, match="does not answer"):
        require_migrated("postgresql://hub@127.0.0.1:1/hub")


def test_a_database_that_goes_away_while_a_hub_starts_is_prepared_when_it_is_back(
    servers: TestServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = {"collections": ROOT / "collections", "agreements": ROOT / "config" / "agreements"}
    urls = ServerUrls(database=servers.empty_database(), redis="redis://127.0.0.1:1/0")
    tries: list[ServerUrls] = []
    prepare = preparing.prepare

    def interrupted(settings: Settings, given: ServerUrls) -> None:
        tries.append(given)
        if len(tries) == 1:
            raise UnavailableError("The database does not answer.")
        prepare(settings, given)

    monkeypatch.setattr(preparing, "prepare", interrupted)
    assert processes._prepare(load_settings(environ={}, options=shipped), urls, Supervisor(), Event())  # noqa: SLF001 - it has no other way in
    assert len(tries) == 2
