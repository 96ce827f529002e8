"""Bring a database to the schema of this release."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from hub.domain.errors import UnavailableError

_MIGRATION_LOCK: Final = 0x4855425F4D494752
"""Of several processes that start at once, one migrates and the others wait for it."""


def migrate(url: str) -> None:
    """Run every migration that the database at `url` (libpq form) has not run yet. Safe to repeat.

    Raise UnavailableError where the database does not answer, or not to the end.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine(_sqlalchemy_url(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
    except OperationalError as error:
        raise UnavailableError("The database does not answer; is PostgreSQL running?") from error
    finally:
        engine.dispose()


def _sqlalchemy_url(url: str) -> str:
    scheme, rest = url.split("://", 1)
    if scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"a database URL begins with postgresql://, not {scheme}://")
    return f"postgresql+psycopg://{rest}"
