"""Patterns: capped by the hub's scanner before the parser sees them, then judged by stix2-patterns."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2patterns.validator import run_validator

from hub.domain.submissions import Caps
from hub.stix.patterns import _SIMPLE, complexity_of, is_known_at_a_glance, pattern_problem
from tests.unit.stix.examples import accepted, check, indicator, refused

VECTORS = Path(__file__).resolve().parents[3] / "../shared/data/patterns/v21_patterns.json"
ENTRIES = json.loads(VECTORS.read_text()) if VECTORS.exists() else []
TERM = "ipv4-addr:value = '198.51.100.7'"


def joined(operator: str, number: int) -> str:
    return "[" + f" {operator} ".join([TERM] * number) + "]"


@pytest.mark.skipif(not ENTRIES, reason="the shared data are not beside this project")
@pytest.mark.parametrize("entry", ENTRIES, ids=range(len(ENTRIES)))
def test_a_pattern_vector_is_judged_as_expected(entry: dict[str, Any]) -> None:
    problem = pattern_problem(indicator(pattern=entry["pattern"]), Caps())
    assert (problem is None) == entry["expected_valid"]


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ("PATTERN_INVALID", {"pattern": ""}),
        ("PATTERN_INVALID", {"pattern": TERM}),
        ("PATTERN_INVALID", {"pattern": "[" + TERM}),
        ("PATTERN_INVALID", {"pattern": "[" + TERM + ")"}),
        ("PATTERN_INVALID", {"pattern": "(" * 20 + "[" + TERM}),
        ("PATTERN_INVALID", {"pattern": "[file:hashes.MD5 = 'zz']"}),
        ("PATTERN_INVALID", {"pattern": "[file:name = 'a]"}),
        ("PATTERN_INVALID", {"pattern": r"[file:name = 'C:\temp']"}),
        ("PATTERN_INVALID", {"pattern": "[file:name = 'a'] /* b"}),
        ("PATTERN_INVALID", {"pattern": f"[file:size = {2**63}]"}),
        ("PATTERN_INVALID", {"pattern": f"[a:b[{'9' * 5_000}] = 1]"}),
        ("PATTERN_VERSION", {"pattern_version": "1.0"}),
        ("PROPERTY_TYPE", {"pattern_version": 2.1}),
        ("PATTERN_TOO_COMPLEX", {"pattern": joined("OR", 501)}),
        ("PATTERN_TOO_COMPLEX", {"pattern": " FOLLOWEDBY ".join([f"[{TERM}]"] * 300)}),
        ("PATTERN_TOO_COMPLEX", {"pattern": "[a:b IN (" + ",".join(["1"] * 600) + ")]"}),
        ("PATTERN_TOO_COMPLEX", {"pattern": "[" + "(" * 17 + TERM + ")" * 17 + "]"}),
        ("PATTERN_TOO_COMPLEX", {"pattern": "(" * 17 + "[" + TERM + "]" + ")" * 17}),
        ("PATTERN_TOO_COMPLEX", {"pattern": "[a:b" + ".c" * 15_000 + " = 1]"}),
        ("PATTERN_TOO_COMPLEX", {"pattern": "[a:b" + ".c" * 3_000 + " = 1]"}),
    ],
)
def test_a_bad_pattern_is_refused_with_its_code(code: str, members: dict[str, Any]) -> None:
    assert refused(indicator(**members)).code == code


@pytest.mark.parametrize(
    "members",
    [
        {"pattern": joined("OR", 500)},
        {"pattern": joined("AND", 500)},
        {"pattern": "[" + "(" * 16 + TERM + ")" * 16 + "]"},
        {"pattern": f"[file:size = {2**63 - 1}]", "pattern_version": "2.0"},
        {"pattern": "[file:name MATCHES '^(a+)+$']"},
        {"pattern": "[file:name = '((((((((((((((((((((( [[[ = = = ']"},
        {"pattern": "[file:name = 'it\\'s'] /* (((((((((((((((((( */ // [[["},
        {"pattern": "::: not yaml: [", "pattern_type": "sigma"},
        {"pattern": "x" * 100_000, "pattern_type": "yara"} | {"pattern": "x" * 60_000},
    ],
)
def test_a_good_pattern_at_the_limits_and_another_language_pass(members: dict[str, Any]) -> None:
    assert accepted(indicator(**members))


def test_the_largest_patterns_leave_room_in_the_stack() -> None:
    """500 terms are parsed below 200 frames of whoever called."""
    pattern = joined("OR", 499).replace("198.51.100.7", "\N{GREEK SMALL LETTER ALPHA}")

    def deep(frames: int) -> object:
        return deep(frames - 1) if frames else pattern_problem(indicator(pattern=pattern), Caps())

    assert deep(200) is None


def test_the_same_pattern_under_other_caps_is_judged_anew() -> None:
    value = indicator(pattern=joined("OR", 5))
    assert pattern_problem(value, Caps()) is None
    assert pattern_problem(value, Caps(pattern_terms=4)) is not None
    assert pattern_problem(value, Caps(pattern_seconds=0.001)) is not None
    assert pattern_problem(value, Caps()) is None


def test_the_scanner_counts_terms_and_parentheses_outside_texts_and_comments() -> None:
    found = complexity_of("([a:b = '=((' AND c:d IN (1, 2, 3)] OR [e:f EXISTS]) WITHIN 5 SECONDS /* = */")
    assert (found.terms, found.parentheses, found.balanced) == (1 + 1 + 2 + 1 + 1 + 1, 2, True)


@pytest.mark.parametrize(("start", "again"), [("[a:b = '", r"\'"), ("", "/* "), ("[a:b = 'c'] ", "/* "), ("'", r"\x'")])
def test_the_scanner_stops_at_what_does_not_end(start: str, again: str) -> None:
    """Going on would take a second for 10,000 letters, and the parser a minute."""
    once, often = complexity_of(start + again), complexity_of(start + again * 20_000)
    assert not once.ends
    assert not often.ends
    assert often.tokens == once.tokens


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab:='\\/*[] \n"), max_size=30), st.sampled_from(["2.0", "2.1"]))
def test_what_does_not_end_the_parser_refuses(noise: str, version: str) -> None:
    for pattern in (f"[a:b = '{noise}']", f"[a:b = 'c'] {noise}", noise):
        if not complexity_of(pattern).ends:
            assert run_validator(pattern, version) != []


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["ipv4-addr:value", "url:value", "file:name", "process:name", "app:id", "file:path"]),
    st.sampled_from([" = ", "="]),
    st.text(st.characters(max_codepoint=0x7F)),
    st.sampled_from(["2.0", "2.1"]),
)
def test_what_is_taken_for_simple_the_parser_accepts(path: str, operator: str, text: str, version: str) -> None:
    pattern = f"[{path}{operator}'{text}']"
    if _SIMPLE.fullmatch(pattern):
        assert run_validator(pattern, version) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([TERM, "file:name='a = b'", "url:value = ''", f"file:hashes.MD5 = '{'a' * 32}'"]), min_size=4
    ),
    st.lists(st.sampled_from([" AND ", " OR ", "] AND [", "] OR [", "] FOLLOWEDBY ["]), min_size=3, max_size=8),
    st.sampled_from(["2.0", "2.1"]),
)
def test_what_is_taken_for_several_simple_ones_the_parser_accepts(
    terms: list[str], joints: list[str], version: str
) -> None:
    pattern = "[" + "".join(term + joint for term, joint in zip(terms, joints, strict=False)) + f"{TERM}]"
    assert is_known_at_a_glance(pattern, Caps())
    assert run_validator(pattern, version) == []


def test_simple_patterns_beyond_a_cap_are_not_taken_at_a_glance() -> None:
    assert is_known_at_a_glance(joined("OR", 4), Caps(pattern_terms=5))
    assert not is_known_at_a_glance(joined("OR", 5), Caps(pattern_terms=5))
    assert not is_known_at_a_glance(joined("OR", 5), Caps(pattern_seconds=0.001))
    assert not is_known_at_a_glance(joined("OR", 5), Caps(pattern_bytes=50))


@pytest.mark.parametrize("version", ["2.0", "2.1"])
@pytest.mark.parametrize("name", ["MD5", "md5", "'MD5'", "sha1", "'SHA-1'", "sha256", "'SHA-256'"])
def test_simple_hash_comparisons_are_valid(name: str, version: str) -> None:
    length = {"5": 32, "1": 40, "6": 64}[name.strip("'")[-1]]
    pattern = f"[file:hashes.{name} = '{'a' * length}']"
    assert _SIMPLE.fullmatch(pattern)
    assert run_validator(pattern, version) == []
    assert not _SIMPLE.fullmatch(f"[file:hashes.{name} = '{'a' * (length - 1)}']")


def test_the_patterns_of_an_envelope_are_bounded_together_and_everything_else_passes() -> None:
    long = "[file:name = 'a.exe' AND file:size > 1]"
    things = [indicator(pattern=long), indicator(pattern=long), indicator(pattern=f"[{TERM}]"), indicator(pattern=long)]
    checked = check(*things, caps=Caps(envelope_pattern_bytes=2 * len(long)))
    assert [item.position for item in checked.accepted] == [0, 1, 2]
    assert [item.code for item in checked.refused] == ["PATTERN_TOO_COMPLEX"]
