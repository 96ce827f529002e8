"""Log lines: what is said of a request, and in which form."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from errno import ENOSPC
from io import StringIO
from typing import TYPE_CHECKING

import pytest
import structlog
from werkzeug.test import Client

from hub.runtime.access import AccessLog
from hub.runtime.logs import configure_logs
from hub.runtime.settings import LogFormat, load_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = '/appf/collections/"a"/'


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers, root.level = before


def teapot(_environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("418 I'm a teapot", [("Content-Length", "0")])
    return []


def asked(form: LogFormat, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what is logged of a request in a form."""
    configure_logs(load_settings(environ={"HUB_LOG_FORMAT": form}))
    answer = Client(AccessLog(teapot)).get(f"{PATH}?match[id]=secret", headers={"Authorization": "Bearer secret"})
    assert answer.status_code == 418
    return capsys.readouterr().err


def test_an_access_line_is_json_without_the_query(capsys: pytest.CaptureFixture[str]) -> None:
    written = asked(LogFormat.JSON, capsys)
    told = json.loads(written)
    assert written.endswith("\n")
    assert "secret" not in written
    assert told.keys() == {"addr", "method", "path", "status", "dt_ms", "event", "level", "timestamp"}
    assert (told["event"], told["level"], told["path"], told["status"]) == ("request", "info", PATH, 418)


def test_other_lines_have_the_same_names_for_the_same_things(capsys: pytest.CaptureFixture[str]) -> None:
    access = json.loads(asked(LogFormat.JSON, capsys))
    logging.getLogger("hub.tests").info("something else")
    other = json.loads(capsys.readouterr().err)
    assert other.keys() <= access.keys()
    assert len(access["timestamp"]) == len(other["timestamp"])


def test_a_person_reads_it_as_any_other_line(capsys: pytest.CaptureFixture[str]) -> None:
    written = asked(LogFormat.CONSOLE, capsys)
    assert "request" in written
    assert "status=418" in written
    assert "secret" not in written


def test_what_is_asked_for_gives_a_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(load_settings(environ={"HUB_LOG_FORMAT": LogFormat.CONSOLE}))
    Client(AccessLog(teapot)).get("/%1b[2J/")
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert "\x1b" not in written
    assert "x1b[2J" in written


class FullDisk(StringIO):
    """A stderr that goes to a disk with no space left."""

    def write(self, text: str, /) -> int:
        raise OSError(ENOSPC, text)


def test_a_log_that_cannot_be_written_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", FullDisk())
    configure_logs(load_settings(environ={"HUB_LOG_FORMAT": LogFormat.JSON}))
    assert Client(AccessLog(teapot)).get(PATH).status_code == 418
    structlog.get_logger().error("something else")
