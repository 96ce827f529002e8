"""TAXII 2.1 §5.5: adding objects (W)."""

import io
import json
from datetime import UTC, datetime

import pytest

from tests.taxii import forms
from tests.taxii.caller import TAXII, Answer, Caller, ids, manifest, modified, objects, one, status, versions
from tests.taxii.content import CREATED, V1, V2, V3, Item, address, identity, indicator, malware, revised, statement
from tests.taxii.forms import refused
from tests.taxii.harness import BODY_MAX

HOME = objects("common")


def added(ana: Caller, object_id: str) -> list[dict[str, str]]:
    """Return the manifest records of an object."""
    found = ana.get(manifest("common"), {"match[id]": object_id, "match[version]": "all"})
    return list(found.json.get("objects", []))


def envelope(*items: object, **more: object) -> bytes:
    return json.dumps({"objects": items} | more).encode()


def announced(ana: Caller, body: bytes) -> Answer:
    """POST a body with its Content-Length."""
    return ana.post(HOME, body)


def chunked(ana: Caller, body: bytes) -> Answer:
    """POST a body of no announced length."""
    return ana.call(
        "POST",
        HOME,
        headers={"Content-Type": TAXII},
        input_stream=io.BytesIO(body),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )


def test_W_01_a_post_is_answered_with_a_status(ana: Caller) -> None:
    answer = ana.post(HOME, envelope(identity()))
    assert answer.status_code == 202
    submitted = forms.read(answer, forms.Status)
    assert ana.get(status(submitted.id)).status_code == 200


@pytest.mark.parametrize("make", [identity, address, statement])
def test_W_02_W_03_a_repetition_succeeds_and_adds_nothing(ana: Caller, make: type) -> None:
    item = make()
    first = ana.added("common", item)
    before = added(ana, item["id"])
    again = ana.added("common", item, item)
    assert added(ana, item["id"]) == before
    assert len(before) == 1
    assert {detail["version"] for detail in again["successes"]} == {first["successes"][0]["version"]}


def test_W_03_an_object_may_stand_twice_in_one_envelope(ana: Caller) -> None:
    item = identity()
    ana.added("common", item, item)
    assert len(added(ana, item["id"])) == 1


def bundle(item: Item) -> bytes:
    return json.dumps(
        {"type": "bundle", "id": "bundle--5d1b5a7e-6a5b-4a0f-8c7b-9a3c1c0a7e42", "objects": [item]}
    ).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"{nope",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b'{"objects":{}}',
        b'{"objects":null}',
        b"{}",
        b'{"objects":[]}',
        b'{"objects":[{}]',
        json.dumps(identity()).encode(),
        bundle(identity()),
        b" ",
        b"[" * 100_000,
        b'{"objects":[{"a":NaN}]}',
        b'{"objects":[{"a":1,"a":2}]}',
        b'{"objects":[{"a":"\\ud800"}]}',
        b'{"objects":[' + b'{"a":' * 100 + b"1" + b"}" * 100 + b"]}",
    ],
)
def test_W_04_W_05_W_06_W_23_what_is_no_envelope_is_refused_whole(ana: Caller, body: bytes) -> None:
    refused(ana.post(HOME, body), 400, 422)


def test_W_05_an_empty_body_is_400(ana: Caller) -> None:
    refused(ana.post(HOME, b""), 400)
    refused(chunked(ana, b""), 400)


@pytest.mark.parametrize(
    "bad",
    [{}, {"type": "identity"}, {"id": "identity--x"}, 7, "text", None, [], {"type": 7, "id": 7}, {"modified": []}],
)
def test_W_07_W_08_a_bad_object_does_not_harm_its_neighbours(ana: Caller, bad: object) -> None:
    first, last = identity(), identity()
    answer = ana.post(HOME, envelope(first, bad, last))
    submitted = forms.read(answer, forms.Status)
    assert (answer.status_code, submitted.success_count, submitted.failure_count) == (202, 2, 1)
    assert len(added(ana, first["id"])) == len(added(ana, last["id"])) == 1


def sized(size: int) -> tuple[bytes, str]:
    item = identity(name="")
    item["description"] = "x" * (size - len(envelope(item | {"description": ""})))
    return envelope(item), str(item["id"])


@pytest.mark.parametrize("size", [BODY_MAX - 1, BODY_MAX])
def test_W_10_W_11_a_body_up_to_the_limit_is_taken(ana: Caller, size: int) -> None:
    for send in (announced, chunked):
        body, _ = sized(size)
        assert len(body) == size
        assert send(ana, body).status_code == 202


@pytest.mark.parametrize("size", [BODY_MAX + 1, BODY_MAX + 2, 3 * BODY_MAX])
def test_W_09_W_11_a_larger_body_is_413(ana: Caller, size: int) -> None:
    for send in (announced, chunked):
        body, object_id = sized(size)
        refused(send(ana, body), 413)
        assert added(ana, object_id) == []


def test_W_11_a_chunked_body_is_the_same_body(ana: Caller) -> None:
    item = identity()
    submitted = forms.read(chunked(ana, envelope(item)), forms.Status)
    assert submitted.success_count == 1
    assert ana.get(one("common", item["id"])).json["objects"] == [item]


def test_W_09_a_body_that_ends_early_is_400(ana: Caller) -> None:
    cut = ana.call(
        "POST",
        HOME,
        headers={"Content-Type": TAXII},
        input_stream=io.BytesIO(envelope(identity())),
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": "4000"},
    )
    refused(cut, 400)


@pytest.mark.parametrize("item", [indicator(spec_version="9.9"), identity(spec_version="2.0")])
def test_W_12_an_unknown_specification_version_is_a_failure(ana: Caller, item: Item) -> None:
    (detail,) = ana.add("common", item)["failures"]
    assert detail["message"].startswith("SPEC_VERSION: ")
    assert added(ana, item["id"]) == []


def test_W_13_W_22_K_01_I_29_other_members_of_an_envelope_are_ignored(ana: Caller) -> None:
    item = identity()
    name = "x_f18dd923_7fdd_4c5c_94f3_807f556bce6b_note"
    answer = ana.post(HOME, envelope(item, more=True, next="abc", x_foo=1, **{name: "custom"}))
    assert forms.read(answer, forms.Status).success_count == 1
    assert ids(ana.get(one("common", item["id"]))) == [item["id"]]


def test_W_14_versions_stand_beside_one_another(ana: Caller) -> None:
    item = indicator()
    ana.added("common", item)
    ana.added("common", revised(item, V2))
    assert ana.get(versions("common", item["id"])).json["versions"] == [V1, V2]


def test_W_15_an_older_version_may_come_late(ana: Caller) -> None:
    item = indicator()
    ana.added("common", revised(item, V3))
    ana.added("common", revised(item, V2))
    assert modified(ana.get(one("common", item["id"]))) == [V3]
    assert modified(ana.get(one("common", item["id"]), "match[version]=all")) == [V3, V2]
    records = added(ana, item["id"])
    assert [record["version"] for record in records] == [V3, V2]
    assert records[0]["date_added"] < records[1]["date_added"]


def test_W_16_a_version_is_never_overwritten(ana: Caller) -> None:
    item = indicator(name="As it was")
    ana.added("common", item)
    (detail,) = ana.add("common", item | {"name": "Changed"})["failures"]
    assert detail["message"].startswith("VERSION_CONFLICT: ")
    assert ana.get(one("common", item["id"]), "match[version]=all").json["objects"] == [item]


def test_W_17_an_observable_needs_neither_version_nor_spec_version(ana: Caller) -> None:
    item = address()
    del item["spec_version"]
    ana.added("common", item)
    assert ana.get(one("common", item["id"]), "match[spec_version]=2.1").json["objects"] == [item]


def test_W_18_a_stix_2_0_object_is_a_failure(ana: Caller) -> None:
    item = indicator(labels=["malicious-activity"])
    del item["spec_version"]
    (detail,) = ana.add("common", item)["failures"]
    assert detail["message"].startswith("SPEC_VERSION: ")


def language_content(translated: Item) -> Item:
    return {
        "type": "language-content",
        "spec_version": "2.1",
        "id": "language-content--b86bd89f-98bb-4fa9-8cb2-9ad421da981d",
        "created": CREATED,
        "modified": CREATED,
        "object_ref": translated["id"],
        "object_modified": translated["modified"],
        "contents": {"de": {"name": "Ein Name"}},
        "object_marking_refs": translated["object_marking_refs"],
    }


def extension_definition(author: Item) -> Item:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": "extension-definition--9c59fd79-4215-4ba2-920d-3e4f320e1e62",
        "created": CREATED,
        "modified": CREATED,
        "created_by_ref": author["id"],
        "name": "An extension",
        "schema": "https://schemas.example/extension.json",
        "version": "1.0.0",
        "extension_types": ["property-extension"],
        "object_marking_refs": author["object_marking_refs"],
    }


def test_W_19_meta_objects_are_taken(ana: Caller) -> None:
    author, family = identity(), malware()
    sent = [author, family, statement(), language_content(family), extension_definition(author)]
    ana.added("common", *sent)
    for item in sent:
        assert ana.get(one("common", item["id"])).json["objects"] == [item]


def test_W_20_custom_types_and_properties_are_kept(ana: Caller) -> None:
    custom = {**identity(x_score=7), "type": "x-foo", "id": "x-foo--9c59fd79-4215-4ba2-920d-3e4f320e1e62"}
    ana.added("common", custom)
    assert ana.get(one("common", custom["id"])).json["objects"] == [custom]


@pytest.mark.parametrize("digits", ["", ".0", ".000", ".000000", ".000000000", ".123456789", ".Z"])
def test_W_21_no_spelling_of_a_timestamp_breaks_the_collection(ana: Caller, digits: str) -> None:
    moment = f"2023-05-05T05:05:05{digits}Z"
    answer = ana.add("common", indicator(created=moment, modified=moment))
    assert answer["success_count"] + answer["failure_count"] == 1
    for path in (objects("common"), manifest("common")):
        assert ana.get(path, "match[version]=all").status_code == 200


def test_W_15_date_added_is_the_time_of_adding(ana: Caller) -> None:
    before = datetime.now(UTC)
    item = identity()
    ana.added("common", item)
    (record,) = added(ana, item["id"])
    assert before.isoformat() < record["date_added"]
