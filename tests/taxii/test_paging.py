"""TAXII 2.1 §3.2, §3.3, §3.5: order, headers and pages (P), and the cursor that carries them (F-12 to F-16)."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from hub.runtime.web.building import build_web
from tests.taxii import forms
from tests.taxii.caller import FIRST, LAST, Caller, every_path, ids, manifest, modified, objects, one
from tests.taxii.content import V1, V2, V3, Shelf, identity, indicator, malware
from tests.taxii.forms import refused
from tests.taxii.harness import PAGE_DEFAULT, Hub

PAGED = ["manifest", "objects", "object", "versions"]


def filled(ana: Caller, name: str, count: int) -> list[str]:
    """Add objects in one envelope; return the ids."""
    made = [identity() for _ in range(count)]
    ana.added(name, *made)
    return [item["id"] for item in made]


@pytest.fixture(autouse=True)
def _clean(ana: Caller) -> None:
    """Empty the collection `common`, which tests here fill."""
    for page in list(ana.pages(manifest("common"), {})):
        for object_id in ids(page):
            ana.delete(one("common", object_id))


def test_P_03_F_12_P_13_next_walks_every_paged_endpoint(ana: Caller, stock: Shelf) -> None:
    for endpoint in PAGED:
        path = every_path("xa", stock.three["id"])[endpoint]
        query = {} if endpoint == "versions" else {"match[version]": "all"}
        whole = modified(ana.get(path, query))
        pages = list(ana.pages(path, {**query, "limit": "1"}))
        assert [version for page in pages for version in modified(page)] == whole
        assert all("next" in page.json for page in pages[:-1])
        assert "next" not in pages[-1].json
        assert len(pages) == len(whole)
    assert modified(ana.get(one("xa", stock.three["id"]), "match[version]=all")) == [V1, V2, V3]


def test_F_12_next_needs_no_limit(ana: Caller, stock: Shelf) -> None:
    following = ana.get(objects("xa"), "limit=2").json["next"]
    assert ids(ana.get(objects("xa"), {"next": following})) == stock.in_order[2:]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 10])
def test_P_10_each_record_comes_once(ana: Caller, limit: int) -> None:
    expected = filled(ana, "common", 20)
    pages = list(ana.pages(objects("common"), {"limit": str(limit)}))
    found = [object_id for page in pages for object_id in ids(page)]
    assert sorted(found) == sorted(expected)
    assert len(pages) == -(-20 // limit)
    assert pages[-1].json.get("more") is False


def test_F_14_next_is_no_key_to_another_collection(ana: Caller, stock: Shelf) -> None:
    following = ana.get(objects("xa"), "limit=1").json["next"]
    assert stock.three["id"] in ana.get(objects("xa"), {"next": following}).text
    assert ana.get(objects("empty"), {"next": following}).json == {}
    refused(ana.get(objects("closed"), {"next": following}), 403)


def test_F_15_next_is_no_way_round_a_filter(ana: Caller, stock: Shelf) -> None:
    following = ana.get(objects("xa"), "limit=1").json["next"]
    query = {"match[type]": "indicator", "next": following}
    assert ids(ana.get(objects("xa"), query)) == [stock.indicator["id"], stock.three["id"]]


def test_F_16_next_may_be_asked_again_later_and_elsewhere(hub: Hub, ana: Caller, stock: Shelf) -> None:
    following = ana.get(objects("xa"), "limit=2").json["next"]
    first = ana.get(objects("xa"), {"next": following, "limit": "2"})
    assert ana.get(objects("xa"), {"next": following, "limit": "2"}).data == first.data
    restarted = Caller(application=build_web(hub.settings, hub.urls), username=ana.username, token=ana.token)
    assert restarted.get(objects("xa"), {"next": following, "limit": "2"}).data == first.data
    encoded = "".join(f"%{ord(character):02X}" for character in following)
    assert ana.get(objects("xa"), f"limit=2&next={encoded}").data == first.data
    assert ids(first) == stock.in_order[2:4]


def test_F_13_a_forged_next_is_400(ana: Caller, stock: Shelf) -> None:
    following = ana.get(objects("xa"), "limit=2").json["next"]
    assert stock
    for forged in (following[::-1], following[:-1], following + "A", following.swapcase(), f"{following}="):
        refused(ana.get(objects("xa"), {"next": forged}), 400)


@pytest.mark.parametrize("endpoint", PAGED)
def test_P_04_P_05_headers_are_those_of_the_page(ana: Caller, stock: Shelf, endpoint: str) -> None:
    path = every_path("xa", stock.three["id"])[endpoint]
    added = {
        (record["id"], record["version"]): record["date_added"]
        for record in ana.get(manifest("xa"), "match[version]=all").json["objects"]
    }
    page = ana.get(path, "limit=2" if endpoint == "versions" else "limit=2&match[version]=all")
    if endpoint == "versions":
        listed = [(stock.three["id"], version) for version in page.json["versions"]]
    else:
        listed = [(item["id"], item.get("version") or item.get("modified")) for item in page.json["objects"]]
    assert (page.headers[FIRST], page.headers[LAST]) == (added[listed[0]], added[listed[-1]])


@pytest.mark.parametrize("endpoint", PAGED)
def test_P_05_P_06_an_empty_page_echoes_where_it_started(ana: Caller, stock: Shelf, endpoint: str) -> None:
    path = every_path("xa", stock.three["id"])[endpoint]
    for given, echoed in (
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:00.000000Z"),
        ("2099-01-01T00:00:00.123456789Z", "2099-01-01T00:00:00.123456Z"),
    ):
        page = ana.get(path, {"added_after": given})
        assert page.json == {}
        assert (page.headers[FIRST], page.headers[LAST]) == (echoed, echoed)


def test_P_06_an_echoed_year_has_four_digits(ana: Caller) -> None:
    page = ana.get(objects("empty"), {"added_after": "0001-01-01T00:00:00Z"})
    assert page.headers[LAST] == "0001-01-01T00:00:00.000000Z"


def test_P_06_a_poller_of_an_empty_collection_misses_nothing(ana: Caller) -> None:
    empty = ana.get(objects("common"))
    assert empty.json == {}
    msgspec.convert(empty.headers[LAST], forms.Timestamp)
    expected = filled(ana, "common", 3)
    assert ids(ana.get(objects("common"), {"added_after": empty.headers[LAST]})) == expected


@pytest.mark.parametrize("path", [objects("common"), manifest("common")])
def test_P_07_P_08_M_06_date_added_walks_one_envelope_of_a_hundred(ana: Caller, path: str) -> None:
    expected = filled(ana, "common", 100)
    found: list[str] = []
    query = {"limit": "7"}
    while page := ids(answer := ana.get(path, query)):
        found += page
        query["added_after"] = answer.headers[LAST]
    assert sorted(found) == sorted(expected)
    added = [record["date_added"] for answer in ana.pages(manifest("common"), {}) for record in answer.json["objects"]]
    assert added == sorted(set(added))
    assert len(added) == 100


def test_P_09_a_poller_beside_writers_misses_nothing(ana: Caller) -> None:
    with ThreadPoolExecutor(4) as writers:
        written = [writers.submit(filled, ana, "common", 2) for _ in range(40)]
        found: list[str] = []
        query = {"limit": "9"}
        while True:
            finished = all(work.done() for work in written)
            answer = ana.get(objects("common"), query)
            found += ids(answer)
            query["added_after"] = answer.headers[LAST]
            if finished and not ids(answer):
                break
    assert sorted(found) == sorted(object_id for work in written for object_id in work.result())


def test_P_11_a_walk_may_end_in_an_empty_page(ana: Caller) -> None:
    filled(ana, "common", 4)
    page = ana.get(objects("common"), "limit=2")
    assert page.json["more"] is True
    for object_id in ids(ana.get(objects("common"), {"next": page.json["next"]})):
        ana.delete(one("common", object_id))
    assert ana.get(objects("common"), {"next": page.json["next"]}).json == {}


def test_P_12_F_11_G_18_the_server_caps_a_page(ana: Caller) -> None:
    filled(ana, "common", PAGE_DEFAULT + 1)
    for path in (objects("common"), manifest("common")):
        page = ana.get(path)
        assert len(ids(page)) == PAGE_DEFAULT
        assert page.json["more"] is True
        assert len(ids(ana.get(path, {"next": page.json["next"]}))) == 1


def test_P_14_a_walk_is_not_disturbed(ana: Caller) -> None:
    expected = filled(ana, "common", 6)
    order = ids(ana.get(objects("common")))
    page = ana.get(objects("common"), "limit=3")
    ana.delete(one("common", order[0]))
    ana.delete(one("common", order[4]))
    late = filled(ana, "common", 1)
    assert ids(ana.get(objects("common"), {"next": page.json["next"]})) == [order[3], order[5], *late]
    assert sorted(order) == sorted(expected)


def test_P_15_a_shown_date_excludes_its_own_record(ana: Caller, stock: Shelf) -> None:
    records = ana.get(manifest("xa")).json["objects"]
    assert [record["id"] for record in records] == stock.in_order
    for number, record in enumerate(records):
        assert ids(ana.get(objects("xa"), {"added_after": record["date_added"]})) == stock.in_order[number + 1 :]


def test_P_16_ranges_are_ignored(ana: Caller, stock: Shelf) -> None:
    for header in ("items 0-1", "items=0-1", "bytes=0-9"):
        answer = ana.get(objects("xa"), headers={"Range": header})
        assert ids(answer) == stock.in_order
        assert "Content-Range" not in answer.headers


def test_P_01_what_is_added_last_comes_last_whatever_its_age(ana: Caller) -> None:
    newer, older = indicator(), malware(created="1999-01-01T00:00:00.000Z", modified="1999-01-01T00:00:00.000Z")
    ana.added("common", newer)
    ana.added("common", older)
    assert ids(ana.get(objects("common"))) == [newer["id"], older["id"]]
