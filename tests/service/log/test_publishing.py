"""The publishing rules over the real store: what is already there decides, and a refusal leaves nothing behind."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from hub.domain.catalogue import ALL
from hub.domain.directory import Role
from hub.domain.errors import ForbiddenError, NotFoundError
from hub.domain.handling import Tlp
from hub.domain.identifiers import StixId
from hub.runtime.wiring import now
from hub.services.directory.accounts import disable_account
from hub.stix.audience import audience_marking
from hub.stix.tlp import canonical_markings
from tests.service.log.conftest import Cast
from tests.support.acts import made
from tests.support.hub import ACTOR, TestHub
from tests.support.stix import TLP_MARKINGS, address, fresh_id, indicator, version_at


def audience(*, accounts: Iterable[str] = (), members: Iterable[str] = (), tlp: Tlp) -> dict[str, Any]:
    name = StixId(fresh_id("marking-definition"))
    marking = audience_marking(name, created=version_at(0), accounts=accounts, members=members)
    return marking | {"object_marking_refs": [TLP_MARKINGS[tlp]]}


def observed_data(name: str, *, tlp: Tlp) -> dict[str, Any]:
    return {
        "type": "observed-data",
        "spec_version": "2.1",
        "id": fresh_id("observed-data"),
        "created": version_at(0),
        "modified": version_at(0),
        "first_observed": version_at(0),
        "last_observed": version_at(0),
        "number_observed": 1,
        "object_refs": [name],
        "object_marking_refs": [TLP_MARKINGS[tlp]],
    }


def test_PR_01_an_account_that_was_disabled_meanwhile_publishes_nothing(hub: TestHub) -> None:
    producer = hub.account("sg-cert/gone")
    disable_account(hub.parts.pool, producer.account.id, act=made(ACTOR))
    assert hub.refuse(producer, "sg", indicator(tlp=Tlp.GREEN)) == "NOT_PRODUCER"


def test_PR_01_an_analyst_publishes_nothing(hub: TestHub) -> None:
    analyst = hub.account("sg-cert/reader", Role.ANALYST)
    assert hub.refuse(analyst, "sg", indicator(tlp=Tlp.GREEN)) == "NOT_PRODUCER"


@pytest.mark.parametrize("alias", ["nz", "all"])
def test_PR_02_nobody_publishes_into_the_collection_of_another_member_or_into_all(
    hub: TestHub, cast: Cast, alias: str
) -> None:
    assert hub.refuse(cast.au, alias, indicator(tlp=Tlp.GREEN)) == "WRONG_COLLECTION"
    with pytest.raises(ForbiddenError):
        hub.deleting.delete(cast.au, hub.collection(alias), fresh_id("indicator"), None, None)


def test_PR_02_a_constituent_publishes_in_its_own_country_and_not_in_the_region(hub: TestHub, cast: Cast) -> None:
    hub.accept(cast.power, "au", indicator(tlp=Tlp.GREEN))
    assert hub.refuse(cast.power, "best-practices", indicator(tlp=Tlp.GREEN)) == "WRONG_COLLECTION"


def test_PR_04_the_identity_of_another_organisation_cannot_be_used(hub: TestHub, cast: Cast) -> None:
    assert cast.nz.organisation.identity is not None
    forged = indicator(tlp=Tlp.GREEN, created_by_ref=cast.nz.organisation.identity)
    assert hub.refuse(cast.au, "au", forged) == "FORGED_CREATOR"
    hub.accept(cast.nz, "nz", forged)


def test_PR_06_a_modified_of_tomorrow_is_refused(hub: TestHub, cast: Cast) -> None:
    tomorrow = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert hub.refuse(cast.au, "au", indicator(tlp=Tlp.GREEN, modified=tomorrow)) == "MODIFIED_IN_FUTURE"


def test_PR_07_a_marking_nobody_defined_is_refused_and_one_of_the_same_envelope_is_known(
    hub: TestHub, cast: Cast
) -> None:
    marking = audience(accounts=["nz-cert/ana"], tlp=Tlp.AMBER)
    marked = indicator(marking["id"], tlp=Tlp.RED)
    assert hub.refuse(cast.au, "au", marked) == "UNKNOWN_MARKING"
    hub.accept(cast.au, "au", marked, marking)


def test_PR_07_a_marking_that_is_hidden_from_the_producer_is_as_unknown_as_one_that_is_not_there(
    hub: TestHub, cast: Cast
) -> None:
    marking = audience(members=["JP"], tlp=Tlp.RED)
    hub.accept(cast.nz, "nz", marking)
    assert hub.refuse(cast.au, "au", indicator(marking["id"], tlp=Tlp.AMBER)) == "UNKNOWN_MARKING"


def test_SR_04_an_audience_of_a_plain_push_narrows(hub: TestHub, cast: Cast) -> None:
    marking = audience(members=["JP"], tlp=Tlp.GREEN)
    marked = indicator(marking["id"], tlp=Tlp.GREEN)
    hub.accept(cast.au, "au", marking, marked)
    ids = frozenset({marked["id"]})
    assert len(hub.read(cast.jp, ids=ids)) == 1
    assert hub.read(cast.nz, ids=ids) == []


def test_PR_09_an_id_that_another_organisation_has_published_is_taken(hub: TestHub, cast: Cast) -> None:
    thing = indicator(tlp=Tlp.RED)
    hub.accept(cast.nz, "nz", thing)
    assert hub.refuse(cast.au, "au", thing) == "ID_OWNED_BY_OTHER"
    outside = indicator(tlp=Tlp.GREEN, created_by_ref=fresh_id("identity"))
    hub.accept(cast.nz, "nz", outside)
    hub.accept(cast.au, "au", outside)


def test_PR_09_the_canonical_tlp_definitions_may_come_with_every_bundle(hub: TestHub, cast: Cast) -> None:
    (definition,) = (dict(body) for body in canonical_markings() if body["id"] == TLP_MARKINGS[Tlp.GREEN])
    hub.accept(cast.nz, "nz", definition)
    hub.accept(cast.au, "au", definition)


def test_PR_10_the_same_version_with_other_content_is_refused_and_with_the_same_is_a_success(
    hub: TestHub, cast: Cast, database_url: str
) -> None:
    thing = indicator(tlp=Tlp.GREEN)
    hub.accept(cast.au, "au", thing)
    before = rows_of(database_url, thing["id"])
    hub.accept(cast.au, "au", thing, dict(reversed(thing.items())))
    assert hub.refuse(cast.au, "au", thing | {"name": "Another name"}) == "VERSION_CONFLICT"
    assert rows_of(database_url, thing["id"]) == before


def test_PR_11_what_was_revoked_stays_revoked(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=1, revoked=True))
    assert hub.refuse(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=2)) == "REVOKED_FINAL"


def test_PR_12_created_does_not_change_between_versions(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("indicator")
    hub.accept(cast.au, "au", indicator(id=name, tlp=Tlp.GREEN, version=5))
    other = indicator(id=name, tlp=Tlp.GREEN, version=6, created=version_at(1))
    assert hub.refuse(cast.au, "au", other) == "IDENTITY_CHANGED"


def test_PR_13_a_stricter_sco_is_not_given_away_stored_or_in_the_same_envelope(hub: TestHub, cast: Cast) -> None:
    strict = address(tlp=Tlp.AMBER)
    observed = observed_data(strict["id"], tlp=Tlp.GREEN)
    outcomes = hub.push(cast.au, "au", observed, strict).outcomes
    assert [outcome.code for outcome in outcomes] == ["REFERENCE_LEAKS", None]
    assert hub.refuse(cast.au, "au", observed) == "REFERENCE_LEAKS"


def test_PR_13_the_copy_of_an_sco_that_is_refused_lowers_nothing(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("ipv4-addr")
    hub.accept(cast.au, "au", address(id=name, tlp=Tlp.RED))
    refused = address(fresh_id("marking-definition"), id=name, tlp=Tlp.GREEN)
    sighting = observed_data(name, tlp=Tlp.GREEN)
    for order in ([refused, sighting], [sighting, refused]):
        outcomes = hub.push(cast.au, "au", *order).outcomes
        assert {outcome.id: outcome.code for outcome in outcomes} == {
            name: "UNKNOWN_MARKING",
            sighting["id"]: "REFERENCE_LEAKS",
        }


def test_PR_13_an_sco_may_be_lowered_together_with_what_refers_to_it(hub: TestHub, cast: Cast) -> None:
    name = fresh_id("ipv4-addr")
    hub.accept(cast.au, "au", address(id=name, tlp=Tlp.RED))
    hub.accept(cast.au, "au", observed_data(name, tlp=Tlp.GREEN), address(id=name, tlp=Tlp.GREEN))


def test_one_bad_object_does_not_fail_its_neighbours(hub: TestHub, cast: Cast) -> None:
    good, bad = indicator(tlp=Tlp.GREEN), indicator(tlp=Tlp.GREEN, confidence=True)
    outcomes = hub.push(cast.au, "au", good, bad, {"type": "indicator"}).outcomes
    assert [outcome.code for outcome in outcomes] == [None, "PROPERTY_TYPE", outcomes[2].code]
    assert outcomes[2].id == "objects[2]"
    assert len(hub.read(cast.jp, ids=frozenset({good["id"], bad["id"]}))) == 1


def test_X_06_deleting_what_another_organisation_published_finds_nothing(hub: TestHub, cast: Cast) -> None:
    thing = indicator(tlp=Tlp.GREEN)
    hub.accept(cast.au, "best-practices", thing)
    with pytest.raises(NotFoundError):
        hub.deleting.delete(cast.nz, hub.collection("best-practices"), thing["id"], None, None)
    hub.deleting.delete(cast.au, hub.collection("best-practices"), thing["id"], None, None)
    assert hub.read(cast.au, ids=frozenset({thing["id"]})) == []
    hub.accept(cast.au, "best-practices", thing)


def test_the_virtual_collection_holds_what_all_the_others_hold(hub: TestHub, cast: Cast) -> None:
    thing = indicator(tlp=Tlp.GREEN)
    hub.accept(cast.au, "au", thing)
    hub.accept(cast.au, "best-practices", thing)
    assert [seen["id"] for seen in hub.read(cast.jp, ALL.alias, ids=frozenset({thing["id"]}))] == [thing["id"]] * 2


def rows_of(database_url: str, object_id: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute("SELECT seq, tick, version FROM log WHERE object_id = %s", (object_id,)).fetchall()
