"""TAXII 2.1 §5.1, §5.2: collections (C)."""

from pathlib import Path
from shutil import copytree

import pytest

from hub.domain.errors import ConfigurationError
from hub.runtime.catalogue import load_catalogue
from tests.taxii import forms
from tests.taxii.caller import ROOT, Caller, collection, every_path, objects
from tests.taxii.content import Shelf
from tests.taxii.forms import refused
from tests.taxii.harness import COLLECTIONS, HERE

LIST = f"{ROOT}collections/"


def test_C_01_C_02_every_collection_is_listed(ana: Caller, cho: Caller) -> None:
    for caller in (ana, cho):
        entries = forms.read(caller.get(LIST), forms.Collections).collections
        assert entries
        assert {entry.alias for entry in entries} == {*COLLECTIONS, "all"}


def test_P_02_I_02_the_list_is_in_order_of_id(ana: Caller) -> None:
    listed = [entry["id"] for entry in ana.get(LIST).json["collections"]]
    assert listed == sorted(listed)
    assert ana.get(LIST).data == ana.get(LIST).data


def test_C_03_an_alias_is_given_once(tmp_path: Path) -> None:
    copytree(HERE / "collections", tmp_path, dirs_exist_ok=True)
    country = tmp_path / "xb.toml"
    country.write_text(country.read_text().replace('alias = "xb"', 'alias = "common"'))
    with pytest.raises(ConfigurationError, match="`alias` common is taken"):
        load_catalogue(tmp_path)


def test_C_04_an_alias_stands_for_the_id_everywhere(ana: Caller, stock: Shelf) -> None:
    by_id = ana.get(collection("xa")).json["id"]
    by_alias, by_its_id = (every_path(name, stock.three["id"]) for name in ("xa", by_id))
    for endpoint in ("collection", "manifest", "objects", "object", "versions"):
        assert ana.get(by_alias[endpoint]).data == ana.get(by_its_id[endpoint]).data


@pytest.mark.parametrize(
    ("name", "of_ana", "of_ben", "of_cho"),
    [
        ("xa", (True, True), (True, False), (True, False)),
        ("xb", (True, False), (True, True), (True, False)),
        ("common", (True, True), (True, True), (True, False)),
        ("read-only", (True, False), (True, False), (True, False)),
        ("write-only", (False, True), (False, True), (False, False)),
        ("closed", (False, False), (False, False), (False, False)),
        ("all", (True, False), (True, False), (True, False)),
    ],
)
def test_C_05_C_06_I_14_rights_are_the_callers_own(  # noqa: PLR0913, PLR0917 - three callers, one table
    ana: Caller,
    ben: Caller,
    cho: Caller,
    name: str,
    of_ana: tuple[bool, bool],
    of_ben: tuple[bool, bool],
    of_cho: tuple[bool, bool],
) -> None:
    for caller, rights in ((ana, of_ana), (ben, of_ben), (cho, of_cho)):
        entry = caller.get(collection(name)).json
        assert (entry["can_read"], entry["can_write"]) == rights
        assert (caller.get(objects(name)).status_code == 200) == rights[0]
        assert (caller.post(objects(name), b"{").status_code == 400) == rights[1]


def test_C_07_C_08_collections_take_stix_2_1(ana: Caller) -> None:
    for entry in ana.get(LIST).json["collections"]:
        assert entry["media_types"] == ["application/stix+json;version=2.1"]


@pytest.mark.parametrize("name", [*COLLECTIONS, "all"])
def test_C_09_an_entry_of_the_list_is_the_collection_itself(ana: Caller, name: str) -> None:
    entry = ana.get(collection(name)).json
    assert entry in ana.get(LIST).json["collections"]
    assert ana.get(collection(entry["id"])).json == entry


@pytest.mark.parametrize("name", ["5d1b5a7e-6a5b-4a0f-8c7b-9a3c1c0a7e42", "unknown", "xa ", "%F0%9F", "x" * 300])
def test_C_10_I_15_an_unknown_collection_is_404_on_all_its_paths(ana: Caller, name: str) -> None:
    paths = every_path(name, "indicator--5d1b5a7e-6a5b-4a0f-8c7b-9a3c1c0a7e42")
    for endpoint in ("collection", "manifest", "objects", "object", "versions"):
        refused(ana.get(paths[endpoint]), 404)
    refused(ana.post(objects(name), b'{"objects":[]}'), 404)
    refused(ana.delete(paths["object"]), 404)


def test_C_11_an_id_is_found_in_either_case(ana: Caller) -> None:
    entry = ana.get(collection("xa")).json
    assert ana.get(collection(entry["id"].upper())).json == entry
