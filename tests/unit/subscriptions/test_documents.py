"""Filters as documents: what is taken, and in which words the rest is refused."""

import tomllib
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.catalogue import ALL, Catalogue
from hub.domain.errors import UnprocessableError
from hub.domain.handling import Tlp
from hub.domain.identifiers import CollectionId, MemberCode
from hub.domain.subscriptions.documents import filter_document, filter_of, stored_filter
from hub.domain.subscriptions.filters import EVERYTHING, Filter

AU = CollectionId("2a5c9b0e-8c7b-4c55-9a35-5b6f3f0e6f01")
CATALOGUE = Catalogue(collections=(ALL, replace(ALL, id=AU, alias="au")), members=(), organisations=())
MEMBERS = frozenset({MemberCode("AU"), MemberCode("FJ")})

WRITTEN = """
collections = ["au"]
types = ["indicator", "malware"]
tlp_min = "green"
tlp_max = "amber"
origins = ["AU", "FJ"]
confidence_min = 50
labels = ["ransomware"]
indicator_types = ["malicious-activity"]
pattern_types = ["ipv4-addr"]
"""


def read(document: object) -> Filter:
    return filter_of(document, CATALOGUE, MEMBERS)


def test_a_filter_is_read_as_it_is_written() -> None:
    assert read(tomllib.loads(WRITTEN)) == Filter(
        collections=frozenset({AU}),
        types=frozenset({"indicator", "malware"}),
        tlp_min=Tlp.GREEN,
        tlp_max=Tlp.AMBER,
        origins=frozenset({MemberCode("AU"), MemberCode("FJ")}),
        confidence_min=50,
        labels=frozenset({"ransomware"}),
        indicator_types=frozenset({"malicious-activity"}),
        pattern_types=frozenset({"ipv4-addr"}),
    )


def test_an_empty_document_is_everything_and_everything_is_an_empty_document() -> None:
    assert read({}) == EVERYTHING
    assert filter_document(EVERYTHING) == {}


@pytest.mark.parametrize("name", ["au", "AU", AU, AU.upper()])
def test_a_collection_goes_by_alias_or_id_in_either_case(name: str) -> None:
    assert read({"collections": [name]}).collections == frozenset({AU})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"tipes": ["indicator"]}, "unknown field `tipes`"),
        ({"types": []}, "`array` of length >= 1"),
        ({"types": "indicator"}, "Expected `array | null`, got `str`"),
        ({"types": ["Indicator"]}, "types"),
        ({"labels": [" x"]}, "labels"),
        ({"labels": ["x"] * 257}, "`array` of length <= 256"),
        ({"origins": ["Australia"]}, "origins"),
        ({"origins": ["*"]}, "origins"),
        ({"confidence_min": 101}, "confidence_min"),
        ({"confidence_min": -1}, "confidence_min"),
        ({"confidence_min": "50"}, "confidence_min"),
        ({"confidence_min": 49.5}, "confidence_min"),
        ({"tlp_max": "purple"}, "purple"),
        ({"tlp_max": "red"}, "`tlp_max` is red, which is never sent"),
        ({"tlp_min": "red"}, "`tlp_min` is red, which is never sent"),
        ({"tlp_min": "amber", "tlp_max": "green"}, r"`tlp_min` \(amber\) is above `tlp_max` \(green\)"),
        ({"pattern_types": ["ipv4-addr:value"]}, "pattern_types"),
        ({"collections": ["nz"]}, "there is no collection 'nz'"),
        ({"collections": ["all"]}, "'all' is every collection; leave `collections` out"),
        ({"origins": ["AU", "ZZ"]}, r"there is no member 'ZZ' - at `\$\.origins`"),
        (["indicator"], "Expected `object`, got `array`"),
        (None, "Expected `object`, got `null`"),
    ],
)
def test_what_is_no_filter_is_refused_in_words_that_name_the_key(document: object, words: str) -> None:
    with pytest.raises(UnprocessableError, match=words) as refused:
        read(document)
    assert refused.value.code == "FILTER_INVALID"
    assert refused.value.sentence.startswith("filter: ")


def test_a_stored_filter_keeps_what_it_names_and_is_gone_since() -> None:
    gone = CollectionId("2a5c9b0e-8c7b-4c55-9a35-5b6f3f0e6fff")
    kept = stored_filter({"collections": [gone], "origins": ["ZZ"]})
    assert (kept.collections, kept.origins) == (frozenset({gone}), frozenset({"ZZ"}))


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.frozensets(st.sampled_from(values), min_size=1)


levels = st.sampled_from([level for level in Tlp if level is not Tlp.RED])


@settings(derandomize=True, deadline=None, max_examples=300, database=None)
@given(
    st.tuples(levels, levels).map(sorted),
    st.builds(
        Filter,
        collections=some(AU),
        types=some("indicator", "x-custom"),
        origins=some("AU", "FJ"),
        confidence_min=st.none() | st.integers(0, 100),
        labels=some("a", "b c"),
        indicator_types=some("benign"),
        pattern_types=some("file", "x_y"),
    ),
)
def test_a_filter_that_is_written_as_json_is_read_back_the_same(span: list[Tlp], drawn: Filter) -> None:
    chosen = replace(drawn, tlp_min=span[0], tlp_max=span[1])
    written = msgspec.json.decode(msgspec.json.encode(filter_document(chosen)))
    assert stored_filter(written) == chosen
    assert read(written) == chosen
