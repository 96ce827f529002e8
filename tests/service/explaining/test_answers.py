"""Explanations over a real log: to operators, to the producer, to nobody else; on the command line too."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli
from hub.domain.directory import OrganisationKind, Principal
from hub.domain.errors import NotFoundError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, StixId
from hub.domain.pages import Channel, VersionKeyword, Versions
from hub.runtime.wiring import now
from hub.services.explaining.answers import as_json
from hub.services.explaining.classes import ClassOfObjects, why_closed
from hub.services.explaining.producers import who_can_read, who_has_read
from hub.services.explaining.rights import rights
from hub.services.explaining.versions import explain_object
from tests.support.hub import TestHub, running_hub
from tests.support.servers import TestServers
from tests.support.stix import TLP_MARKINGS, address, indicator, version_at

ALL = Versions(keywords=frozenset({VersionKeyword.ALL}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Two national CERTs, and a constituent of the first."""

    hub: TestHub
    au: Principal
    nz: Principal
    power: Principal
    urls: dict[str, str]


@pytest.fixture(scope="module")
def cast(servers: TestServers) -> Iterator[Cast]:
    urls = {"HUB_DATABASE_URL": servers.fresh_database(), "HUB_REDIS_URL": servers.fresh_redis()}
    with running_hub(urls["HUB_DATABASE_URL"], urls["HUB_REDIS_URL"]) as hub:
        hub.organisation("au-power", OrganisationKind.CONSTITUENT, served_by="au-cert")
        yield Cast(
            hub=hub,
            au=hub.account("au-cert/ana"),
            nz=hub.account("nz-cert/ana"),
            power=hub.account("au-power/ana"),
            urls=urls,
        )


def marked(level: Tlp, thing: dict[str, Any] | None = None) -> dict[str, Any]:
    return (thing or indicator()) | {"object_marking_refs": [TLP_MARKINGS[level]]}


def run(cast: Cast, *words: str) -> Result:
    return CliRunner().invoke(cli, list(words), env=cast.urls, catch_exceptions=False)


def test_the_older_version_is_closed_by_the_newest_and_the_operator_is_told_which(cast: Cast) -> None:
    thing = marked(Tlp.GREEN)
    newer = marked(Tlp.RED, thing | {"modified": version_at(5)})
    cast.hub.accept(cast.au, "au", thing)
    cast.hub.accept(cast.au, "au", newer)
    told = explain_object(cast.hub.parts.pool, cast.nz.account.id, StixId(thing["id"]), at=now())
    older = next(each for each in told.versions if each.parts[0].tlp is Tlp.GREEN)
    assert (older.allowed, older.decided_by) == (False, "newest")
    assert [part.answer.rule for part in older.parts] == ["SR-10", "SR-07", "SR-07"]
    assert older.parts[0].answer.agreement == "regional-baseline"
    assert older.parts[0].answer.obligations is not None
    assert all(thing["pattern"] not in json.dumps(as_json(each)) for each in told.versions)


def test_an_operator_is_told_that_an_object_is_not_there(cast: Cast) -> None:
    told = explain_object(cast.hub.parts.pool, cast.nz.account.id, StixId(indicator()["id"]), at=now())
    assert told.versions == ()
    with pytest.raises(NotFoundError):
        explain_object(cast.hub.parts.pool, AccountId("nz-cert/nobody"), StixId(indicator()["id"]), at=now())


def test_the_producer_is_told_who_may_read_its_object_and_who_has(cast: Cast) -> None:
    thing = marked(Tlp.AMBER)
    cast.hub.accept(cast.au, "au", thing)
    cast.hub.page(cast.power, "au", ids=frozenset({thing["id"]}))
    cast.hub.page(cast.nz, "au", ids=frozenset({thing["id"]}))
    told = who_can_read(cast.hub.parts.pool, cast.au, StixId(thing["id"]), at=now())
    (version,) = told.can_read
    answers = {str(each.organisation): [v.answer.reason for v in each.verdicts] for each in version.organisations}
    assert answers["au-cert"] == ["own-organisation"]
    assert answers["au-power"] == ["client-of-producer"]
    assert answers["nz-cert"] == ["no-agreement"]
    assert [(each.account, each.channel) for each in told.has_read] == [("au-power/ana", Channel.OBJECTS)]
    json.dumps(as_json(told))


def test_anybody_else_is_told_what_nobody_knows(cast: Cast) -> None:
    thing = marked(Tlp.CLEAR)
    cast.hub.accept(cast.au, "au", thing)
    refusals = set()
    for asked in (thing["id"], indicator()["id"]):
        with pytest.raises(NotFoundError) as refused:
            who_can_read(cast.hub.parts.pool, cast.nz, StixId(asked), at=now())
        refusals.add((refused.value.code, refused.value.sentence))
    assert len(refusals) == 1


def test_a_producer_of_the_same_observable_is_told_of_its_own_rows_alone(cast: Cast) -> None:
    thing = marked(Tlp.CLEAR, address())
    cast.hub.accept(cast.au, "au", thing)
    cast.hub.accept(cast.nz, "nz", thing)
    cast.hub.page(cast.power, "au", ids=frozenset({thing["id"]}))
    assert who_can_read(cast.hub.parts.pool, cast.nz, StixId(thing["id"]), at=now()).has_read == ()
    assert len(who_can_read(cast.hub.parts.pool, cast.au, StixId(thing["id"]), at=now()).has_read) == 1


def test_of_a_deleted_object_the_producer_learns_who_had_it(cast: Cast) -> None:
    thing = marked(Tlp.CLEAR)
    cast.hub.accept(cast.au, "au", thing)
    cast.hub.page(cast.nz, "au", ids=frozenset({thing["id"]}))
    cast.hub.deleting.delete(cast.au, cast.hub.collection("au"), thing["id"], None, None)
    told = who_can_read(cast.hub.parts.pool, cast.au, StixId(thing["id"]), at=now())
    assert told.can_read == ()
    assert [each.account for each in told.has_read] == ["nz-cert/ana"]


def test_an_empty_page_leaves_no_trace(cast: Cast) -> None:
    count = "SELECT count(*) FROM readings"
    with cast.hub.parts.pool.statement() as database:
        before = database.execute(count).fetchone()
    cast.hub.page(cast.nz, "au", ids=frozenset({indicator()["id"]}))
    with cast.hub.parts.pool.statement() as database:
        assert database.execute(count).fetchone() == before


def test_a_reader_is_told_what_opens_and_what_closes(cast: Cast) -> None:
    amber = ClassOfObjects(source=MemberCode("AU"), tlp=Tlp.AMBER, type="indicator")
    told = why_closed(cast.hub.parts.pool, cast.nz, amber, at=now())
    assert {each.answer.miss for each in told.answers} == {"tlp-ceiling"}
    assert {each.change for each in told.answers} == {"an agreement would have to reach up to this level"}
    found = rights(cast.hub.parts.pool, cast.nz, at=now())
    assert any(each.answer.agreement == "regional-baseline" and each.levels == (Tlp.GREEN,) for each in found.rights)
    json.dumps([as_json(told), as_json(found)])


def test_a_reader_may_not_ask_about_a_producer_abroad_that_it_does_not_know(cast: Cast) -> None:
    sentences = set()
    for name in ("au-power", "au-nobody"):
        asked = ClassOfObjects(source=MemberCode(name), tlp=Tlp.AMBER, type="indicator")
        with pytest.raises(NotFoundError) as refused:
            why_closed(cast.hub.parts.pool, cast.nz, asked, at=now())
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1


def test_the_command_line_says_the_same(cast: Cast) -> None:
    thing = marked(Tlp.GREEN)
    cast.hub.accept(cast.au, "au", thing)
    cast.hub.page(cast.nz, "au", ids=frozenset({thing["id"]}))
    words = run(cast, "explain", "--account", "nz-cert/ana", "--object", thing["id"])
    assert words.exit_code == 0
    assert "nz-cert/ana may read the version of" in words.output
    assert words.output.count("SR-05  level is green, not clear") == 1
    assert "  own, newest, producers: green, accepted" in words.output
    assert "  indicator of au-cert in au, decided by: own" in words.output
    document = json.loads(run(cast, "explain", "--account", "nz-cert/ana", "--object", thing["id"], "--json").output)
    assert document["versions"][0]["parts"][0]["answer"]["rule"] == "SR-10"
    given = json.loads(run(cast, "receipts", "--object", thing["id"], "--json").output)
    assert [each["account"] for each in given["au-cert"]] == ["nz-cert/ana"]
    assert "nz-cert/ana  objects" in run(cast, "receipts", "--object", thing["id"]).output
    assert "regional-baseline" in run(cast, "rights", "--account", "nz-cert/ana").output
    assert len(who_has_read(cast.hub.parts.pool, StixId(thing["id"]))) == 1
    readers = run(cast, "readers", "--account", "au-cert/ana", "--object", thing["id"]).output
    assert "nz-cert/ana  objects" in readers.partition("Given to:")[2]


def test_parts_that_differ_are_told_apart(cast: Cast) -> None:
    thing = marked(Tlp.GREEN)
    cast.hub.accept(cast.au, "au", thing)
    cast.hub.accept(cast.au, "au", marked(Tlp.RED, thing | {"modified": version_at(5)}))
    told = run(cast, "explain", "--account", "nz-cert/ana", "--object", thing["id"]).output
    assert "  own: green, accepted" in told
    assert "  newest, producers: red, accepted" in told


@pytest.mark.parametrize("command", [("explain", "--account", "nz-cert/ana"), ("receipts",), ("readers",)])
def test_what_is_no_id_is_refused_as_such(cast: Cast, command: tuple[str, ...]) -> None:
    more = ("--account", "au-cert/ana") if command == ("readers",) else ()
    refused = run(cast, *command, *more, "--object", "nonsense")
    assert refused.exit_code == 1
    assert (
        refused.stderr == "error: BAD_REQUEST: nonsense is no STIX id: those are written TYPE--UUID, in lower case.\n"
    )


def test_of_red_a_reader_is_told_all_that_is_missing(cast: Cast) -> None:
    red = ClassOfObjects(source=MemberCode("AU"), tlp=Tlp.RED, type="indicator")
    naming = "the producer would have to name your account in an audience"
    abroad = why_closed(cast.hub.parts.pool, cast.nz, red, at=now())
    clause = "a clause with the ceiling red would have to lead from there to your member"
    assert {each.change for each in abroad.answers} == {f"{clause}; and {naming}"}
    at_home = why_closed(cast.hub.parts.pool, cast.power, red, at=now())
    assert {each.change for each in at_home.answers if not each.answer.allowed} == {naming}
