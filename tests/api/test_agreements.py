"""An agreement through the API, from its draft over signatures made elsewhere to its end."""

from base64 import b64decode, b64encode
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.cli.main import cli
from hub.domain.directory import Role
from hub.domain.handling import Tlp
from tests.api.region import Caller, Region
from tests.support.stix import indicator
from tests.taxii.caller import Answer
from tests.taxii.caller import Caller as TaxiiCaller

AT: Final = "/agreements/au-nz"


@pytest.fixture(scope="module")
def zack(region: Region) -> Caller:
    """Give the administrator of New Zealand's CERT."""
    return region.account("nz-cert/zack", Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def otto(region: Region) -> Caller:
    """Give a second operator."""
    return region.account("desk/otto", Role.OPERATOR)


def document(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "version": 1,
        "title": "Green from Australia to New Zealand",
        "effect": "permit",
        "parties": ["AU", "NZ"],
        "valid_from": "2026-01-01T00:00:00Z",
        "clauses": [{"number": "1", "from": ["AU"], "to": ["NZ"], "tlp_max": "green"}],
        "obligations": {"permitted_actions": "internally-visible-actions"},
        "text": {"contact": "desk@hub.example"},
    } | changes


def signed(caller: Caller, organisation: str, key: Ed25519PrivateKey, name: str) -> Answer:
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    added = caller.post(f"/organisations/{organisation}/keys", {"public_key": public})
    assert added.status_code == 201, added.text
    canonical = b64decode(caller.get(f"/agreements/{name}/versions/1").json["canonical"])
    given = {"key": added.json["id"], "signature": b64encode(key.sign(canonical)).decode()}
    return caller.post(f"/agreements/{name}/versions/1/sign", given)


def test_an_agreement_is_drafted_proposed_signed_and_left(olga: Caller, ada: Caller, zack: Caller) -> None:
    drafted = olga.post("/agreements", document("au-nz"))
    assert (drafted.status_code, drafted.json["state"]) == (201, "draft")
    assert ada.get(AT).status_code == 404
    assert olga.post(f"{AT}/versions/1/propose").json["state"] == "proposed"
    assert olga.post(f"{AT}/versions/1/propose", if_match=drafted.headers["ETag"]).status_code == 412
    assert signed(ada, "au-cert", Ed25519PrivateKey.generate(), "au-nz").json["versions"][0]["unsigned"] == ["NZ"]
    assert signed(zack, "nz-cert", Ed25519PrivateKey.generate(), "au-nz").json["state"] == "active"
    assert zack.post(f"{AT}/withdraw", {"member": "AU"}).status_code == 404
    assert zack.post(f"{AT}/withdraw", {"member": "NZ"}).json["state"] == "ended"


def test_the_document_is_shown_as_it_was_drafted(olga: Caller) -> None:
    olga.post("/agreements", document("shown"))
    shown = olga.get("/agreements/shown/versions/1").json["document"]
    assert shown["clauses"][0]["from"] == ["AU"]
    assert shown["obligations"]["permitted_actions"] == "internally-visible-actions"


def test_no_operator_signs_for_a_party(olga: Caller, ada: Caller) -> None:
    olga.post("/agreements", document("unsigned"))
    olga.post("/agreements/unsigned/versions/1/propose")
    key = Ed25519PrivateKey.generate()
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    name = ada.post("/organisations/au-cert/keys", {"public_key": public}).json["id"]
    canonical = b64decode(olga.get("/agreements/unsigned/versions/1").json["canonical"])
    given = {"key": name, "signature": b64encode(key.sign(canonical)).decode()}
    assert olga.post("/agreements/unsigned/versions/1/sign", given).status_code == 403
    assert ada.post("/agreements/unsigned/versions/1/sign", given).status_code == 200


def test_a_signature_over_something_else_is_refused(olga: Caller, ada: Caller) -> None:
    olga.post("/agreements", document("forged"))
    olga.post("/agreements/forged/versions/1/propose")
    key = Ed25519PrivateKey.generate()
    public = b64encode(key.public_key().public_bytes_raw()).decode()
    name = ada.post("/organisations/au-cert/keys", {"public_key": public}).json["id"]
    given = {"key": name, "signature": b64encode(key.sign(b"something else")).decode()}
    refused = ada.post("/agreements/forged/versions/1/sign", given)
    assert (refused.status_code, refused.json["code"]) == (422, "BAD_SIGNATURE")


def test_signing_what_may_not_be_seen_tells_nothing_of_it(olga: Caller, ada: Caller, zack: Caller) -> None:
    """A draft, a version of others, and what is not there; a key of others, and none."""
    olga.post("/agreements", document("veiled"))
    olga.post("/agreements/veiled/versions/1/propose")
    olga.post("/agreements", document("veiled", version=2))
    own, foreign = (
        caller.post(f"/organisations/{organisation}/keys", {"public_key": public_half()}).json["id"]
        for caller, organisation in ((ada, "au-cert"), (zack, "nz-cert"))
    )
    at, nothing = "/agreements/veiled/versions", b64encode(bytes(64)).decode()
    absent = ada.post(f"{at}/3/sign", {"key": own, "signature": nothing})
    hidden = ada.post(f"{at}/2/sign", {"key": own, "signature": nothing})
    assert (hidden.status_code, hidden.data) == (404, absent.data)
    of_others = ada.post(f"{at}/1/sign", {"key": foreign, "signature": nothing})
    of_nobody = ada.post(f"{at}/1/sign", {"key": "SHA256:" + "x" * 43, "signature": nothing})
    assert (of_others.status_code, of_others.data) == (404, of_nobody.data)


def public_half() -> str:
    return b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()


def test_an_agreement_of_others_is_not_there(olga: Caller, ada: Caller) -> None:
    olga.post("/agreements", document("jp-kr", parties=["JP", "KR"]))
    olga.post("/agreements/jp-kr/versions/1/propose")
    there, absent = ada.get("/agreements/jp-kr"), ada.get("/agreements/no-such")
    assert (there.status_code, there.data) == (absent.status_code, absent.data)
    assert "jp-kr" not in [known["id"] for known in ada.get("/agreements").json["items"]]


def test_what_opens_without_signatures_awaits_another_operator(region: Region, olga: Caller, otto: Caller) -> None:
    region.account("nz-cert/reader", Role.ANALYST)
    maker = region.account("au-cert/maker", Role.PRODUCER)
    publisher = TaxiiCaller(application=region.application, username=maker.username, token=maker.token)
    publisher.added("au", indicator(tlp=Tlp.AMBER))
    wide = document("wide", parties=[], clauses=[{"number": "1", "from": ["AU"], "to": ["NZ"], "tlp_max": "amber"}])
    olga.post("/agreements", wide)
    awaited = olga.post("/agreements/wide/versions/1/propose").json["awaiting"]
    assert (awaited["transition"], awaited["producers"]) == ("activate", ["au-cert"])
    assert olga.post("/agreements/wide/approve").json["code"] == "OWN_REQUEST"
    assert otto.post("/agreements/wide/approve").json["state"] == "active"


@pytest.mark.parametrize(
    ("verb", "more", "words"),
    [
        ("end", (), "hub agreement suspend can be undone"),
        ("withdraw", ("au",), "hub agreement suspend can be undone"),
        ("discard", ("1",), "This drops version 1 of "),
    ],
)
def test_the_desk_ends_nothing_for_good_without_being_asked(
    region: Region, olga: Caller, verb: str, more: tuple[str, ...], words: str
) -> None:
    name = f"au-kp-{verb}"
    olga.post("/agreements", document(name))
    olga.post(f"/agreements/{name}/versions/1/propose")
    before = olga.get(f"/agreements/{name}").json
    refused = typed(region, verb, name, *more)
    assert refused.exit_code == 2
    assert words in refused.stderr
    assert "There is nobody to ask: give --yes." in refused.stderr
    assert olga.get(f"/agreements/{name}").json == before
    done = typed(region, verb, name, *more, "--yes")
    assert done.exit_code == 0, done.output
    assert [each["state"] for each in olga.get(f"/agreements/{name}").json["versions"]] == ["ended"]
    assert typed(region, verb, "nothing", *more).exit_code == 1


def typed(region: Region, *words: str) -> Result:
    environment = {"HUB_DATABASE_URL": region.urls.database, "HUB_REDIS_URL": region.urls.redis}
    return CliRunner().invoke(cli, ["agreement", *words], env=environment)


def test_what_no_agreement_can_mean_is_refused(olga: Caller) -> None:
    backwards = document("backwards", valid_until="2025-01-01T00:00:00Z")
    refused = olga.post("/agreements", backwards)
    assert (refused.status_code, refused.json["code"]) == (422, "AGREEMENT")
    unknown = olga.post("/agreements", document("unknown", colour="red"))
    assert unknown.json["faults"] == [{"path": "/colour", "message": "Extra inputs are not permitted"}]


def test_a_pair_of_members_is_suspended_by_one_call(olga: Caller) -> None:
    assert olga.post("/pairs/AU/JP/suspend").json["state"] == "active"
    assert olga.post("/pairs/JP/AU/suspend").json["id"] == "pair-au-jp"
    assert olga.post("/pairs/AU/AU/suspend").status_code == 422


def test_what_a_document_would_open_is_told_before_it_is_proposed(olga: Caller, ada: Caller) -> None:
    wanted = document("what-if", clauses=[{"number": "1", "from": ["AU"], "to": ["NZ"], "tlp_max": "amber"}])
    told = olga.post("/simulate", wanted)
    assert told.status_code == 200, told.text
    assert olga.get("/agreements/what-if").status_code == 404
    assert ada.post("/simulate", document("theirs", parties=["JP", "KR"])).status_code == 403


def test_readers_ask_after_classes_and_rights_and_operators_after_objects(
    region: Region, olga: Caller, aldo: Caller, ada: Caller, zack: Caller
) -> None:
    maker = region.account("au-cert/author", Role.PRODUCER)
    thing = indicator(tlp=Tlp.RED)
    TaxiiCaller(application=region.application, username=maker.username, token=maker.token).added("au", thing)
    question = {"account": zack.username, "object": thing["id"]}
    for caller in (olga, aldo):
        told = caller.get("/explain", question).json["versions"][0]
        assert (told["allowed"], told["parts"][0]["answer"]["rule"]) == (False, "SR-07")
        assert thing["name"] not in caller.get("/explain", question).text
    assert ada.get("/explain", question).status_code == 403
    readers = maker.get("/me/readers", {"object": thing["id"]}).json
    assert "nz-cert" in [each["organisation"] for each in readers["can_read"][0]["organisations"]]
    closed = ada.get("/me/explain", {"source": "JP", "tlp": "red", "type": "indicator"}).json["answers"]
    assert {answer["answer"]["allowed"] for answer in closed} == {False}
    assert {right["answer"]["allowed"] for right in ada.get("/me/rights").json["rights"]} == {True}
