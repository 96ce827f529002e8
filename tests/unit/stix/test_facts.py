"""The facts of an accepted object, and the warnings beside them."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from hub.domain.clock import parse_timestamp
from hub.domain.handling import Tlp
from hub.domain.submissions import Caps
from hub.stix.check import check_envelope
from hub.stix.findings.advice import _warnings, warnings_about
from hub.stix.findings.facts import digest_of
from tests.unit.stix.examples import (
    AT,
    EXTENDED,
    GREEN,
    OTHER_UUID,
    PLAIN,
    STATEMENT,
    UUID,
    accepted,
    check,
    domain_object,
    identity,
    indicator,
    observable,
    statement,
)


def test_each_fact_stands_under_its_name() -> None:
    value = indicator(
        created_by_ref=f"identity--{OTHER_UUID}",
        created="2026-01-01T00:00:00.000Z",
        modified="2026-02-01T00:00:00.000Z",
        valid_until="2026-03-01T00:00:00Z",
        revoked=True,
        object_marking_refs=[GREEN, STATEMENT],
        x_seen_ref=f"tool--{UUID}",
    )
    checked = check(identity(), value).accepted[1]
    assert asdict(checked) == {
        "position": 1,
        "id": f"indicator--{UUID}",
        "type": "indicator",
        "observable": False,
        "version": "2026-02-01T00:00:00.000Z",
        "version_tick": parse_timestamp("2026-02-01T00:00:00.000Z"),
        "created": parse_timestamp("2026-01-01T00:00:00.000Z"),
        "modified": parse_timestamp("2026-02-01T00:00:00.000Z"),
        "created_by_ref": f"identity--{OTHER_UUID}",
        "revoked": True,
        "payload": json.dumps(value).encode(),
        "digest": digest_of(value),
        "tlp": Tlp.GREEN,
        "marking_refs": {STATEMENT},
        "refs": {f"tool--{UUID}"},
        "defines": None,
        "warnings": ("valid_until has passed: whoever receives this indicator will not use it.",),
    }


def test_the_version_is_the_text_of_modified_and_its_tick_the_instant() -> None:
    checked = accepted(identity(created="2026-01-01T00:00:00.000Z", modified="2026-02-01T00:00:00.1000Z", revoked=True))
    assert checked.version == "2026-02-01T00:00:00.1000Z"
    assert checked.version_tick == checked.modified == parse_timestamp("2026-02-01T00:00:00.100Z")
    assert checked.created == parse_timestamp("2026-01-01T00:00:00.000Z")
    assert checked.revoked
    assert not checked.observable


def test_a_marking_definition_is_versioned_by_created_and_an_observable_by_nothing() -> None:
    marking = accepted(statement())
    assert (marking.version, marking.version_tick) == ("2026-01-01T00:00:00.000Z", marking.created)
    address = accepted(observable("ipv4-addr", value="198.51.100.7"))
    assert (address.version, address.version_tick, address.created, address.modified) == (None, None, None, None)
    assert address.observable


def test_an_unknown_type_without_instants_is_an_observable() -> None:
    assert accepted(observable("x-sensor", value=1)).observable
    assert accepted(observable("x-sensor", value=1, spec_version="2.1")).observable
    assert not accepted(domain_object("x-thing")).observable


def test_refs_are_all_references_apart_from_markings_and_the_creator() -> None:
    value = domain_object(
        "report",
        name="r",
        published="2026-01-01T00:00:00Z",
        created_by_ref=f"identity--{OTHER_UUID}",
        object_marking_refs=[GREEN],
        granular_markings=[{"marking_ref": STATEMENT, "selectors": ["name"]}],
        object_refs=[f"malware--{UUID}", f"url--{UUID}"],
        x_deep={"one_ref": f"tool--{UUID}", "list": [[{"many_refs": [f"campaign--{UUID}", "no id"]}]]},
        extensions={
            f"extension-definition--{UUID}": {"extension_type": "property-extension", "a_ref": f"note--{UUID}"}
        },
    )
    checked = accepted(value)
    assert checked.refs == {f"{kind}--{UUID}" for kind in ("malware", "url", "tool", "campaign", "note")}
    assert checked.created_by_ref == f"identity--{OTHER_UUID}"
    assert checked.marking_refs == {STATEMENT}
    assert hash(checked.marking_refs) == hash(frozenset({STATEMENT})), "it is a key where objects are classed"


def test_two_spellings_of_one_value_have_one_digest() -> None:
    first = json.dumps(identity(x_ratio=1.0, description="é"))
    second = json.dumps(dict(reversed(identity(x_ratio=1, description="é").items())), ensure_ascii=False, indent=2)
    digests = {
        check_envelope(f'{{"objects": [{text}]}}'.encode(), caps=Caps(), at=AT).accepted[0].digest
        for text in (first, second)
    }
    assert len(digests) == 1


@given(st.recursive(st.text() | st.integers(-9, 9) | st.booleans() | st.floats(-9, 9), st.lists, max_leaves=6))
def test_different_values_have_different_digests(value: object) -> None:
    assert digest_of([value]) != digest_of([value, 0])
    assert digest_of({"a": value}) == digest_of(json.loads(json.dumps({"a": value})))


def test_numbers_that_are_one_in_json_digest_alike_and_others_do_not() -> None:
    assert digest_of({"a": [1.0, -0.0]}) == digest_of({"a": [1, 0]})
    assert digest_of({"a": True}) != digest_of({"a": 1})
    assert digest_of({"a": "1.0,"}) != digest_of({"a": "1,"})
    assert digest_of({"a": 1.5}) != digest_of({"a": 1})


WARNED: list[tuple[str, dict[str, Any]]] = [
    ("version 1", identity(id="identity--1621d4d4-b67d-11e3-9670-f01faf20d111")),
    ("name is empty", identity(name="")),
    ("defines no such property", identity(favourite="tea")),
    (
        "not known to the hub",
        identity(extensions={f"extension-definition--{UUID}": {"extension_type": "property-extension", "a": 1}}),
    ),
    ("defines no x-thing", domain_object("x-thing")),
    ("never shown as a link", identity(external_references=[{"source_name": "a", "url": "javascript:alert(1)"}])),
    ("names of hash algorithms", observable("file", hashes={"md5": "d41d8cd98f00b204e9800998ecf8427e"})),
    (
        "not the one that STIX derives",
        observable("ipv4-addr", id="ipv4-addr--102d5eef-175a-5f86-b8da-20b5acc2a335", value="198.51.100.7"),
    ),
    (
        "defines no eats",
        domain_object(
            "relationship", relationship_type="eats", source_ref=f"malware--{UUID}", target_ref=f"tool--{UUID}"
        ),
    ),
    (
        "marking-definition is seldom",
        domain_object("report", name="r", published="2026-01-01T00:00:00Z", object_refs=[GREEN]),
    ),
    ("valid_until has passed", indicator(valid_until="2026-10-31T00:00:00Z")),
]


@pytest.mark.parametrize(("words", "value"), WARNED, ids=[words for words, _ in WARNED])
def test_what_is_unusual_is_accepted_with_one_warning(words: str, value: dict[str, Any]) -> None:
    (warning,) = accepted(value).warnings
    assert words in warning


def test_what_is_usual_has_no_warning() -> None:
    toplevel = {f"extension-definition--{UUID}": {"extension_type": "toplevel-property-extension"}}
    derived = observable("ipv4-addr", id="ipv4-addr--12592121-be4c-5a93-a813-5a5af16e50db", value="198.51.100.7")
    assert accepted(derived).warnings == ()
    assert accepted(identity(x_anything=1)).warnings == ()
    assert not any("defines no such" in text for text in accepted(identity(rank=1, extensions=toplevel)).warnings)


LOUD: Final = (
    domain_object("relationship", relationship_type="knows", x_mitre_version="1.0"),
    identity(x_rank=1, rank=1),
    identity(external_references=[{"source_name": "a", "url": "https://a.example"}, {"source_name": "a", "url": "a"}]),
    indicator(valid_until="2026-02-01T00:00:00Z"),
    domain_object("relationship", relationship_type="knows"),
    statement(definition={"statement": "TLP:RED"}),
    identity(name=""),
    identity(rank=1),
    identity(id=f"identity--{UUID[:14]}1{UUID[15:]}"),
    identity(external_references=[{"source_name": "a", "url": "javascript:alert(1)"}]),
    domain_object("report", name="r", object_refs=[f"marking-definition--{UUID}"]),
)


SOFT: Final = (
    identity(x_rank=1, x_group="a"),
    identity(external_references=[{"source_name": "a", "url": "https://a.example"}]),
    domain_object("relationship", relationship_type="uses", x_mitre_version="1.0"),
)


@pytest.mark.parametrize("value", [*PLAIN, *EXTENDED, *SOFT, *LOUD], ids=lambda value: value["type"])
def test_what_is_passed_over_quickly_needs_no_word(value: dict[str, Any]) -> None:
    said = tuple(_warnings(value, AT))
    assert warnings_about(value, at=AT) == said
    assert said or value not in LOUD
