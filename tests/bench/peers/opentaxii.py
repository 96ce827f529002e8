"""OpenTAXII 0.9.3 on PostgreSQL, in an environment of its own, under gunicorn: two workers, connections stay open.

The release on the index, with the libraries of its time: current ones break it. It cannot write the answer to a POST on
PostgreSQL, having no JSON for a UUID, and is helped out with that; its root and collection are public, so that it looks
nobody up. Its tables are in a database of their own, on the server that the hub runs on.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.bench.client import Target
from tests.bench.peers.installing import Environment, await_answer
from tests.bench.stage import Stage
from tests.support.serving import free_port

PACKAGES: Final = ("opentaxii==0.9.3", "sqlalchemy<2", "marshmallow<4", "psycopg2-binary", "gunicorn", "setuptools<81")
_DATABASE: Final = "opentaxii"
_PROGRAM: Final = """
import json
json.JSONEncoder.default = lambda self, thing: str(thing)
from opentaxii.http import app
"""


class OpenTaxii:
    """The server, installed into a directory when it is started for the first time."""

    def __init__(self, directory: Path) -> None:
        self._environment = Environment(directory, *PACKAGES)

    @contextmanager
    def started(self, stage: Stage) -> Iterator[Target]:
        """Run new processes for as long as the block runs, with nothing in the database."""
        programs, directory = self._environment.programs, self._environment.directory
        (directory / "peer.py").write_text(_PROGRAM)
        database = _make_database(stage)
        configuration = directory / "configuration.json"
        configuration.write_text(json.dumps(_configuration(database)))
        surroundings = os.environ | {"OPENTAXII_CONFIG": str(configuration), "PYTHONPATH": str(directory)}
        path = _make_collection(programs, database, surroundings)
        port = free_port()
        options = [
            "--workers",
            "2",
            "--worker-class",
            "gthread",
            "--threads",
            "2",
            "--keep-alive",
            "60",
            "--bind",
            f"127.0.0.1:{port}",
            "--log-level",
            "critical",
        ]
        process = subprocess.Popen([str(programs / "gunicorn"), *options, "peer:app"], env=surroundings, cwd=directory)
        try:
            await_answer(f"http://127.0.0.1:{port}/taxii2/")
            yield Target(host="127.0.0.1", port=port, path=path, username="nobody", token="")
        finally:
            process.terminate()
            process.wait(timeout=30)


def _make_database(stage: Stage) -> str:
    """Make an empty database as the owner of the server, and return where it is."""
    known: dict[str, Any] = conninfo_to_dict(stage.hub.urls.database)
    with psycopg.connect(make_conninfo(**known | {"user": "postgres"}), autocommit=True) as database:
        database.execute(f"DROP DATABASE IF EXISTS {_DATABASE}")
        database.execute(f"CREATE DATABASE {_DATABASE} OWNER {known['user']}")
    return make_conninfo(**known | {"dbname": _DATABASE})


def _configuration(database: str) -> dict[str, object]:
    known = conninfo_to_dict(database)
    kept = {
        "db_connection": f"postgresql+psycopg2://{known['user']}@/{known['dbname']}?host={known['host']}",
        "create_tables": True,
    }
    return {
        "domain": "localhost",
        "auth_api": {
            "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
            "parameters": kept | {"secret": "none", "token_ttl_secs": 3_600},
        },
        "taxii1": None,
        "taxii2": {
            "title": "Peer",
            "contact": "nobody",
            "max_content_length": 104_857_600,
            "public_discovery": True,
            "persistence_api": {"class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI", "parameters": kept},
        },
        "logging": {"root": "error", "opentaxii": "error"},
    }


def _make_collection(programs: Path, database: str, surroundings: dict[str, str]) -> str:
    """Make a public root with a public collection, and return the path of its objects."""

    def run(name: str, *arguments: str) -> None:
        subprocess.run([str(programs / name), *arguments], env=surroundings, check=True, capture_output=True)

    run("opentaxii-add-api-root", "--title", "Root", "--default")
    with psycopg.connect(database) as opened:
        ((root,),) = opened.execute("UPDATE opentaxii_api_root SET is_public = true RETURNING id").fetchall()
    run("opentaxii-add-collection", "--rootid", str(root), "--title", "Indicators", "--public", "--public-write")
    with psycopg.connect(database) as opened:
        ((collection,),) = opened.execute("SELECT id FROM opentaxii_collection").fetchall()
    return f"/taxii2/{root}/collections/{collection}/objects/"
