"""A whole hub as its users meet it: `hub serve` in processes of its own, and accounts that call it over HTTP."""

import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
import requests

from hub.domain.clock import parse_timestamp
from hub.domain.directory import Account, Role
from hub.domain.identifiers import AccountId, OrganisationId
from hub.runtime.embedded.child import Process, Program, spawn, stop
from hub.runtime.embedded.datadir import DataDirectory, ServerUrls
from hub.runtime.wiring import now, opened
from hub.services.directory.accounts import add_account
from tests.support.acts import made

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = (ROOT / "../shared").resolve()
TAXII: Final = "application/taxii+json;version=2.1"
FIRST: Final = "X-TAXII-Date-Added-First"
LAST: Final = "X-TAXII-Date-Added-Last"

_START_SECONDS: Final = 120.0
_ANSWER_SECONDS: Final = 120.0
_POLL: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account and its token. Use one in one thread at a time: it holds one kept-alive session."""

    root: str
    username: str
    token: str = field(repr=False)
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> requests.Response:
        """GET a path that is given from the server's root, or from the API root where it does not begin with `/`."""
        return self._request("GET", path, params=params)

    def post(self, path: str, body: bytes) -> requests.Response:
        """POST a body as it is."""
        return self._request("POST", path, data=body)

    def delete(self, path: str) -> requests.Response:
        """DELETE a path."""
        return self._request("DELETE", path)

    def call_api(
        self, method: str, path: str, body: object = None, *, query: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Call an operation of the administration API, whose path is given from `/api/v1/`."""
        return self.session.request(
            method,
            f"{self.root}/api/v1/{path}",
            params=query,
            json=body,
            auth=(self.username, self.token),
            timeout=_ANSWER_SECONDS,
        )

    def push(self, alias: str, *objects: Mapping[str, Any]) -> dict[str, Any]:
        """POST objects as one envelope and return the status resource."""
        response = self.post(f"collections/{alias}/objects/", msgspec.json.encode({"objects": objects}))
        assert response.status_code == HTTPStatus.ACCEPTED, response.text
        return dict(response.json())

    def accept(self, alias: str, *objects: Mapping[str, Any]) -> dict[str, Any]:
        """POST objects all of which the hub has to accept at once."""
        status = self.push(alias, *objects)
        assert status["success_count"] == len(objects), status
        return status

    def settled(self, status: dict[str, Any]) -> dict[str, Any]:
        """Wait until a submission is complete and return its status resource."""
        deadline = time.monotonic() + _ANSWER_SECONDS
        while status["status"] == "pending":
            assert time.monotonic() < deadline, f"{status['id']} is still pending"
            time.sleep(_POLL)
            status = self.get(f"status/{status['id']}/").json()
        return status

    def walk(
        self, path: str, params: Mapping[str, str] | None = None, *, patience: float = 0.0
    ) -> Iterator[requests.Response]:
        """Follow `next` from the first page to the last; what is no page fails.

        A hub whose database has just come back may say for so many seconds that it does not answer.
        """
        deadline = time.monotonic() + patience
        asked = dict(params or {})
        while True:
            response = self.get(path, asked)
            if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and time.monotonic() < deadline:
                time.sleep(_POLL)
                continue
            assert response.status_code == HTTPStatus.OK, response.text
            yield response
            if not response.json().get("more"):
                return
            asked["next"] = response.json()["next"]

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        url = path if path.startswith("/") else f"/appf/{path}"
        headers = {"Accept": TAXII} | ({"Content-Type": TAXII} if method == "POST" else {})
        return self.session.request(
            method,
            self.root + url,
            headers=headers,
            auth=(self.username, self.token),
            timeout=_ANSWER_SECONDS,
            **options,
        )


@dataclass(slots=True, kw_only=True)
class ServedHub:
    """A running `hub serve`; `log` is what it writes to its stderr."""

    directory: Path
    port: int
    program: Program
    process: Process
    own_servers: ServerUrls | None

    @property
    def root(self) -> str:
        """The address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def discovery(self) -> str:
        """What one gives a TAXII client."""
        return f"{self.root}/taxii2/"

    @property
    def log(self) -> str:
        """Everything that the hub has written so far."""
        return "" if self.program.output is None else self.program.output.read_text(errors="replace")

    @property
    def urls(self) -> ServerUrls:
        """Where its servers listen."""
        urls = self.own_servers or DataDirectory(root=self.directory).announced()
        assert urls is not None, self.log
        return urls

    def account(self, name: str, *roles: Role, purpose: str = "network-defence") -> Caller:
        """Add an account, a producer and analyst unless told otherwise, and return it ready to call."""
        account = Account(
            id=AccountId(name),
            organisation=OrganisationId(name.partition("/")[0]),
            roles=frozenset(roles or (Role.PRODUCER, Role.ANALYST)),
            purpose=purpose,
            active=True,
        )
        with opened(self.urls) as pool:
            issued = add_account(pool, account, token_days=30, act=made("test", at=now()))
        return Caller(root=self.root, username=name, token=issued.secret)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database, past the hub."""
        with psycopg.connect(self.urls.database) as connection:
            return connection.execute(query.encode()).fetchall()

    def restart(self) -> None:
        """Start the hub again, after it has ended, and wait until it is ready."""
        self.process = spawn(self.program)
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until it answers over HTTP; fail with its last words where it ends instead."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.answers():
            assert self.process.poll() is None, self.log[-2_000:]
            assert time.monotonic() < deadline, self.log[-2_000:]
            time.sleep(_POLL)

    def answers(self) -> bool:
        """Whether a stranger is told to authenticate: what a hub does that has everything it needs."""
        try:
            return requests.get(self.discovery, timeout=5).status_code == HTTPStatus.UNAUTHORIZED
        except requests.RequestException:
            return False


@contextmanager
def serving(
    directory: Path, *, servers: ServerUrls | None = None, port: int | None = None, **settings: object
) -> Iterator[ServedHub]:
    """Run `hub serve` on a data directory and a free port (or `port`) for as long as the block runs.

    `settings` are those of `hub.runtime.settings`, but one web process and no streams if they are not among them.
    `servers` are given where the hub is not to run its own.
    """
    port = port or free_port()
    chosen: dict[str, object] = {
        "data": directory,
        "port": port,
        "stream_processes": 0,
        "web_workers": 1,
        "log_format": "json",
    } | settings
    if servers is not None:
        chosen |= {"database_url": servers.database, "redis_url": servers.redis}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HUB_")}
    program = Program(
        name="hub serve",
        argv=(sys.executable, "-m", "hub", "serve"),
        environment=inherited | {f"HUB_{key.upper()}": str(value) for key, value in chosen.items()},
        directory=ROOT,
        output=directory.with_name(f"{directory.name}.log"),
    )
    served = ServedHub(directory=directory, port=port, program=program, process=spawn(program), own_servers=servers)
    try:
        served.await_ready()
        yield served
    finally:
        stop(served.process, program)


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tick_in(response: requests.Response, header: str) -> int:
    """Return the instant in one of the X-TAXII headers."""
    tick = parse_timestamp(response.headers[header])
    assert tick is not None, response.headers[header]
    return tick
