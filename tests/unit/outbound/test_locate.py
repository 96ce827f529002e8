"""What an address says before anybody is asked."""

import pytest

from hub.outbound.errors import OutboundError
from hub.outbound.locate import choose, parse_address
from hub.outbound.resources import RemoteCollection
from hub.outbound.taxii import split_code
from hub.outbound.transport import origin_of


def collection(number: int, title: str, alias: str | None = None) -> RemoteCollection:
    return RemoteCollection(id=f"id-{number}", title=title, alias=alias, can_read=True, can_write=True)


@pytest.mark.parametrize(
    ("url", "begin", "name"),
    [
        ("https://hub.example", "https://hub.example/taxii2/", None),
        ("https://hub.example/", "https://hub.example/taxii2/", None),
        ("https://hub.example/appf", "https://hub.example/appf/", None),
        ("https://hub.example/appf/?x=1#y", "https://hub.example/appf/", None),
        ("https://hub.example/appf/collections", "https://hub.example/appf/", None),
        ("https://hub.example/appf/collections/", "https://hub.example/appf/", None),
        ("https://hub.example/appf/collections/au", "https://hub.example/appf/", "au"),
        ("https://hub.example/a/b/collections/a%20u/objects/", "https://hub.example/a/b/", "a u"),
    ],
)
def test_an_address_is_taken_apart(url: str, begin: str, name: str | None) -> None:
    address = parse_address(url)
    assert (address.url, address.collection) == (begin, name)


@pytest.mark.parametrize(
    "url",
    [
        "hub.example",
        "ftp://hub.example/",
        "https://",
        "https://hub.example:99999/",
        "http://[bad/",
        "https://me:secret@hub.example/",
    ],
)
def test_an_address_that_will_not_do_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|[Pp]ort|URL") as caught:
        parse_address(url)
    assert "secret" not in str(caught.value)


def test_an_alias_goes_before_a_title() -> None:
    titled, aliased = collection(1, "au"), collection(2, "Australia", "AU")
    assert choose([titled, aliased], "au") is aliased
    assert choose([titled], "AU") is titled
    assert choose([titled], "jp") is None


def test_a_title_that_two_have_is_not_guessed_at() -> None:
    with pytest.raises(OutboundError, match="id-1, id-2"):
        choose([collection(1, "Feed"), collection(2, "feed")], "FEED")


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("UNKNOWN_MARKING: why: because", ("UNKNOWN_MARKING", "why: because")),
        ("Unable to process", ("", "Unable to process")),
        ("", ("", "")),
    ],
)
def test_a_code_is_split_from_its_sentence(message: str, parts: tuple[str, str]) -> None:
    assert split_code(message) == parts


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("https://Hub.example/a") == origin_of("https://hub.example:443/b")
    assert origin_of("http://hub.example/") != origin_of("https://hub.example/")
