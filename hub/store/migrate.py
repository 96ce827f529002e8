"""Bring a database to the schema of this release, and tell whether it has it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from hub.domain.errors import ConfigurationError, UnavailableError

MIGRATION_LOCK: Final = 0x4855425F4D494752
"""Of several processes that start at once, one migrates and the others wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """The schema that a database had, None where it had none, and the one that it has now."""

    before: str | None
    after: str


def migrate(url: str) -> Migrated:
    """Run every migration that the database at `url` (libpq form) has not run yet. Safe to repeat.

    Raise UnavailableError where the database does not answer, or not to the end, and ConfigurationError where a later
    release has migrated it.
    """
    config = _config()
    with _connected(url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        config.attributes["connection"] = connection
        before, (head, *former) = _revision_of(connection), _revisions(config)
        if before not in {None, head, *former}:
            raise ConfigurationError(
                "The database is of a later release of the hub: run that one, or restore a backup of before."
            )
        connection.commit()
        command.upgrade(config, "head")
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
    return Migrated(before=before, after=head)


def require_migrated(url: str) -> None:
    """Raise ConfigurationError where the database at `url` (libpq form) has not all of the schema of this release.

    What later releases have made of it counts as all: a release runs on the schema of the next one, so that the
    processes of a hub can be replaced one by one. Raise UnavailableError where it does not answer.
    """
    with _connected(url) as connection:
        current = _revision_of(connection)
    if current in {None, *_revisions(_config())[1:]}:
        raise ConfigurationError("The database is not prepared for this release of the hub: run hub prepare.")


def is_known(revision: str) -> bool:
    """Tell whether a migration is of this release, and not of a later one."""
    return revision in _revisions(_config())


def _revision_of(connection: Connection) -> str | None:
    """Return the last migration that a database has run."""
    return MigrationContext.configure(connection).get_current_revision()


def _revisions(config: Config) -> list[str]:
    """Return the migrations of this release, the last one first."""
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(_sqlalchemy_url(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise UnavailableError("The database does not answer; is PostgreSQL running?") from error
    finally:
        engine.dispose()


def _sqlalchemy_url(url: str) -> str:
    scheme, rest = url.split("://", 1)
    if scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"a database URL begins with postgresql://, not {scheme}://")
    return f"postgresql+psycopg://{rest}"
