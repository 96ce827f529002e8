"""What the hub is measured against on the same machine: the same bytes with nothing in between.

`pages`: the same server (granian, WSGI, as many processes and threads) runs one statement and joins the bytes, with no
rules and no Flask. `bytes`: the same server sends a ready page. What pushes are measured against is in `push_floors`.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import local
from typing import Any, Final

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format

from hub.runtime.settings import Settings
from hub.runtime.workers.collecting import collect_seldom
from tests.bench.client import Target
from tests.bench.peers.installing import await_answer
from tests.bench.stage import Stage
from tests.support.serving import ROOT, free_port

_STATEMENT: Final = (
    b"SELECT tick, payload FROM log WHERE collection = $1 AND latest AND tick > $2 ORDER BY tick LIMIT $3"
)
_HEAD: Final = b'{"more":true,"objects":['
_PREPARED: Final = b"page"
_HUB: Final = Settings()
_threads = local()


def page_floor(environment: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer like a page of the hub, from one statement, prepared and fetched in one call of libpq, and a join."""
    if not hasattr(_threads, "database"):
        _threads.database = psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True)
        _threads.collection = _number_of(_threads.database, os.environ["FLOOR_COLLECTION"])
        _threads.database.pgconn.prepare(_PREPARED, _STATEMENT)
        collect_seldom()
    query = _query(environment)
    after = query.get("added_after", "0")
    parameters = [str(value).encode() for value in (_threads.collection, after, query["limit"])]
    result = _threads.database.pgconn.exec_prepared(_PREPARED, parameters, result_format=Format.BINARY)
    if result.status != ExecStatus.TUPLES_OK:
        raise error_from_result(result)
    count = result.ntuples
    body = _HEAD + b",".join([result.get_value(row, 1) for row in range(count)]) + b"]}"
    last = str(int.from_bytes(result.get_value(count - 1, 0))) if count else after
    start_response("200 OK", [("Content-Length", str(len(body))), ("X-TAXII-Date-Added-Last", last)])
    return [body]


def bytes_floor(environment: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer every request with the same page, of as many objects as are asked for."""
    body = _ready(int(_query(environment)["limit"]))
    start_response("200 OK", [("Content-Length", str(len(body))), ("X-TAXII-Date-Added-Last", "0")])
    return [body]


@cache
def _ready(limit: int) -> bytes:
    """Return the first objects of the log as a page, which each process makes once."""
    with psycopg.connect(os.environ["FLOOR_DATABASE"]) as database, database.cursor(binary=True) as cursor:
        rows = cursor.execute("SELECT payload FROM log ORDER BY tick LIMIT %s", [limit]).fetchall()
    return _HEAD + b",".join(row[0] for row in rows) + b"]}"


def _number_of(database: psycopg.Connection[Any], collection: str) -> int:
    ((number,),) = database.execute("SELECT number FROM collections WHERE id = %s", [collection]).fetchall()
    return int(number)


def _query(environment: dict[str, Any]) -> dict[str, str]:
    return dict(part.split("=", 1) for part in environment["QUERY_STRING"].split("&") if part)


@contextmanager
def serving_floor(stage: Stage, name: str, collection: str) -> Iterator[Target]:
    """Run an application of this package under granian, as the hub's web process runs, for as long as the block."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += [
        "--workers",
        str(_HUB.web_processes),
        "--blocking-threads",
        str(_HUB.web_threads),
        "--no-ws",
        "--log-level",
        "warning",
        f"tests.bench.{name}",
    ]
    environment = os.environ | {
        "FLOOR_DATABASE": stage.hub.urls.database,
        "FLOOR_COLLECTION": collection,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        await_answer(f"http://127.0.0.1:{port}/?limit=1")
        yield Target(host="127.0.0.1", port=port, path="/", username="nobody", token="none")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
