"""What is ready leaves as it is: JSON that is bytes, a body as the list that it is. What is not, piece by piece."""

from collections.abc import Iterable

import pytest
from flask import Flask
from werkzeug.test import create_environ

from hub.web.ready import ReadyJsonProvider, WholeResponse

PROVIDER = ReadyJsonProvider(Flask("provider"))


def test_ready_bytes_go_through_untouched() -> None:
    ready = b'{ "a" : 1.0 }'
    assert PROVIDER.dumps(ready) is ready


def test_anything_else_is_written_compactly() -> None:
    assert PROVIDER.dumps({"a": ["é", None, True]}) == '{"a":["é",null,true]}'


def test_text_that_is_not_json_is_a_value_error() -> None:
    assert PROVIDER.loads('{"a":1}') == {"a": 1}
    with pytest.raises(ValueError, match="JSON"):
        PROVIDER.loads("{nope")


def sent(response: WholeResponse, method: str = "GET") -> Iterable[bytes]:
    return response.get_app_iter(create_environ(method=method))


def test_a_ready_body_is_given_whole() -> None:
    body = b'{"objects":[]}'
    assert sent(WholeResponse(body)) == [body]


@pytest.mark.parametrize(("status", "method"), [(200, "HEAD"), (204, "GET"), (304, "GET")])
def test_what_has_no_body_is_given_none(status: int, method: str) -> None:
    assert list(sent(WholeResponse(b"{}", status=status), method)) == []


def test_a_body_that_is_still_to_come_is_asked_for_piece_by_piece() -> None:
    given = sent(WholeResponse(piece for piece in (b"one", b"two")))
    assert not isinstance(given, list)
    assert list(given) == [b"one", b"two"]


def test_what_waits_for_the_end_of_an_answer_is_told_of_it() -> None:
    told = []
    response = WholeResponse(b"{}")
    response.call_on_close(lambda: told.append("closed"))
    given = sent(response)
    assert list(given) == [b"{}"]
    given.close()  # type: ignore[attr-defined] # what werkzeug gives is closed by the server
    assert told == ["closed"]
