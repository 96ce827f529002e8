"""TAXII 2.1 §3.4: filters (F), on every endpoint that takes them."""

from urllib.parse import quote

import pytest

from tests.taxii.caller import LAST, Caller, every_path, ids, manifest, modified, objects, one, versions
from tests.taxii.content import V1, V2, V3, Shelf, address, indicator, revised, statement
from tests.taxii.forms import refused
from tests.taxii.harness import PAGE_MAX

PAGED = ["manifest", "objects", "object", "versions"]
MALFORMED = [
    "limit=0",
    "limit=-1",
    "limit=abc",
    "limit=1.5",
    "limit=",
    "limit=%2B1",
    "limit=1&limit=1",
    "added_after=garbage",
    "added_after=2020-01-01",
    "added_after=2020-13-01T00:00:00Z",
    "added_after=",
    "added_after=%00",
    "added_after=2020-01-01T00:00:00%2B02:00",
    "added_after=2020-01-01T00:00:00+02:00",
    "added_after=2020-01-01T00:00:00Z&added_after=2020-01-01T00:00:00Z",
    "added_after=2020-01-01T00:00:00Z,2021-01-01T00:00:00Z",
    "next=garbage",
    "next=",
]
BAD_VERSIONS = ["", "garbage", "all,last", "last,last", "all,all", ",last", "last,", f"{V1},{V1}", "%00", "ALL"]


@pytest.mark.parametrize("endpoint", PAGED)
@pytest.mark.parametrize("query", MALFORMED)
def test_F_01_F_03_F_04_F_08_F_13_a_malformed_position_is_400(
    ana: Caller, stock: Shelf, endpoint: str, query: str
) -> None:
    refused(ana.get(every_path("xa", stock.three["id"])[endpoint], query), 400)


@pytest.mark.parametrize("endpoint", ["manifest", "objects", "object"])
@pytest.mark.parametrize("value", BAD_VERSIONS)
def test_F_29_F_32_F_33_a_malformed_version_is_400(ana: Caller, stock: Shelf, endpoint: str, value: str) -> None:
    refused(ana.get(every_path("xa", stock.three["id"])[endpoint], f"match[version]={value}"), 400)


@pytest.mark.parametrize("endpoint", PAGED)
@pytest.mark.parametrize("value", ["", "garbage", "2.1,,2.0", "%00"])
def test_F_01_a_malformed_specification_version_is_400(ana: Caller, stock: Shelf, endpoint: str, value: str) -> None:
    refused(ana.get(every_path("xa", stock.three["id"])[endpoint], f"match[spec_version]={value}"), 400)


def test_F_02_added_after_is_exclusive(ana: Caller, stock: Shelf) -> None:
    page = ana.get(objects("xa"), "limit=2")
    rest = ana.get(objects("xa"), {"added_after": page.headers[LAST]})
    assert ids(page) + ids(rest) == stock.in_order


@pytest.mark.parametrize("digits", ["", ".0", ".00", ".000", ".0000", ".00000", ".000000", ".000000000"])
def test_F_05_Q_05_any_number_of_digits_is_an_instant(ana: Caller, stock: Shelf, digits: str) -> None:
    assert ids(ana.get(objects("xa"), {"added_after": f"2020-01-01T00:00:00{digits}Z"})) == stock.in_order


def test_F_06_date_added_is_not_modified(ana: Caller) -> None:
    before = ana.get(objects("xa")).headers[LAST]
    old = indicator(created="1999-01-01T00:00:00.000Z", modified="1999-01-01T00:00:00.000Z")
    ana.added("xa", old)
    assert ids(ana.get(objects("xa"), {"added_after": before})) == [old["id"]]
    ana.delete(one("xa", old["id"]))


def test_F_07_P_01_the_oldest_comes_first(ana: Caller, stock: Shelf) -> None:
    assert ids(ana.get(objects("xa"), "limit=1")) == stock.in_order[:1]
    assert ids(ana.get(objects("xa"))) == stock.in_order


@pytest.mark.parametrize("limit", ["101", "9" * 18, "9" * 99])
def test_F_08_an_enormous_limit_is_capped(ana: Caller, stock: Shelf, limit: str) -> None:
    assert ids(ana.get(objects("xa"), f"limit={limit}")) == stock.in_order


@pytest.mark.parametrize("endpoint", PAGED)
@pytest.mark.parametrize("limit", [1, 2, 3, PAGE_MAX])
def test_F_09_F_10_F_11_a_page_is_as_long_as_asked(ana: Caller, stock: Shelf, endpoint: str, limit: int) -> None:
    path = every_path("xa", stock.three["id"])[endpoint]
    whole = {"manifest": 5, "objects": 5, "object": 3, "versions": 3}[endpoint]
    every = "match[version]=all&" if endpoint == "object" else ""
    page = ana.get(path, f"{every}limit={limit}")
    assert len(modified(page)) == min(limit, whole)
    assert page.json.get("more", False) is (limit < whole)


@pytest.mark.parametrize("value", ["match[foo]=bar", "match[foo]=", "foo=bar", "added-after=x", "LIMIT=0"])
def test_F_17_what_is_unknown_is_ignored(ana: Caller, stock: Shelf, value: str) -> None:
    assert ids(ana.get(objects("xa"), value)) == stock.in_order


@pytest.mark.parametrize("field", ["id", "type", "version", "spec_version"])
def test_F_18_I_26_a_field_given_twice_is_400(ana: Caller, stock: Shelf, field: str) -> None:
    value = {"id": stock.three["id"], "type": "indicator", "version": "last", "spec_version": "2.1"}[field]
    for path in (objects("xa"), manifest("xa")):
        refused(ana.get(path, f"match[{field}]={value}&match[{field}]={value}"), 400)


def test_F_19_I_25_fields_are_anded(ana: Caller, stock: Shelf) -> None:
    both = {"match[type]": "indicator", "match[id]": f"{stock.malware['id']},{stock.indicator['id']}"}
    assert ids(ana.get(objects("xa"), both)) == [stock.indicator["id"]]
    assert ana.get(objects("xa"), {"match[type]": "indicator", "match[id]": stock.malware["id"]}).json == {}
    later = {"match[type]": "indicator", "added_after": ana.get(objects("xa"), "limit=2").headers[LAST]}
    assert ids(ana.get(objects("xa"), later)) == [stock.three["id"]]


def test_F_20_I_25_a_comma_is_or_and_a_space_is_part_of_the_value(ana: Caller, stock: Shelf) -> None:
    assert set(ids(ana.get(objects("xa"), {"match[type]": "indicator,malware"}))) == {
        stock.three["id"],
        stock.indicator["id"],
        stock.malware["id"],
    }
    assert ids(ana.get(objects("xa"), {"match[type]": "malware, indicator"})) == [stock.malware["id"]]


@pytest.mark.parametrize("name", ["match[type]", "match%5Btype%5D", "match%5btype%5d", "%6Datch[type]"])
@pytest.mark.parametrize("comma", [",", "%2C"])
def test_F_21_percent_encoding_changes_nothing(ana: Caller, stock: Shelf, name: str, comma: str) -> None:
    found = ids(ana.get(objects("xa"), f"{name}=malware{comma}identity"))
    assert found == [stock.malware["id"], stock.identity["id"]]


@pytest.mark.parametrize("field", ["id", "type", "version", "spec_version"])
@pytest.mark.parametrize("path", [objects("xa"), manifest("xa")])
def test_F_21_an_empty_value_is_400(ana: Caller, field: str, path: str) -> None:
    refused(ana.get(path, f"match[{field}]="), 400)


def test_F_22_ids_are_matched_exactly(ana: Caller, stock: Shelf) -> None:
    two = f"{stock.identity['id']},{stock.malware['id']}"
    for path in (objects("xa"), manifest("xa")):
        assert ids(ana.get(path, {"match[id]": stock.malware["id"]})) == [stock.malware["id"]]
        assert ids(ana.get(path, {"match[id]": two})) == [stock.malware["id"], stock.identity["id"]]
        for unknown in (indicator()["id"], "nonsense", stock.malware["id"].upper(), "😀", "x" * 3000):
            assert ana.get(path, f"match[id]={quote(unknown)}").json == {}


def test_F_23_types_are_matched_exactly(ana: Caller, stock: Shelf) -> None:
    found = ana.get(objects("xa"), {"match[type]": "indicator"})
    assert ids(found) == [stock.indicator["id"], stock.three["id"]]
    assert {item["type"] for item in found.json["objects"]} == {"indicator"}


@pytest.mark.parametrize(
    "kind",
    [
        *("attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator"),
        *("infrastructure", "intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data"),
        *("opinion", "report", "threat-actor", "tool", "vulnerability", "relationship", "sighting"),
        *("artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file"),
        *("ipv4-addr", "ipv6-addr", "mac-addr", "mutex", "network-traffic", "process", "software", "url"),
        *("user-account", "windows-registry-key", "x509-certificate", "marking-definition", "language-content"),
        *("extension-definition", "bundle", "x-foo"),
    ],
)
def test_F_24_every_type_may_be_asked_for(ana: Caller, kind: str) -> None:
    assert ana.get(objects("xa"), {"match[type]": kind}).status_code == 200


@pytest.mark.parametrize("endpoint", PAGED)
def test_F_25_F_26_specification_versions_are_matched(ana: Caller, stock: Shelf, endpoint: str) -> None:
    path = every_path("xa", stock.three["id"])[endpoint]
    whole = ana.get(path).json
    assert ana.get(path, "match[spec_version]=2.1").json == whole
    assert ana.get(path, "match[spec_version]=2.0,2.1").json == whole
    assert ana.get(path, "match[spec_version]=2.0").json == {}


VERSIONS = [
    ("", [V3]),
    ("last", [V3]),
    ("first", [V1]),
    ("all", [V1, V2, V3]),
    (V2, [V2]),
    ("2024-01-02T00:00:00Z", [V2]),
    ("2024-01-02T00:00:00.000000Z", [V2]),
    ("2024-01-03T00:00:00.12Z", [V3]),
    (f"last,first,{V2}", [V1, V2, V3]),
    (f"{V3},first", [V1, V3]),
    (f"last,{V3}", [V3]),
    ("1999-01-01T00:00:00.000Z", []),
    ("1999-01-01T00:00:00.000Z,first", [V1]),
]


@pytest.mark.parametrize(("value", "expected"), VERSIONS)
def test_F_27_F_28_F_30_F_31_F_37_versions_are_chosen(
    ana: Caller, stock: Shelf, value: str, expected: list[str]
) -> None:
    asked = f"match[version]={value}" if value else ""
    assert modified(ana.get(one("xa", stock.three["id"]), asked)) == expected
    for path in (objects("xa"), manifest("xa")):
        assert modified(ana.get(path, f"match[id]={stock.three['id']}&{asked}")) == expected


def test_F_31_one_version_is_first_and_last_and_comes_once(ana: Caller, stock: Shelf) -> None:
    assert ids(ana.get(one("xa", stock.malware["id"]), "match[version]=first,last")) == [stock.malware["id"]]


def test_F_34_F_35_what_has_no_modified_has_a_version_all_the_same(ana: Caller) -> None:
    marking, observable = statement(), address()
    made = {detail["id"]: detail["version"] for detail in ana.added("common", marking, observable)["successes"]}
    assert made[marking["id"]] == marking["created"]
    for item in (marking, observable):
        version = made[item["id"]]
        assert ana.get(versions("common", item["id"])).json["versions"] == [version]
        assert modified(ana.get(manifest("common"), f"match[id]={item['id']}")) == [version]
        assert ids(ana.get(one("common", item["id"]), {"match[version]": version})) == [item["id"]]


def test_F_38_first_and_last_are_of_the_whole_collection(ana: Caller) -> None:
    item = indicator()
    ana.added("common", item)
    after = ana.get(objects("common")).headers[LAST]
    ana.added("common", revised(item, V2))
    ana.added("common", revised(item, V3))
    asked = {"added_after": after, "match[id]": item["id"]}
    assert modified(ana.get(objects("common"), asked | {"match[version]": "first"})) == []
    assert modified(ana.get(objects("common"), asked | {"match[version]": "last"})) == [V3]
    assert modified(ana.get(objects("common"), asked | {"match[version]": "all"})) == [V2, V3]


def test_F_39_an_endpoint_applies_its_own_filters_and_no_others(ana: Caller, stock: Shelf) -> None:
    paths = every_path("xa", stock.three["id"])
    foreign = "match[id]=x&match[type]=malware"
    assert modified(ana.get(paths["object"], foreign)) == [V3]
    assert modified(ana.get(paths["versions"], f"{foreign}&match[version]={V1}")) == [V1, V2, V3]
    assert modified(ana.get(paths["versions"], "match[version]=garbage")) == [V1, V2, V3]
    for endpoint in ("discovery", "api-root", "collections", "collection"):
        assert ana.get(paths[endpoint], "limit=1&match[id]=x&added_after=2099-01-01T00:00:00Z").json == (
            ana.get(paths[endpoint]).json
        )


def test_F_40_the_manifest_is_filtered_by_its_objects(ana: Caller, stock: Shelf) -> None:
    assert ids(ana.get(manifest("xa"), "match[type]=indicator")) == [stock.indicator["id"], stock.three["id"]]
