"""What is read from stored objects for filters, held against the library that is the authority on patterns."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2patterns.v21.pattern import Pattern

from hub.domain.subscriptions.facts import Content
from hub.stix.findings.wanted import content_of, pattern_types
from tests.unit.stix.examples import indicator

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"


def bytes_of(value: object) -> bytes:
    return json.dumps(value).encode()


def real_patterns() -> list[str]:
    """Return every text under the name `pattern` in the shared data, once."""
    files = [*SHARED.glob("stix/*/*.json"), *SHARED.glob("stix/*/*.stix2"), *SHARED.glob("patterns/*.json")]
    return sorted({text for file in files for text in patterns_in(json.loads(file.read_text()))})


def patterns_in(content: object) -> Iterator[str]:
    if isinstance(content, dict):
        if isinstance(content.get("pattern"), str):
            yield content["pattern"]
        for member in content.values():
            yield from patterns_in(member)
    elif isinstance(content, list):
        for item in content:
            yield from patterns_in(item)


def by_the_library(pattern: str) -> frozenset[str] | None:
    """Return the object types that stix2-patterns finds; None where it takes the pattern for invalid."""
    try:
        return frozenset(Pattern(pattern).inspect().comparisons)
    except Exception:  # noqa: BLE001 - the library raises whatever it likes
        return None


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not beside this project")
def test_every_real_pattern_compares_the_types_that_the_library_finds() -> None:
    found = {pattern: by_the_library(pattern) for pattern in real_patterns()}
    valid = {pattern: types for pattern, types in found.items() if types is not None}
    assert len(valid) > 5_000
    assert {pattern: pattern_types(pattern) for pattern in valid} == valid


@pytest.mark.parametrize(
    ("pattern", "types"),
    [
        ("[ipv4-addr:value = '198.51.100.7']", {"ipv4-addr"}),
        ("[ipv4-addr:value = 'url:value']", {"ipv4-addr"}),
        (r"[file:name = 'it\'s url:value']", {"file"}),
        (r"[file:name = 'back\\'] OR [url:value = '\\\' mutex:name']", {"file", "url"}),
        ("[file:name = 'a'] /* url:value ' */ AND [mutex:name = 'b'] // process:pid '", {"file", "mutex"}),
        ("[file:name = '/* '] OR [url:value = ' */']", {"file", "url"}),
        ("[file:name = '// '] OR [url:value = 'a']", {"file", "url"}),
        ("// url:value\n[file:name = 'a']", {"file"}),
        ("// url:value\r[file:name = 'a']", {"file"}),
        ("[file : name = 'a']", {"file"}),
        ("[file/* url:value */:/* ' */name = 'a']", {"file"}),
        ("[file // ipv4-addr\n : name = 'a']", {"file"}),
        ("[file\u00a0\u2003:name = 'a']", {"file"}),
        ("[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0]", {"file"}),
        ("[x_C-t:a.b_ref = 1 AND file:size NOT > 3] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
         {"x_C-t", "file"}),
        ("([a:b = h'ff'] FOLLOWEDBY [c:d = b'aGk='] WITHIN 5 SECONDS) REPEATS 3 TIMES", {"a", "c"}),
    ],
)  # fmt: skip
def test_texts_and_comments_do_not_fool_the_scan(pattern: str, types: set[str]) -> None:
    assert by_the_library(pattern) == frozenset(types)
    assert pattern_types(pattern) == frozenset(types)


gaps = st.lists(
    st.sampled_from(
        [" ", "\t", "\n", "\u00a0", "\u2003", "/* [url:value = ' */", "// mutex:name '\n", "/**/", "/*'*/"]
    ),
    max_size=3,
).map("".join)
texts = st.text(st.sampled_from("a:'\\/*[]= \n"), max_size=8).map(
    lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
)
types_of_objects = st.sampled_from(["file", "ipv4-addr", "x-a_b", "_a", "andy", "t", "h"])
comparisons = st.tuples(
    gaps, types_of_objects, gaps, gaps, st.sampled_from(["name", "'b:c'", "d[*].e"]), gaps, gaps, texts, gaps
).map(lambda parts: "{}{}{}:{}{}{}={}{}{}".format(*parts))
observations = st.lists(comparisons, min_size=1, max_size=3).map(lambda parts: "[" + " AND ".join(parts) + "]")
patterns = st.lists(observations, min_size=1, max_size=2).map(" OR ".join)


@settings(derandomize=True, deadline=None, max_examples=300, database=None)
@given(patterns)
def test_wherever_space_and_comments_stand_the_library_finds_the_same_types(pattern: str) -> None:
    expected = by_the_library(pattern)
    assert expected is not None
    assert pattern_types(pattern) == expected


@pytest.mark.parametrize("opening", ["'", "/*", "//", "'\\'", "a/*", "a /**/"])
def test_a_scan_of_what_never_closes_ends(opening: str) -> None:
    assert pattern_types(opening * 20_000) == frozenset()


def test_what_filters_look_at_is_read() -> None:
    value = indicator(confidence=70, labels=["a", "b"], indicator_types=["benign"], pattern="[url:value = 'x']")
    assert content_of(bytes_of(value)) == Content(
        confidence=70,
        labels=frozenset({"a", "b"}),
        indicator_types=frozenset({"benign"}),
        pattern_types=frozenset({"url"}),
    )


@pytest.mark.parametrize("members", [{"pattern_type": "sigma"}, {"type": "x-thing"}, {"pattern": 5}])
def test_pattern_types_are_read_from_stix_patterns_of_indicators_alone(members: dict[str, Any]) -> None:
    assert content_of(bytes_of(indicator(**members))).pattern_types == frozenset()


@pytest.mark.parametrize(
    ("written", "confidence"),
    [("0", 0), ("70", 70), ("70.0", 70), ("7e1", 70), ("70.5", None), ("true", None), ('"70"', None), ("null", None)],
)
def test_confidence_is_a_whole_number(written: str, confidence: int | None) -> None:
    assert content_of(b'{"type":"x-a","confidence":' + written.encode() + b"}").confidence == confidence


@pytest.mark.parametrize("labels", ['"a"', "{}", "null", "[1, null, {}]"])
def test_labels_that_are_no_texts_are_none(labels: str) -> None:
    assert content_of(b'{"type":"x-a","labels":' + labels.encode() + b"}").labels == frozenset()


@pytest.mark.parametrize("payload", [b"", b"[]", b"nothing", b'{"type":"indicator"', b'{"type":"\xff"}'])
def test_bytes_that_are_no_object_state_nothing(payload: bytes) -> None:
    assert content_of(payload) == Content()
