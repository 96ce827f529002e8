"""Two hubs that differ only in what is hidden from an account answer it alike, byte for byte, over HTTP.

Both are copies of one database with its clock, tokens and visible objects. One of them is then given everything that
can be hidden. What is visible and comes after that comes at other instants, so there the instants alone may differ.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import requests

from hub.domain.directory import Organisation, OrganisationKind, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import MemberCode, OrganisationId, StixId
from hub.runtime.embedded.datadir import ServerUrls
from hub.runtime.wiring import opened
from hub.services.directory.organisations import add_organisation
from hub.stix.audience import audience_marking
from tests.service.main_job.worlds import Names, SameButForDates, ask_everything, tell
from tests.support.acts import made
from tests.support.servers import TestServers
from tests.support.serving import Caller, ServedHub, serving
from tests.support.stix import TLP_MARKINGS, address, fresh_id, indicator, version_at

READERS: Final = ("nz-cert/reader", "au-lab/reader")
"""A foreign CERT, and a partner at home whom the producer does not serve."""

PRODUCERS: Final = ("au-cert/owner", "jp-cert/owner", "nz-cert/owner", "sg-cert/owner")
PENDING_ABOVE: Final = 50
Push = tuple[str, str, list[dict[str, Any]]]
OUTSIDER: Final = "identity--11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A running copy and its accounts."""

    callers: dict[str, Caller]

    def __getitem__(self, name: str) -> Caller:
        """Return the account of a name."""
        return self.callers[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worlds:
    """The plain world and the one with secrets, and what can be asked for in them."""

    plain: World
    secret: World
    names: Names

    @property
    def both(self) -> tuple[World, World]:
        """The two, the plain one first."""
        return self.plain, self.secret


def visible(address_id: str, indicator_id: str) -> list[Push]:
    """Return what every reader sees: who pushes it where."""
    shared = address(tlp=Tlp.CLEAR, id=address_id)
    revised = indicator(tlp=Tlp.GREEN, id=indicator_id)
    return [
        ("au-cert/owner", "au", [indicator(tlp=level) for level in (Tlp.CLEAR, Tlp.GREEN) for _ in range(4)]),
        ("au-cert/owner", "au", [shared, revised]),
        ("jp-cert/owner", "jp", [shared, indicator(tlp=Tlp.CLEAR)]),
        ("au-cert/owner", "au", [revised | {"modified": version_at(1), "confidence": 5}]),
        ("au-cert/owner", "best-practices", [indicator(tlp=Tlp.GREEN)]),
    ]


def visible_later(address_id: str, indicator_id: str) -> list[Push]:
    """Return what every reader sees and what is pushed when the secrets are there.

    Everything of an envelope is of one guard: those of several stand in an order that is drawn by lot in each world.
    """
    levels = (Tlp.CLEAR, Tlp.GREEN) * 3
    return [
        *(("au-cert/owner", "au", [indicator(tlp=level), indicator(tlp=level)]) for level in levels),
        ("au-cert/owner", "au", [indicator(tlp=Tlp.GREEN, id=indicator_id, version=2)]),
        ("jp-cert/owner", "jp", [address(tlp=Tlp.GREEN, id=address_id, value="192.0.2.2")]),
        ("jp-cert/owner", "best-practices", [indicator(tlp=Tlp.GREEN)]),
        ("jp-cert/owner", "best-practices", [address(tlp=Tlp.CLEAR)]),
    ]


def sighting(of: str) -> dict[str, Any]:
    """Return an object that refers to another."""
    return {
        "type": "sighting",
        "spec_version": "2.1",
        "id": fresh_id("sighting"),
        "created": version_at(0),
        "modified": version_at(0),
        "sighting_of_ref": of,
        "object_marking_refs": [TLP_MARKINGS[Tlp.CLEAR]],
    }


def hide(world: World, shared: str) -> tuple[list[str], list[str]]:
    """Put everything into a world that can be hidden; return ids of objects and of submissions."""
    au, jp = world["au-cert/owner"], world["jp-cert/owner"]
    only_jp, one_account = StixId(fresh_id("marking-definition")), StixId(fresh_id("marking-definition"))
    markings = [
        audience_marking(only_jp, created=version_at(0), members=["JP"]),
        audience_marking(one_account, created=version_at(0), accounts=["nz-cert/other"]),
    ]
    strict = [indicator(tlp=level) for level in (Tlp.RED, Tlp.AMBER, Tlp.AMBER_STRICT) for _ in range(5)]
    named = [indicator(only_jp, tlp=Tlp.GREEN), indicator(one_account, tlp=Tlp.RED), indicator(only_jp, one_account)]
    raised = strict[5] | {"modified": version_at(1), "object_marking_refs": [TLP_MARKINGS[Tlp.RED]]}
    broken = indicator(tlp=Tlp.CLEAR, modified="2025-01-01T00:00:00.000Z")
    outside = indicator(tlp=Tlp.RED, created_by_ref=OUTSIDER)
    observable = address(tlp=Tlp.RED)
    statuses = [
        au.accept("au", *markings, *strict, *named),
        au.accept("au", raised),
        au.accept("au", outside, observable),
        world["sg-cert/owner"].accept("sg", address(tlp=Tlp.RED, id=shared)),
        jp.accept("best-practices", indicator(tlp=Tlp.AMBER), indicator()),
        au.push("au", broken, indicator(tlp=Tlp.CLEAR, created_by_ref="identity--not-one")),
        au.settled(au.push("au", *(indicator(tlp=Tlp.AMBER) for _ in range(PENDING_ABOVE + 20)))),
    ]
    assert au.delete(f"collections/au/objects/{strict[0]['id']}/").ok
    hidden = [
        outside["id"],
        only_jp,
        observable["id"],
        broken["id"],
        *(thing["id"] for thing in (*strict[:7:3], *named)),
    ]
    return hidden, [status["id"] for status in statuses]


@contextmanager
def served(servers: TestServers, directory: Path, database: str) -> Iterator[ServedHub]:
    """Serve a database, which nobody is connected to before and after."""
    urls = ServerUrls(database=database, redis=servers.fresh_redis())
    with serving(directory, servers=urls, web_workers=0, pending_above=PENDING_ABOVE) as hub:
        yield hub


def accounts(hub: ServedHub) -> dict[str, Caller]:
    """Add a partner organisation, the producers and the readers."""
    partner = Organisation(
        id=OrganisationId("au-lab"),
        member=MemberCode("AU"),
        kind=OrganisationKind.PARTNER,
        name="A laboratory",
        served_by=None,
        cross_border=False,
        active=True,
        identity=None,
    )
    with opened(hub.urls) as pool:
        add_organisation(pool, partner, act=made("test"))
    producers = {name: hub.account(name) for name in PRODUCERS}
    return producers | {name: hub.account(name, Role.ANALYST) for name in (*READERS, "nz-cert/other")}


def moved(callers: Mapping[str, Caller], hub: ServedHub) -> World:
    """Return the same accounts before another copy of the hub."""
    return World(
        callers={name: replace(caller, root=hub.root, session=requests.Session()) for name, caller in callers.items()}
    )


@pytest.fixture(scope="module")
def worlds(servers: TestServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Fill one database with what is visible, copy it twice, and fill one copy with what is hidden."""
    directory = tmp_path_factory.mktemp("worlds")
    origin = servers.fresh_database()
    shared, revised = fresh_id("ipv4-addr"), fresh_id("indicator")
    with served(servers, directory / "origin", origin) as hub:
        callers = accounts(hub)
        for name, alias, things in visible(shared, revised):
            callers[name].accept(alias, *things)
        own = callers["nz-cert/owner"].push("nz", indicator(tlp=Tlp.CLEAR), indicator(tlp=Tlp.CLEAR, pattern="["))
    with ExitStack() as stack:
        plain, secret = (
            moved(callers, stack.enter_context(served(servers, directory / name, servers.copy_of(origin))))
            for name in ("plain", "secret")
        )
        hidden, statuses = hide(secret, shared)
        names = Names(
            visible=(shared, revised),
            hidden=tuple(hidden),
            own_statuses=(own["id"],),
            hidden_statuses=tuple(statuses),
        )
        yield Worlds(plain=plain, secret=secret, names=names)


@pytest.mark.parametrize("name", READERS)
def test_every_get_is_answered_alike_whatever_is_hidden(worlds: Worlds, name: str) -> None:
    answers = []
    asked = (ask_everything(world[name], worlds.names) for world in worlds.both)
    for plain, secret in zip(*asked, strict=True):
        assert plain == secret
        answers.append(plain)
    assert len(answers) > 500
    assert {answer.status for answer in answers} == {200, 400, 404}


def test_there_is_something_hidden_and_its_owner_sees_it(worlds: Worlds) -> None:
    for caller, found in ((worlds.plain, 404), (worlds.secret, 200)):
        path = f"collections/au/objects/{worlds.names.hidden[0]}/"
        assert caller["au-cert/owner"].get(path).status_code == found


@pytest.mark.parametrize("attempt", ["sco", "outside-creator", "marking", "reference"])
def test_a_post_under_a_hidden_id_is_answered_like_any_other(worlds: Worlds, attempt: str) -> None:
    outside, marking, observable, *_ = worlds.names.hidden
    thing = {
        "sco": address(tlp=Tlp.CLEAR, id=observable),
        "outside-creator": indicator(tlp=Tlp.CLEAR, id=outside, created_by_ref=OUTSIDER),
        "marking": indicator(marking, tlp=Tlp.GREEN),
        "reference": sighting(worlds.names.hidden[-1]),
    }[attempt]
    body = msgspec.json.encode({"objects": [thing]})
    same = SameButForDates()
    same.check(*(tell(world["nz-cert/owner"].post("collections/nz/objects/", body), attempt) for world in worlds.both))


def test_a_delete_of_a_hidden_id_is_answered_like_one_of_an_unknown_id(worlds: Worlds) -> None:
    for name in worlds.names.ids:
        plain, secret = (
            tell(world["nz-cert/owner"].delete(f"collections/nz/objects/{name}/"), name) for world in worlds.both
        )
        assert plain == secret


def test_what_comes_after_the_hidden_is_answered_alike_but_for_its_instants(worlds: Worlds) -> None:
    shared, revised = worlds.names.visible
    for name, alias, things in visible_later(shared, revised):
        for world in worlds.both:
            world[name].accept(alias, *things)
    for name in READERS:
        same = SameButForDates()
        answers = (ask_everything(world[name], worlds.names) for world in worlds.both)
        for plain, secret in zip(*answers, strict=True):
            same.check(plain, secret)
        same.check_order()
        assert len(same.pairs) > 10
