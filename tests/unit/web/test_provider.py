"""The application's JSON."""

import pytest
from flask import Flask

from hub.web.provider import ReadyJsonProvider, UnparsedJson

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


def test_an_unparsed_body_is_handed_on() -> None:
    assert UnparsedJson.loads(b"{nope") == b"{nope"
