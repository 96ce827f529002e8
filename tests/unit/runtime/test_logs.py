"""Log lines: an access line is written by a way of its own, and says what every other way would say."""

import json
import logging
from collections.abc import Iterator

import pytest

from hub.runtime.logs import ACCESS_FIELDS, ACCESS_LOGGER, configure_logs
from hub.runtime.settings import LogFormat, load_settings

FACTS = {
    "addr": "192.0.2.7",
    "method": "GET",
    "path": '/appf/collections/"a"/',
    "query_string": "match[id]=secret",
    "status": 200,
    "dt_ms": 1.23456,
}


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers, root.level = before


def line(capsys: pytest.CaptureFixture[str], name: str) -> str:
    logging.getLogger(name).info("[%(addr)s] %(method)s", FACTS)
    return capsys.readouterr().err


def test_an_access_line_is_json_without_the_query(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(load_settings(environ={"HUB_LOG_FORMAT": LogFormat.JSON}))
    written = line(capsys, ACCESS_LOGGER)
    told = json.loads(written)
    assert written.endswith("\n")
    assert "secret" not in written
    assert told.keys() == {*ACCESS_FIELDS, "event", "level", "timestamp"}
    assert (told["event"], told["level"], told["path"], told["dt_ms"]) == ("request", "info", FACTS["path"], 1.23)


def test_other_lines_have_the_same_names_for_the_same_things(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(load_settings(environ={"HUB_LOG_FORMAT": LogFormat.JSON}))
    access, other = (json.loads(line(capsys, name)) for name in (ACCESS_LOGGER, "hub.tests"))
    assert other.keys() <= access.keys()
    assert len(access["timestamp"]) == len(other["timestamp"])


def test_a_person_reads_it_as_any_other_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(load_settings(environ={"HUB_LOG_FORMAT": LogFormat.CONSOLE}))
    written = line(capsys, ACCESS_LOGGER)
    assert "request" in written
    assert "status=200" in written
    assert "secret" not in written
