"""The quick look at the size of an object, held against the counting of all that it holds."""

from typing import Any

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.submissions import Caps
from hub.stix.form.sizes import is_within_caps, size_problems

NAMES = st.text("abé", max_size=2)
CONTENT = st.recursive(
    st.integers(0, 9) | st.text("aé", max_size=3),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(NAMES, inner, max_size=9),
    max_leaves=20,
)
LISTS = st.dictionaries(
    st.sampled_from(["object_marking_refs", "external_references", "granular_markings"]),
    st.lists(st.just({"selectors": ["a", "b"]}) | st.integers(0, 9), max_size=4),
)
SHORTEST = dict.fromkeys(("", *"abcdefgh"), 0)


@example(SHORTEST, {}, 8, 99, 99)
@example({"a": [0] * 17}, {}, 9, 16, 99)
@example({}, {"object_marking_refs": [0] * 5}, 4, 99, 99)
@example({}, {"external_references": [0] * 5}, 4, 99, 99)
@example({}, {"granular_markings": [{"selectors": ["a", "b"]}] * 3}, 4, 99, 99)
@given(st.dictionaries(NAMES, CONTENT, max_size=9), LISTS, st.integers(0, 9), st.integers(0, 99), st.integers(0, 99))
def test_an_object_is_within_its_caps_where_counting_finds_nothing(
    value: dict[str, Any], lists: dict[str, Any], few: int, some: int, size: int
) -> None:
    value = {**value, **lists}
    caps = Caps(
        properties=few,
        list_items=some,
        marking_refs=few,
        external_references=few,
        selectors=few,
        object_bytes=2 * size,
        string_bytes=size,
    )
    piece = orjson.dumps(value)
    assert is_within_caps(value, piece, caps) == (not [*size_problems(value, len(piece), caps)])
