"""A body is handed on as it came."""

from hub.web.taxii.bodies import UnparsedJson


def test_an_unparsed_body_is_handed_on() -> None:
    assert UnparsedJson.loads(b"{nope") == b"{nope"
