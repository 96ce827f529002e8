"""The form of an object: each rule of the order of checks, with its code."""

from typing import Any

import pytest

from hub.domain.submissions import Caps
from tests.unit.stix.examples import (
    AMBER,
    OTHER_UUID,
    RED,
    UUID,
    accepted,
    check,
    domain_object,
    identity,
    indicator,
    observable,
    refused,
    statement,
)


def without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in names}


REFUSED: list[tuple[str, object]] = [
    ("TYPE_INVALID", "identity"),
    ("TYPE_INVALID", None),
    ("TYPE_INVALID", identity(type=["identity"])),
    ("TYPE_INVALID", identity(type="Identity")),
    ("TYPE_INVALID", {"type": "bundle", "id": f"bundle--{UUID}", "objects": [identity()]}),
    ("MISSING_PROPERTY", without(identity(), "type")),
    ("SPEC_VERSION", without(identity(), "spec_version")),
    ("SPEC_VERSION", identity(spec_version="2.0")),
    ("SPEC_VERSION", identity(spec_version=2.1)),
    ("SPEC_VERSION", without(statement(), "spec_version")),
    ("SPEC_VERSION", without(domain_object("x-thing"), "spec_version")),
    ("MISSING_PROPERTY", without(identity(), "id")),
    ("MISSING_PROPERTY", without(observable("url", value="https://a.example"), "id")),
    ("ID_FORM", identity(id=5)),
    ("ID_FORM", identity(id="identity--5")),
    ("ID_FORM", identity(id=f"malware--{UUID}")),
    ("ID_FORM", identity(id=f"identity--{{{UUID}}}")),
    ("ID_FORM", identity(id=f"identity--{UUID}\n")),
    ("ID_FORM", identity(id=f"identity--{UUID.replace('-', '')}")),
    ("ID_FORM", identity(id="identity--00000000-0000-0000-0000-000000000000")),
    ("ID_NOT_CANONICAL", identity(id=f"identity--{UUID.upper()}")),
    ("ID_NOT_CANONICAL", identity(created_by_ref=f"identity--{UUID.upper()}")),
    ("ID_NOT_CANONICAL", identity(x_seen_by_ref=f"identity--{UUID.upper()}")),
    ("ID_FORM", identity(created_by_ref=f"identity--urn:uuid:{UUID}")),
    ("REFERENCE_TYPE", identity(created_by_ref=f"malware--{UUID}")),
    ("REFERENCE_TYPE", observable("url", value="https://a.example", created_by_ref=f"malware--{UUID}")),
    ("REFERENCE_TYPE", domain_object("sighting", sighting_of_ref=f"sighting--{UUID}")),
    (
        "REFERENCE_TYPE",
        domain_object("report", name="r", published="2026-01-01T00:00:00Z", object_refs=[f"bundle--{UUID}"]),
    ),
    ("PROPERTY_NAME", identity(ab=1)),
    ("PROPERTY_NAME", identity(X_Foo=1)),
    ("PROPERTY_NAME", identity(_valid_refs=["*"])),
    ("PROPERTY_NAME", identity(allow_custom=True)),
    ("PROPERTY_NAME", identity(interoperability=True)),
    ("PROPERTY_NAME", identity(custom_properties={"x_a": 1})),
    ("PROPERTY_NAME", identity(self=1)),
    ("PROPERTY_NAME", identity(external_references=[{"source_name": "a", "url": "https://a.example", "self": 1}])),
    ("PROPERTY_NAME", identity(extensions={"Bad Name": {"a": 1}})),
    ("PROPERTY_NAME", statement(modified="2026-01-01T00:00:00.000Z")),
    ("PROPERTY_NAME", statement(definition={"statement": "a", "allow_custom": True})),
    ("PROPERTY_NAME", observable("process", pid=1, environment_variables={"A B": "c"})),
    ("RESERVED_PROPERTY", domain_object("course-of-action", name="a", action="b")),
    ("NULL_VALUE", identity(description=None)),
    ("NULL_VALUE", identity(x_a={"b": [None]})),
    ("EMPTY_LIST", identity(labels=[])),
    ("EMPTY_LIST", identity(x_list=[])),
    ("EMPTY_LIST", identity(granular_markings=[{"marking_ref": RED, "selectors": []}])),
    ("PROPERTY_TYPE", identity(name=5)),
    ("PROPERTY_TYPE", identity(confidence=True)),
    ("PROPERTY_TYPE", identity(confidence=50.0)),
    ("PROPERTY_TYPE", identity(revoked="true")),
    ("PROPERTY_TYPE", identity(labels="a")),
    ("PROPERTY_TYPE", identity(labels=["a", 1])),
    ("PROPERTY_TYPE", identity(modified=1704067200)),
    ("PROPERTY_TYPE", identity(object_marking_refs=RED)),
    ("PROPERTY_TYPE", identity(extensions={f"extension-definition--{UUID}": "a"})),
    ("PROPERTY_TYPE", observable("file", hashes={"MD5": 5})),
    ("PROPERTY_TYPE", observable("file", name="a", extensions={"ntfs-ext": {"sid": 5}})),
    ("PROPERTY_VALUE", identity(confidence=101)),
    ("PROPERTY_VALUE", identity(lang="zz-zz-zz-zz")),
    ("PROPERTY_VALUE", domain_object("opinion", opinion="maybe", object_refs=[f"malware--{UUID}"])),
    ("PROPERTY_VALUE", observable("file", hashes={"MD5": "zz"})),
    (
        "PROPERTY_VALUE",
        domain_object("campaign", name="a", first_seen="2026-01-02T00:00:00Z", last_seen="2026-01-01T00:00:00Z"),
    ),
    ("MISSING_PROPERTY", without(identity(), "modified")),
    ("MISSING_PROPERTY", without(identity(), "name")),
    ("MISSING_PROPERTY", without(indicator(), "valid_from")),
    ("MISSING_PROPERTY", without(statement(), "created")),
    ("MISSING_PROPERTY", without(domain_object("x-thing"), "modified")),
    ("MISSING_PROPERTY", observable("artifact", mime_type="text/plain")),
    ("EXCLUSIVE_PROPERTIES", observable("artifact", url="https://a.example", payload_bin="YQ==")),
    ("TIMESTAMP_FORM", identity(created="2026-01-01T00:00:00Z")),
    ("TIMESTAMP_FORM", identity(created="2026-01-01T00:00:00.00Z")),
    ("TIMESTAMP_FORM", identity(modified="2026-01-01T00:00:00.0000000Z")),
    ("TIMESTAMP_FORM", identity(modified="2026-01-01T00:00:00.000+00:00")),
    ("TIMESTAMP_FORM", identity(modified="2026-01-01 00:00:00.000Z")),
    ("TIMESTAMP_FORM", identity(modified="2026-12-31T23:59:60.000Z")),
    ("TIMESTAMP_FORM", identity(modified="\uff12026-01-01T00:00:00.000Z")),
    ("TIMESTAMP_FORM", indicator(valid_from="2026-02-30T00:00:00Z")),
    ("TIMESTAMP_RANGE", identity(created="1969-12-31T23:59:59.999Z")),
]


@pytest.mark.parametrize(("code", "value"), REFUSED, ids=lambda item: item if isinstance(item, str) else None)
def test_an_object_of_wrong_form_is_refused_with_its_code(code: str, value: object) -> None:
    refusal = refused(value)
    assert (refusal.code, refusal.position) == (code, 0)
    assert refusal.sentence


@pytest.mark.parametrize(
    "value",
    [
        indicator(valid_from="2026-01-01T00:00:00.1234567Z"),
        indicator(valid_from="2026-01-01T00:00:00Z", valid_until="2026-01-02T00:00:00.123456789Z"),
        identity(created="2026-01-01T00:00:00.000001Z", modified="2026-01-01T00:00:00.0001Z"),
        domain_object("x-mitre-asset", name="PLC", x_mitre_related_assets=[{"name": "a", "related_asset_sectors": []}]),
        domain_object("x-misp-object", name="a", x_misp_attributes=[{"type": "text", "value": "b"}]),
        identity(x_mitre_modified_by_ref=f"identity--{OTHER_UUID}", x_mitre_domains=["ics-attack"]),
        identity(x_other_ref="not an id"),
        domain_object(
            "observed-data",
            first_observed="2026-01-01T00:00:00Z",
            last_observed="2026-01-01T00:00:00Z",
            number_observed=1,
            object_refs=[f"ipv4-addr--{UUID}"],
        ),
        domain_object("malware-analysis", product="a", result="benign", sample_ref=f"file--{UUID}"),
        observable("file", name="a.zip", extensions={"archive-ext": {"contains_refs": [f"file--{UUID}"]}}),
        observable(
            "network-traffic",
            protocols=["tcp", "http"],
            dst_ref=f"ipv4-addr--{UUID}",
            extensions={
                "http-request-ext": {
                    "request_method": "get",
                    "request_value": "/",
                    "request_header": {"User-Agent": ["x"], "Accept": ["a"]},
                }
            },
        ),
        observable("x-sensor", value=1),
        domain_object("language-content", object_ref=f"identity--{UUID}", contents={"de": {"name": "CERT"}}),
        identity(object_marking_refs=[RED], granular_markings=[{"lang": "fr", "selectors": ["name"]}]),
    ],
    ids=lambda value: value["type"],
)
def test_what_real_producers_send_is_accepted(value: dict[str, Any]) -> None:
    assert accepted(value).id == value["id"]


CAPPED: list[tuple[str, dict[str, Any], Caps]] = [
    ("TOO_MANY_PROPERTIES", identity(x_a=1), Caps(properties=6)),
    ("TOO_MANY_PROPERTIES", identity(x_a={f"k{number}": 1 for number in range(11)}), Caps(properties=10)),
    ("TOO_MANY_ITEMS", identity(labels=["a", "b", "c"]), Caps(list_items=2)),
    ("TOO_MANY_ITEMS", identity(x_a={"b": [1, 2, 3]}), Caps(list_items=2)),
    (
        "TOO_MANY_ITEMS",
        identity(external_references=[{"source_name": "a", "url": "https://a.example"}] * 2),
        Caps(external_references=1),
    ),
    ("TOO_MANY_REFS", domain_object("note", content="a", object_refs=[f"malware--{UUID}"] * 3), Caps(list_items=2)),
    ("TOO_MANY_REFS", identity(object_marking_refs=[RED, AMBER]), Caps(marking_refs=1)),
    (
        "TOO_MANY_SELECTORS",
        identity(granular_markings=[{"marking_ref": RED, "selectors": ["name", "id"]}]),
        Caps(selectors=1),
    ),
    ("TOO_LARGE", identity(description="a" * 300), Caps(object_bytes=400)),
    ("PROPERTY_VALUE", identity(description="a" * 300), Caps(string_bytes=200)),
    ("PROPERTY_VALUE", identity(description="\u00e9" * 150), Caps(string_bytes=200)),
    ("PATTERN_TOO_COMPLEX", indicator(pattern="[file:name = '" + "a" * 300 + "']"), Caps(pattern_bytes=200)),
]


@pytest.mark.parametrize(
    ("code", "value", "caps"), CAPPED, ids=[f"{code}-{number}" for number, (code, *_) in enumerate(CAPPED)]
)
def test_each_cap_refuses_above_and_the_same_object_passes_without_it(
    code: str, value: dict[str, Any], caps: Caps
) -> None:
    assert refused(value, caps).code == code
    assert accepted(value)


def test_one_bad_object_never_fails_its_neighbours() -> None:
    result = check(identity(), {"type": ["identity"]}, None, indicator(), [], identity(name=None))
    assert [item.position for item in result.accepted] == [0, 3]
    assert [(item.position, item.code) for item in result.refused] == [
        (1, "TYPE_INVALID"),
        (2, "TYPE_INVALID"),
        (4, "TYPE_INVALID"),
        (5, "NULL_VALUE"),
    ]


def test_a_refusal_names_the_object_by_the_texts_it_came_with() -> None:
    refusal = refused(identity(id="identity--X", modified="yesterday"))
    assert (refusal.id, refusal.version) == ("identity--X", "yesterday")


def test_a_sentence_quotes_long_and_unprintable_texts_cut_and_clean() -> None:
    sentence = refused(identity(id="identity--\u202e" + "x" * 5_000)).sentence
    assert len(sentence) < 200
    assert sentence.isprintable()
