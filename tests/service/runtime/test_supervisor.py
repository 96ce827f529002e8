"""What stands on others ends before them, and what others stand on is started again even while a hub starts."""

import os
import sys
from pathlib import Path
from threading import Event

import pytest

from hub.domain.errors import UnavailableError
from hub.runtime import preparing, processes
from hub.runtime.embedded.account import service_account
from hub.runtime.embedded.child import Program
from hub.runtime.embedded.datadir import DataDirectory, ServerUrls
from hub.runtime.embedded.servers import await_answer, embedded
from hub.runtime.settings import Settings, load_settings
from hub.runtime.supervisor import Supervisor, is_supervised, supervision
from tests.support.serving import ROOT
from tests.support.waiting import await_that

_ENDS_TOGETHER = """
import os, pathlib, signal, sys, time
name, *others = sys.argv[1:]
def end(*_):
    pathlib.Path(name + ".asked").touch()
    while not all(os.path.exists(other + ".asked") for other in others):
        time.sleep(0.01)
    with open("ended", "a") as ended:
        ended.write(name + " ")
    sys.exit()
signal.signal(signal.SIGTERM, end)
pathlib.Path(name + ".runs").touch()
while True:
    signal.pause()
"""
"""A process that ends only when others have been asked to end as well."""


def program(directory: Path, *names: str) -> Program:
    return Program(
        name=names[0],
        argv=(sys.executable, "-c", _ENDS_TOGETHER, *names),
        environment=dict(os.environ),
        directory=directory,
    )


def test_those_of_a_layer_end_side_by_side_and_before_what_they_stand_on(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(tmp_path, "server"))
        supervisor.begin_layer()
        supervisor.start(program(tmp_path, "one", "other"))
        supervisor.start(program(tmp_path, "other", "one"))
        await_that(lambda: len(list(tmp_path.glob("*.runs"))) == 3, "all run")
    assert (tmp_path / "ended").read_text().split()[2:] == ["server"]


def test_while_a_layer_starts_an_end_in_it_is_final_and_below_it_is_not(tmp_path: Path) -> None:
    runs = tmp_path / "server.runs"
    with Supervisor() as supervisor:
        server = supervisor.start(program(tmp_path, "server"))
        supervisor.begin_layer()
        await_that(runs.exists, "the server runs")
        server.kill()
        server.wait()
        runs.unlink()

        def is_back() -> bool:
            supervisor.tend_start()
            return runs.exists()

        await_that(is_back, "the server is back")
        worker = supervisor.start(program(tmp_path, "worker"))
        worker.kill()
        worker.wait()
        with pytest.raises(UnavailableError, match="worker ended with exit code -9"):
            supervisor.tend_start()


def test_a_database_whose_server_is_killed_while_a_hub_starts_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = DataDirectory(root=tmp_path / "data")
    directory.make(service_account())
    postgres, _ = embedded(directory)
    shipped = {"collections": ROOT / "collections", "agreements": ROOT / "config" / "agreements"}
    prepare = preparing.prepare
    with Supervisor() as supervisor:
        process = supervisor.start(postgres.program, prepare=postgres.prepare)
        await_answer(postgres, process)
        supervisor.begin_layer()

        def interrupted(settings: Settings, urls: ServerUrls) -> None:
            if process.poll() is None:
                process.kill()
                process.wait()
            prepare(settings, urls)

        monkeypatch.setattr(preparing, "prepare", interrupted)
        urls = ServerUrls(database=postgres.url, redis="redis://127.0.0.1:1/0")
        assert processes._prepare(load_settings(environ={}, options=shipped), urls, supervisor, Event())  # noqa: SLF001 - it has no other way in
        assert postgres.answers()


def test_only_what_a_supervisor_has_started_itself_is_supervised(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_supervised()
    for name, own in supervision().items():
        monkeypatch.setenv(name, own)
        assert not is_supervised()
        monkeypatch.setenv(name, str(os.getppid()))
        assert is_supervised()
