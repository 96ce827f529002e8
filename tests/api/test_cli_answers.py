"""What the command line tells of what has happened, and why, is what the API tells."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from hub.domain.directory import Role
from hub.domain.handling import Tlp
from tests.api.region import Caller, Region
from tests.support.stix import indicator
from tests.taxii.caller import Caller as TaxiiCaller


def typed(region: Region, *words: str) -> Any:
    """Run a command that prints JSON and read it."""
    environment = {"HUB_DATABASE_URL": region.urls.database, "HUB_REDIS_URL": region.urls.redis}
    done = CliRunner().invoke(cli, [*words, "--json"], env=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refused(region: Region, *words: str) -> str:
    """Run a command that is refused and return why."""
    environment = {"HUB_DATABASE_URL": region.urls.database, "HUB_REDIS_URL": region.urls.redis}
    done = CliRunner().invoke(cli, [*words, "--json"], env=environment)
    assert done.exit_code == 1, done.output
    return done.stderr


def without_time(told: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key not in {"at", "until"}}


def test_the_ledger_is_the_same(region: Region, olga: Caller) -> None:
    olga.post("/members/PH/suspend")
    typed(region, "member", "activate", "PH", "--as", "otto")
    told = typed(region, "ledger", "--subject", "PH")
    shown = olga.get("/ledger", {"subject": "PH"}).json["items"]
    assert [each["number"] for each in told] == [each["number"] for each in shown]
    assert [each["actor"] for each in told] == ["cli:otto", "desk/olga", "hub:files"]
    assert [each["detail"] for each in told] == [each["detail"] for each in shown]


def test_a_submission_is_the_same(region: Region, olga: Caller, ana: Caller) -> None:
    publisher = TaxiiCaller(application=region.application, username=ana.username, token=ana.token)
    done = publisher.add("au", indicator(tlp=Tlp.GREEN), {"type": "indicator"})
    told = typed(region, "submission", "show", done["id"])
    for caller in (olga, ana):
        shown = caller.get(f"/submissions/{done['id']}").json
        assert {key: shown[key] for key in ("id", "account", "total", "accepted", "refused", "pending")} == {
            key: told[key] for key in ("id", "account", "total", "accepted", "refused", "pending")
        }
    assert (told["accepted"], told["refused"]) == (1, 1)
    assert typed(region, "submission", "list")[0]["id"] == olga.get("/submissions").json["items"][0]["id"]


def test_a_submission_of_others_is_not_there(region: Region, olga: Caller, ana: Caller) -> None:
    other = region.account("nz-cert/other", Role.ANALYST)
    publisher = TaxiiCaller(application=region.application, username=ana.username, token=ana.token)
    done = publisher.add("au", indicator(tlp=Tlp.GREEN))
    assert other.get(f"/submissions/{done['id']}").status_code == 404
    assert other.get("/submissions").json["items"] == []
    page = olga.get("/submissions", {"limit": "1"}).json
    following = olga.get("/submissions", {"limit": "1", "cursor": page["next"]}).json
    assert page["items"][0]["id"] == done["id"] != following["items"][0]["id"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("withdrawal", "list", "--producer", "nope"), "There is no organisation nope"),
        (("withdrawal", "list", "--account", "nope/x"), "There is no account nope/x"),
        (("subscription", "list", "--account", "nope/x"), "There is no account nope/x"),
        (("subscription", "list", "--organisation", "nope"), "There is no organisation nope"),
        (("submission", "list", "--organisation", "nope"), "There is no organisation nope"),
        (("account", "list", "--organisation", "nope"), "There is no organisation nope"),
    ],
)
def test_whose_name_is_mistyped_is_not_there(region: Region, words: tuple[str, ...], why: str) -> None:
    assert why in refused(region, *words)


@pytest.mark.parametrize(
    "words",
    [
        ("withdrawal", "list", "--producer", "au-cert"),
        ("withdrawal", "list", "--account", "au-cert/ana"),
        ("subscription", "list", "--account", "au-cert/ana"),
        ("subscription", "list", "--organisation", "au-cert"),
        ("submission", "list", "--organisation", "nz-cert"),
    ],
)
@pytest.mark.usefixtures("ana")
def test_who_is_there_may_have_nothing_to_list(region: Region, words: tuple[str, ...]) -> None:
    assert isinstance(typed(region, *words), list)


def test_why_is_the_same(region: Region, ana: Caller) -> None:
    told = typed(region, "why", "--account", ana.username, "--from", "JP", "--tlp", "amber", "--type", "indicator")
    shown = ana.get("/me/explain", {"source": "JP", "tlp": "amber", "type": "indicator"}).json
    assert without_time(told) == without_time(shown)


def test_why_takes_a_member_in_either_case(region: Region, ana: Caller) -> None:
    words = ("why", "--account", ana.username, "--tlp", "amber", "--type", "indicator", "--from")
    assert without_time(typed(region, *words, "jp")) == without_time(typed(region, *words, "JP"))
    assert without_time(typed(region, *words, "jp-cert")) != without_time(typed(region, *words, "au-cert"))
    assert "There is no such member" in refused(region, *words, "zz")


@pytest.mark.parametrize("kind", ["Bad Type", "Indicator", "", "x--y", "indicator\n"])
def test_why_is_of_a_type_that_can_be(region: Region, ana: Caller, kind: str) -> None:
    why = refused(region, "why", "--account", ana.username, "--from", "JP", "--tlp", "amber", "--type", kind)
    assert "is no STIX type" in why


def test_readers_are_the_same(region: Region, ana: Caller) -> None:
    thing = indicator(tlp=Tlp.GREEN)
    TaxiiCaller(application=region.application, username=ana.username, token=ana.token).added("au", thing)
    told = typed(region, "readers", "--account", ana.username, "--object", thing["id"])
    shown = ana.get("/me/readers", {"object": thing["id"]}).json
    assert [each["organisations"] for each in told["can_read"]] == [each["organisations"] for each in shown["can_read"]]


def test_a_pair_is_suspended_from_either(region: Region, olga: Caller) -> None:
    assert typed(region, "pair", "suspend", "sg", "TH")["state"] == "active"
    assert olga.get("/agreements/pair-sg-th").json["state"] == "active"
    assert olga.post("/pairs/TH/SG/resume").status_code == 200
    assert typed(region, "pair", "suspend", "TH", "SG")["exclusion"] == "pair-sg-th"


def test_lifting_the_suspension_of_a_pair_is_said_to_await_another_operator(region: Region) -> None:
    environment = {"HUB_DATABASE_URL": region.urls.database, "HUB_REDIS_URL": region.urls.redis}
    typed(region, "pair", "suspend", "VN", "LA", "--as", "otto")
    done = CliRunner().invoke(cli, ["pair", "resume", "VN", "LA", "--as", "otto"], env=environment)
    assert "Lifting the suspension awaits a second operator; cli:otto asked." in done.output
    assert "hub agreement approve pair-la-vn" in done.output


def test_a_member_is_renamed_from_either(region: Region, olga: Caller) -> None:
    assert typed(region, "member", "rename", "MY", "Malaysia!")["name"] == olga.get("/members/MY").json["name"]
    changed = olga.patch("/members/MY", {"name": "Malaysia"}).json
    assert typed(region, "member", "show", "MY").items() >= changed.items()
