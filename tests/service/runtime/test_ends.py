"""However a hub ends, it leaves no process behind, and its next start finds everything."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
import requests

from hub.runtime.embedded.child import Process
from tests.support.processes import await_end, await_other, child_named, descendants, kill_group, running
from tests.support.serving import Caller, ServedHub, serving


@pytest.fixture(scope="module")
def whole_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedHub]:
    with serving(tmp_path_factory.mktemp("hub") / "data", web_workers=2) as served:
        yield served


@pytest.fixture(scope="module")
def caller(whole_hub: ServedHub) -> Caller:
    """Give an account that has to be there after whatever happens."""
    return whole_hub.account("au-cert/feed")


@pytest.fixture
def hub(whole_hub: ServedHub, caller: Caller) -> ServedHub:
    """Give the one hub, running: a test may end it as it likes."""
    if whole_hub.process.poll() is not None:
        whole_hub.restart()
    await_service(caller)
    return whole_hub


def await_service(caller: Caller) -> None:
    deadline = time.monotonic() + 60
    while not served(caller):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def served(caller: Caller) -> bool:
    try:
        return bool(caller.get("collections/").status_code == requests.codes.ok)
    except requests.ConnectionError:
        return False


def kill_only_the_supervisor(process: Process) -> None:
    process.kill()


def kill_the_process_group(process: Process) -> None:
    kill_group(process.pid)


def kill_every_process_at_once(process: Process) -> None:
    for victim in [psutil.Process(process.pid), *descendants(process.pid)]:
        victim.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_every_process_with_exit_code_0(hub: ServedHub, number: signal.Signals) -> None:
    family = descendants(hub.process.pid)
    names = {process.name() for process in family}
    hub.process.send_signal(number)
    assert hub.process.wait(60) == 0
    assert {"postgres", "valkey-server"} <= names
    assert running(family) == []
    assert not (hub.directory / "run" / "servers.json").exists()
    assert not (hub.directory / "postgres" / "postmaster.pid").exists()
    assert "refused to gracefully stop" not in hub.log


@pytest.mark.parametrize("kill", [kill_only_the_supervisor, kill_the_process_group, kill_every_process_at_once])
def test_a_killed_hub_leaves_nothing_and_loses_nothing(
    hub: ServedHub, caller: Caller, kill: Callable[[Process], None]
) -> None:
    family = descendants(hub.process.pid)
    kill(hub.process)
    hub.process.wait(60)
    hub.restart()
    await_end(family)
    await_service(caller)


def test_a_start_waits_for_the_server_that_a_killed_hub_has_left(hub: ServedHub, caller: Caller) -> None:
    postmaster = child_named(hub.process.pid, "postgres")
    os.kill(postmaster.pid, signal.SIGSTOP)
    hub.process.kill()
    hub.process.wait(60)
    os.kill(postmaster.pid, signal.SIGCONT)
    hub.restart()
    await_end([postmaster])
    await_service(caller)


@pytest.mark.parametrize("name", ["postgres", "valkey-server", "web", "ingest"])
def test_a_killed_process_is_started_again_and_the_hub_goes_on(hub: ServedHub, caller: Caller, name: str) -> None:
    victim = child_named(hub.process.pid, name)
    below = victim.children(recursive=True)
    victim.kill()
    await_other(hub.process.pid, name, victim.pid)
    await_end(below)
    await_service(caller)
    assert '"event": "process_restarted"' in hub.log


def test_a_killed_web_worker_is_started_again_by_the_web_process(hub: ServedHub, caller: Caller) -> None:
    web = child_named(hub.process.pid, "web")
    workers = web.children()
    for worker in workers:
        worker.kill()
    await_end(workers)
    await_service(caller)
    assert running([web]) == [web]
