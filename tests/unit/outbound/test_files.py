"""What counts as STIX in a file, and how a broken place is named."""

import json
from typing import Any

import pytest

from hub.outbound.exchange.files import BrokenPart, read_content

ONE = {"type": "identity", "id": "identity--a", "created": "2026-01-01T00:00:00.000Z"}
TWO = {"type": "domain-name", "id": "domain-name--b", "value": "host.example"}


def payloads(data: str | bytes) -> list[Any]:
    content = read_content("f", data.encode() if isinstance(data, str) else data)
    assert content.broken == ()
    return [json.loads(item.payload) for item in content.objects]


def broken(data: bytes) -> list[tuple[int, int, str]]:
    return [(part.line, part.offset, part.reason) for part in read_content("f", data).broken]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"type": "bundle", "id": "bundle--x", "objects": [ONE, TWO]}),
        json.dumps({"type": "bundle", "id": "bundle--x", "objects": [ONE, TWO]}, indent=2),
        json.dumps({"more": False, "objects": [ONE, TWO]}),
        json.dumps([ONE, TWO]),
        f"[\n{json.dumps(ONE)}\n,{json.dumps(TWO)}]",
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}",
        f"\n{json.dumps(ONE)}\r\n\r\n{json.dumps(TWO)}\r\n",
        f"{json.dumps({'objects': [ONE]})}\n{json.dumps([TWO])}\n",
        b"\xef\xbb\xbf" + json.dumps([ONE, TWO]).encode(),
    ],
)
def test_objects_are_found_however_they_are_put_together(data: str | bytes) -> None:
    assert payloads(data) == [ONE, TWO]


@pytest.mark.parametrize("data", ["", "  \n", "[]", '{"type": "bundle", "id": "bundle--x"}', '{"objects": []}'])
def test_nothing_is_nothing_and_not_broken(data: str) -> None:
    assert payloads(data) == []


def test_an_object_with_a_property_named_objects_is_one_object() -> None:
    observed = {"type": "observed-data", "id": "observed-data--a", "objects": {"0": TWO}}
    assert payloads(json.dumps(observed)) == [observed]


def test_each_object_keeps_its_bytes_and_says_who_it_is() -> None:
    text = b'{"type": "identity",\n "id":"identity--a", "created":"c", "modified" : "m", "n": 1.0e1 }'
    (item,) = read_content("f.json", b"[" + text + b"]").objects
    assert (item.payload, item.source) == (text, "f.json")
    assert (item.id, item.type, item.version) == ("identity--a", "identity", "m")


@pytest.mark.parametrize("value", ["1", "null", "[]", "{}"])
def test_an_id_that_is_no_text_is_no_id(value: str) -> None:
    (item,) = read_content("f", f'{{"type": "identity", "id": {value}, "modified": {value}}}'.encode()).objects
    assert (item.id, item.version) == (None, None)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'[\n{"a": }\n]', (2, 8, "broken JSON: invalid character")),
        (b'{"type": "bundle", "objects": [', (1, 31, "broken JSON: input data was truncated")),
        (b'{"type": "identity"} x', (1, 21, "broken JSON: trailing characters")),
        (b'{"type":"a"}\n{"type":"b",}\n{"type":"c"}', (2, 25, "broken JSON: trailing comma in object")),
        (b'[{"type":"a"},\n3]', (1, 0, "item 2 is not an object")),
        (b'{"name": "x"}', (1, 0, "an object with neither `type` nor `objects` is no STIX object, bundle or envelope")),
        (b'{"objects": {}}', (1, 0, "`objects` is not a list")),
        (b"42", (1, 0, "a JSON value that is neither an object nor a list is no STIX")),
        (b'[{"type": "a",\n "name": "\xff"}]', (2, 25, "not UTF-8 text")),
        (b"[" * 100_000, (1, 0, "nested too deeply to be read")),
        (b'[{"latitude": NaN}]', (1, 14, "broken JSON: invalid character")),
    ],
)
def test_a_broken_place_is_named(data: bytes, place: tuple[int, int, str]) -> None:
    assert broken(data) == [place]


def test_lines_around_a_broken_one_are_read() -> None:
    content = read_content("f", b'{"type":"a"}\n{"type"\n{"type":"c"}\n')
    assert [item.type for item in content.objects] == ["a", "c"]
    assert [part.line for part in content.broken] == [2]


def test_a_place_reads_as_a_sentence() -> None:
    assert BrokenPart(source="f.json", line=3, offset=7, reason="why").sentence == "f.json, line 3, byte 7: why"
