"""The official client, taxii2-client, against a real web server (Q)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests
from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages

from tests.taxii.caller import TAXII, Caller
from tests.taxii.content import V2, V3, Shelf, identity, indicator
from tests.taxii.harness import Hub
from tests.taxii.served import Address, served

PAGE = 3


@pytest.fixture(scope="module")
def address(hub: Hub) -> Iterator[Address]:
    with served(hub.settings, hub.urls) as running:
        yield running


@pytest.fixture(scope="module")
def root(address: Address, ana: Caller) -> ApiRoot:
    return Server(f"{address.url}/taxii2/", user=ana.username, password=ana.token).default


def opened(root: ApiRoot, alias: str) -> Collection:
    return next(entry for entry in root.collections if entry.alias == alias)


def test_D_08_I_11_I_12_the_relative_root_is_followed(root: ApiRoot, address: Address) -> None:
    assert root.url == f"{address.url}/appf/"
    assert root.versions == [TAXII]


def test_Q_01_Q_04_Q_06_I_20_I_21_a_post_and_its_status(root: ApiRoot, ana: Caller) -> None:
    submitted: Status = opened(root, "xa").add_objects({"objects": [identity(), indicator(pattern=7)]})
    assert (submitted.status, submitted.success_count, submitted.failure_count) == ("complete", 1, 1)
    status: Status = root.get_status(submitted.id)
    assert status.failures == submitted.failures
    assert ana.get(f"/appf/status/{status.id}/").status_code == 200


@pytest.mark.parametrize("query", [{}, {"per_request": PAGE}])
def test_Q_02_P_13_as_pages_walks_to_the_end(root: ApiRoot, query: dict[str, int], ana: Caller) -> None:
    sent = [identity() for _ in range(10)]
    ana.added("common", *sent)
    collection = opened(root, "common")
    for read in (collection.get_objects, collection.get_manifest):
        found = [item["id"] for page in as_pages(read, **query) for item in page.get("objects", [])]
        assert [object_id for object_id in found if object_id in {item["id"] for item in sent}] == (
            [item["id"] for item in sent]
        )


def test_Q_02_as_pages_walks_the_versions_of_one_object(root: ApiRoot, stock: Shelf) -> None:
    collection = opened(root, "xa")
    pages = as_pages(lambda **more: collection.get_object(stock.three["id"], version="all", **more), per_request=1)
    assert [page["objects"][0]["modified"] for page in pages][1:] == [V2, V3]
    versions = as_pages(lambda **more: collection.object_versions(stock.three["id"], **more), per_request=2)
    assert [version for page in versions for version in page["versions"]][1:] == [V2, V3]


def test_Q_03_a_collection_is_opened_by_its_id(root: ApiRoot, ana: Caller, stock: Shelf) -> None:
    collection = opened(root, "xa")
    again = Collection(f"{root.url}collections/{collection.id}/", user=ana.username, password=ana.token)
    assert again.title == collection.title
    assert again.get_object(stock.malware["id"])["objects"] == [stock.malware]


def test_Q_05_F_30_instants_without_their_zeros(root: ApiRoot, stock: Shelf) -> None:
    collection = opened(root, "xa")
    version = datetime(2024, 1, 2, tzinfo=UTC)
    found = collection.get_object(stock.three["id"], version=version)
    assert [item["modified"] for item in found["objects"]] == [V2]
    later = collection.get_objects(added_after=datetime(2020, 1, 1, tzinfo=UTC))
    assert stock.malware["id"] in json.dumps(later)


def test_X_01_the_client_deletes(root: ApiRoot, ana: Caller) -> None:
    item = identity()
    ana.added("xa", item)
    collection = opened(root, "xa")
    collection.delete_object(item["id"])
    with pytest.raises(requests.HTTPError, match="404"):
        collection.get_object(item["id"])
