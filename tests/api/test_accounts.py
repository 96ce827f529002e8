"""Member administrators keep their own organisation's accounts and tokens, and no more."""

import pytest

from hub.domain.directory import Role
from tests.api.region import Caller, Region


@pytest.fixture(scope="module")
def bea(region: Region) -> Caller:
    """Give another administrator of Australia's CERT."""
    return region.account("au-cert/bea", Role.ADMINISTRATOR)


def test_the_secret_of_a_new_account_is_told_once_and_lets_in(region: Region, ada: Caller) -> None:
    added = ada.post("/accounts", {"id": "au-cert/new", "roles": ["analyst"], "token_days": 7})
    assert added.status_code == 201, added.text
    assert added.headers["Location"] == "/api/v1/accounts/au-cert/new"
    secret = added.json["secret"]
    new = Caller(application=region.application, username="au-cert/new", token=secret)
    assert new.get("/me").json["account"]["id"] == "au-cert/new"
    assert secret not in ada.get("/accounts/au-cert/new/tokens").text
    assert secret not in ada.get("/accounts/au-cert/new").text


def test_a_revoked_token_lets_nobody_in(region: Region, ada: Caller) -> None:
    given = ada.post("/accounts", {"id": "au-cert/gone", "roles": ["analyst"]}).json
    gone = Caller(application=region.application, username="au-cert/gone", token=given["secret"])
    assert gone.get("/me").status_code == 200
    token = given["token"]["id"]
    assert ada.call("DELETE", f"/accounts/au-cert/gone/tokens/{token}").status_code == 204
    assert gone.get("/me").status_code == 401


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_an_administrator_gives_nobody_a_role_of_the_forum(ada: Caller, role: str) -> None:
    assert ada.post("/accounts", {"id": f"au-cert/{role}", "roles": [role]}).status_code == 403
    assert ada.patch("/accounts/au-cert/ada", {"roles": ["administrator", role]}).status_code == 403


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_not_even_an_operator_gives_a_role_of_the_forum_to_a_members_account(olga: Caller, role: str) -> None:
    refused = olga.post("/accounts", {"id": f"nz-cert/{role}", "roles": [role]})
    assert (refused.status_code, refused.json["code"]) == (400, "BAD_REQUEST")


def test_nobody_ends_their_own_right_to_keep_accounts(olga: Caller, ada: Caller) -> None:
    for caller, account in ((olga, "desk/olga"), (ada, "au-cert/ada")):
        for refused in (
            caller.post(f"/accounts/{account}/disable"),
            caller.patch(f"/accounts/{account}", {"roles": ["analyst"]}),
        ):
            assert (refused.status_code, refused.json["code"]) == (409, "OWN_ACCESS")


def test_another_administrator_may(bea: Caller, ada: Caller) -> None:
    assert bea.post("/accounts/au-cert/ada/disable").status_code == 200
    assert ada.get("/me").status_code == 403
    assert bea.post("/accounts/au-cert/ada/enable").status_code == 200
    assert ada.get("/me").status_code == 200


def test_nobody_revokes_the_last_token_that_lets_them_in(ada: Caller) -> None:
    tokens = ada.get("/accounts/au-cert/ada/tokens").json["items"]
    last = tokens[-1]["id"]
    refused = ada.call("DELETE", f"/accounts/au-cert/ada/tokens/{last}")
    assert (refused.status_code, refused.json["code"]) == (409, "OWN_ACCESS")
    another = ada.post("/accounts/au-cert/ada/tokens", {"days": 1}).json["token"]["id"]
    assert ada.call("DELETE", f"/accounts/au-cert/ada/tokens/{another}").status_code == 204


def test_an_administrator_is_told_of_another_organisation_what_of_one_that_is_not_there(ada: Caller) -> None:
    for path in ("/accounts/{}/zoe", "/accounts/{}/zoe/tokens", "/organisations/{}", "/organisations/{}/keys"):
        there, absent = ada.get(path.format("nz-cert")), ada.get(path.format("no-such"))
        assert (there.status_code, there.data) == (absent.status_code, absent.data)
        assert there.status_code == 404


def test_a_list_is_told_a_page_at_a_time(olga: Caller) -> None:
    whole = [known["code"] for known in olga.get("/members").json["items"]]
    seen: list[str] = []
    query = {"limit": "10"}
    while True:
        page = olga.get("/members", query).json
        seen += [known["code"] for known in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == whole == sorted(whole)
    assert len(whole) > 20


def test_the_ledger_tells_who_did_what_newest_first(olga: Caller, aldo: Caller) -> None:
    assert olga.post("/members/TH/suspend").status_code == 200
    assert olga.post("/members/TH/activate").status_code == 200
    page = aldo.get("/ledger", {"subject": "TH", "limit": "2"}).json
    assert [(entry["actor"], entry["action"]) for entry in page["items"]] == [
        ("desk/olga", "member.activate"),
        ("desk/olga", "member.suspend"),
    ]
    following = aldo.get("/ledger", {"subject": "TH", "limit": "2", "cursor": page["next"]}).json
    assert [entry["actor"] for entry in following["items"]] == ["hub:files"]
    assert following["next"] is None


def test_a_suspended_member_is_shut_out_at_once(region: Region, olga: Caller) -> None:
    dee = region.account("vn-cert/dee", Role.ANALYST)
    assert dee.get("/me").status_code == 200
    assert olga.post("/members/VN/suspend").status_code == 200
    assert dee.get("/me").status_code == 403
