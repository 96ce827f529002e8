"""What the hub is measured against on the same machine: the same bytes with nothing in between.

`pages`: the same server (granian, WSGI, as many processes and threads) runs one statement and joins the bytes, with no
rules and no Flask. `bytes`: the same server sends a ready page. What pushes are measured against is in `push_floors`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Any, Final

import psycopg
import requests

from hub.runtime.settings import Settings
from tests.bench.client import Target
from tests.bench.stage import Stage
from tests.support.serving import ROOT, free_port

_STATEMENT: Final = (
    "SELECT tick, payload FROM log WHERE collection = (SELECT number FROM collections WHERE id = %(collection)s)"
    " AND latest AND tick > %(after)s ORDER BY tick LIMIT %(limit)s"
)
_HUB: Final = Settings()
_threads = local()


def page_floor(environment: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer like a page of the hub, from one statement and a join."""
    if not hasattr(_threads, "database"):
        _threads.database = psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True)
        _threads.database.execute("SET application_name = 'floor'")
    query = dict(part.split("=", 1) for part in environment["QUERY_STRING"].split("&") if part)
    after = int(query.get("added_after", "0"))
    parameters = {"collection": os.environ["FLOOR_COLLECTION"], "after": after, "limit": int(query["limit"])}
    with _threads.database.cursor(binary=True) as cursor:
        rows = cursor.execute(_STATEMENT, parameters, prepare=True).fetchall()
    body = b'{"more":true,"objects":[' + b",".join(row[1] for row in rows) + b"]}"
    last = str(rows[-1][0]) if rows else str(after)
    start_response("200 OK", [("Content-Length", str(len(body))), ("X-TAXII-Date-Added-Last", last)])
    return [body]


def bytes_floor(environment: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer every request with the same page."""
    del environment
    if not hasattr(_threads, "body"):
        with psycopg.connect(os.environ["FLOOR_DATABASE"]) as database, database.cursor(binary=True) as cursor:
            rows = cursor.execute("SELECT payload FROM log ORDER BY tick LIMIT 1000").fetchall()
        _threads.body = b'{"more":true,"objects":[' + b",".join(row[0] for row in rows) + b"]}"
    body = _threads.body
    start_response("200 OK", [("Content-Length", str(len(body))), ("X-TAXII-Date-Added-Last", "0")])
    return [body]


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
        _await(f"http://127.0.0.1:{port}/?limit=1")
        yield Target(host="127.0.0.1", port=port, path="/", username="nobody", token="none")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _await(url: str) -> None:
    for _ in range(200):
        try:
            requests.get(url, timeout=5)
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)
