"""The query string: what it means, and what of it is malformed (TAXII 2.1 §3.4)."""

import pytest
from werkzeug.datastructures import MultiDict

from hub.domain.clock import parse_timestamp
from hub.domain.errors import RequestError
from hub.domain.identifiers import Tick
from hub.domain.pages import VersionKeyword, Versions
from hub.web.taxii.cursors import Cursors
from hub.web.taxii.filters import Arguments, Match, read_after, read_limit, read_match

ALL_FIELDS = ("id", "type", "version", "spec_version")
CURSORS = Cursors(b"key")


def arguments(*pairs: tuple[str, str]) -> Arguments:
    return MultiDict(pairs)


def match(field: str, *values: str) -> Match:
    return read_match(arguments(*((f"match[{field}]", value) for value in values)), ALL_FIELDS)


def tick(text: str) -> Tick:
    parsed = parse_timestamp(text)
    assert parsed is not None
    return parsed


def test_nothing_asked_is_nothing_narrowed() -> None:
    assert read_match(arguments(), ALL_FIELDS) == Match(ids=None, types=None, versions=None, spec_versions=None)
    assert read_after(arguments(), CURSORS) is None
    assert read_limit(arguments(), default=7, maximum=9) == 7


def test_F_20_a_comma_is_or_and_a_space_is_literal() -> None:
    assert match("type", "indicator,malware").types == frozenset({"indicator", "malware"})
    assert match("type", "malware, indicator").types == frozenset({"malware", " indicator"})


@pytest.mark.parametrize("field", ALL_FIELDS)
@pytest.mark.parametrize("value", ["", ",", "2.1,", ",2.1", "2.1,,2.0", "\0"])
def test_F_21_an_empty_value_is_malformed(field: str, value: str) -> None:
    with pytest.raises(RequestError):
        match(field, value)


@pytest.mark.parametrize("field", ALL_FIELDS)
def test_F_18_a_field_is_given_once(field: str) -> None:
    with pytest.raises(RequestError, match="2 times"):
        match(field, "2.1", "2.1")


def test_F_39_a_field_that_the_endpoint_does_not_take_is_not_looked_at() -> None:
    asked = arguments(("match[type]", ""), ("match[version]", "garbage"), ("match[spec_version]", "2.1"))
    assert read_match(asked, ("spec_version",)).spec_versions == frozenset({"2.1"})


@pytest.mark.parametrize("value", ["garbage", "2", "2.1.1", "2.x", " 2.1", "\u0662.\u0661"])
def test_F_01_a_specification_version_looks_like_one(value: str) -> None:
    with pytest.raises(RequestError):
        match("spec_version", value)


def test_F_31_keywords_and_instants_are_a_union() -> None:
    assert match("version", "last,2026-01-31T12:00:00Z,first").versions == Versions(
        keywords=frozenset({VersionKeyword.LAST, VersionKeyword.FIRST}),
        ticks=frozenset({tick("2026-01-31T12:00:00.000000Z")}),
    )


def test_F_31_a_value_alone_does_not_bring_the_last_version_with_it() -> None:
    versions = match("version", "2026-01-31T12:00:00.000Z").versions
    assert versions is not None
    assert versions.keywords == frozenset()


@pytest.mark.parametrize("value", ["all,last", "last,all", "all,2026-01-31T12:00:00Z", "all,all"])
def test_F_29_all_stands_alone(value: str) -> None:
    with pytest.raises(RequestError, match="all alone"):
        match("version", value)


@pytest.mark.parametrize("value", ["last,last", "first,last,first", "2026-01-31T12:00:00Z,2026-01-31T12:00:00.000Z"])
def test_F_32_a_version_is_named_once(value: str) -> None:
    with pytest.raises(RequestError, match="twice"):
        match("version", value)


@pytest.mark.parametrize("value", ["garbage", "LAST", "last, first", "2026-01-31", "2026-02-31T00:00:00Z"])
def test_F_33_a_version_is_a_keyword_or_an_instant(value: str) -> None:
    with pytest.raises(RequestError, match="timestamps like"):
        match("version", value)


@pytest.mark.parametrize("digits", ["", ".0", ".00", ".000", ".0000", ".000000", ".000000000"])
def test_F_05_any_number_of_fraction_digits_is_read(digits: str) -> None:
    asked = arguments(("added_after", f"2026-01-31T12:00:00{digits}Z"))
    assert read_after(asked, CURSORS) == tick("2026-01-31T12:00:00Z")


@pytest.mark.parametrize(
    "value",
    [
        "garbage",
        "2020-01-01",
        "2020-13-01T00:00:00Z",
        "2020-01-01T00:00:60Z",
        "2020-01-01T24:00:00Z",
        "",
        "2020-01-01T00:00:00+02:00",
        "2020-01-01T00:00:00",
        "2020-01-01T00:00:00.Z",
        "2020-01-01T00:00:00.0000000000Z",
        "2020-01-01T00:00:00Z,2020-01-02T00:00:00Z",
        "\uff12\uff10\uff12\uff10-01-01T00:00:00Z",
        "\0",
    ],
)
def test_F_04_added_after_is_one_timestamp(value: str) -> None:
    with pytest.raises(RequestError):
        read_after(arguments(("added_after", value)), CURSORS)


@pytest.mark.parametrize("name", ["added_after", "next"])
def test_F_03_a_position_is_given_once(name: str) -> None:
    value = "2020-01-01T00:00:00Z" if name == "added_after" else CURSORS.issue(Tick(5))
    with pytest.raises(RequestError, match="2 times"):
        read_after(arguments((name, value), (name, value)), CURSORS)


def test_F_12_a_page_starts_at_the_later_of_both_positions() -> None:
    instant, later = tick("2020-01-01T00:00:00Z"), tick("2021-01-01T00:00:00Z")
    added_after = ("added_after", "2020-01-01T00:00:00Z")
    assert read_after(arguments(added_after, ("next", CURSORS.issue(later))), CURSORS) == later
    assert read_after(arguments(added_after, ("next", CURSORS.issue(Tick(5)))), CURSORS) == instant


@pytest.mark.parametrize("value", ["0", "000", "-1", "+1", "abc", "1.5", "", " 1", "1_0", "\u0663", "1e3", "9" * 5_000])
def test_F_08_a_limit_is_a_whole_number_above_zero(value: str) -> None:
    with pytest.raises(RequestError):
        read_limit(arguments(("limit", value)), default=7, maximum=9)


@pytest.mark.parametrize(("value", "limit"), [("1", 1), ("008", 8), ("9", 9), ("10", 9), ("9" * 50, 9)])
def test_F_08_a_limit_is_capped(value: str, limit: int) -> None:
    assert read_limit(arguments(("limit", value)), default=7, maximum=9) == limit


def test_F_01_a_limit_is_given_once() -> None:
    with pytest.raises(RequestError, match="2 times"):
        read_limit(arguments(("limit", "1"), ("limit", "1")), default=7, maximum=9)
