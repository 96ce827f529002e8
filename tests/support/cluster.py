"""A Redis Cluster of three nodes on the loopback interface, none of which keeps anything on disk."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.exceptions import RedisError

from hub.runtime.embedded.child import Process, Program, spawn, stop
from hub.runtime.embedded.programs import valkey_server
from tests.support.serving import free_port

NODES: Final = 3
SLOTS: Final = 16_384

_PATIENCE_SECONDS: Final = 30.0
_POLL: Final = 0.02


@dataclass(slots=True)
class Node:
    """One node: what runs it, and its client."""

    port: int
    program: Program
    process: Process

    @property
    def redis(self) -> Redis:
        """Return a client of this node alone."""
        return Redis(port=self.port, decode_responses=True)

    def ask(self, *command: str | int) -> Any:
        """Send a command to this node and no other."""
        return self.redis.execute_command(*command)  # type: ignore[no-untyped-call]

    def restart(self) -> None:
        """Kill it (SIGKILL) and start it again: it knows its slots, and nothing of what was in them."""
        self.process.kill()
        self.process.wait()
        self.process = spawn(self.program)
        self.await_state("ok")

    def await_state(self, state: str) -> None:
        """Wait until the node says that its cluster is in a state."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._state() != state:
            assert self.process.poll() is None, "a node has ended"
            assert time.monotonic() < deadline, f"the cluster is not {state}"
            time.sleep(_POLL)

    def _state(self) -> str:
        try:
            return str(self.ask("CLUSTER INFO")["cluster_state"])
        except RedisError:
            return "away"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Three nodes that share all slots."""

    nodes: list[Node]

    @property
    def url(self) -> str:
        """How the hub connects."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def node_of(self, key: str) -> Node:
        """Return the node that holds a key."""
        slot = int(self.nodes[0].ask("CLUSTER KEYSLOT", key))
        return self.nodes[slot * NODES // SLOTS]


@contextmanager
def running_cluster(directory: Path) -> Iterator[Cluster]:
    """Run a cluster for as long as the block runs."""
    nodes: list[Node] = []
    try:
        nodes += [_started(directory / f"node-{number}") for number in range(NODES)]
        bounds = [-(-number * SLOTS // NODES) for number in range(NODES + 1)]
        for node, (first, end) in zip(nodes, pairwise(bounds), strict=True):
            node.await_state("fail")
            node.ask("CLUSTER ADDSLOTSRANGE", first, end - 1)
            node.ask("CLUSTER MEET", "127.0.0.1", nodes[0].port, nodes[0].port + 10_000)
        for node in nodes:
            node.await_state("ok")
        yield Cluster(nodes)
    finally:
        for node in nodes:
            stop(node.process, node.program)


def _started(directory: Path) -> Node:
    directory.mkdir()
    port = _port_of_a_node()
    options = {"port": port, "bind": "127.0.0.1", "cluster-enabled": "yes", "save": "", "loglevel": "warning"}
    program = Program(
        name="valkey",
        argv=(str(valkey_server()), *(str(part) for key, value in options.items() for part in (f"--{key}", value))),
        environment={},
        directory=directory,
        output=directory / "log",
    )
    return Node(port, program, spawn(program))


def _port_of_a_node() -> int:
    """Return a free port below which, 10,000 higher, there is another for the nodes among themselves."""
    port = free_port()
    while port > 55_535:
        port = free_port()
    return port
