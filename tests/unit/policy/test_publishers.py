"""PR-01 and PR-02: who may publish, and where."""

from dataclasses import replace
from typing import Final

import pytest

from hub.domain.catalogue import ALL, STIX_MEDIA_TYPE, Collection
from hub.domain.directory import OrganisationKind, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, CollectionId, MemberCode, OrganisationId
from hub.policy.publishing import may_publish
from hub.policy.world import World
from tests.unit.policy.countries import REGION

ANA = AccountId("fj-cert/ana")

FIJI: Final = Collection(
    id=CollectionId("5c1b6f3a-2a5e-4f0e-9a57-0d5c8b6f0a04"),
    alias="fj",
    title="Fiji",
    description="Fiji's own.",
    default_tlp=Tlp.AMBER,
    can_read=True,
    can_write=True,
    media_types=(STIX_MEDIA_TYPE,),
    member=MemberCode("FJ"),
    writers=frozenset(),
)
REGIONAL: Final = replace(FIJI, alias="assistance", member=None, writers=frozenset({OrganisationKind.CERT}))


def may(world: World, account: AccountId, collection: Collection) -> str:
    """Return the decision in three words."""
    decision = may_publish(world, account, collection)
    return f"{'allow' if decision.allowed else 'deny'} {decision.rule} {decision.reason}"


def test_PR_01_an_account_needs_the_producer_role() -> None:
    reader = replace(REGION.accounts[ANA], roles=frozenset(Role) - {Role.PRODUCER})
    world = replace(REGION, accounts={ANA: reader})
    assert may(world, ANA, FIJI) == "deny PR-01 NOT_PRODUCER"


def test_PR_01_an_unknown_account_is_no_producer() -> None:
    assert may(REGION, AccountId("fj-cert/nobody"), FIJI) == "deny PR-01 NOT_PRODUCER"


def test_PR_01_an_inactive_account_or_organisation_is_no_producer() -> None:
    account, cert = REGION.accounts[ANA], REGION.organisations[OrganisationId("fj-cert")]
    gone = replace(REGION, accounts={ANA: replace(account, active=False)})
    closed = replace(REGION, organisations={cert.id: replace(cert, active=False)})
    assert may(gone, ANA, FIJI) == "deny PR-01 NOT_PRODUCER"
    assert may(closed, ANA, FIJI) == "deny PR-01 NOT_PRODUCER"


@pytest.mark.parametrize("owner", ["mx-cert", "la-cert"])
def test_PR_01_a_member_that_is_suspended_or_an_observer_does_not_publish(owner: str) -> None:
    own = replace(FIJI, member=REGION.organisations[OrganisationId(owner)].member)
    assert may(REGION, AccountId(f"{owner}/ana"), own) == "deny PR-01 NOT_PRODUCER"


@pytest.mark.parametrize("producer", ["fj-cert/ana", "fj-water/ana", "fj-bank/ana"])
def test_PR_02_every_organisation_of_a_member_publishes_into_its_members_own(producer: str) -> None:
    assert may(REGION, AccountId(producer), FIJI) == "allow PR-02 own-collection"


def test_PR_02_nobody_publishes_into_another_members_collection() -> None:
    assert may(REGION, AccountId("pg-cert/ana"), FIJI) == "deny PR-02 WRONG_COLLECTION"
    assert may(REGION, AccountId("hub/ana"), FIJI) == "deny PR-02 WRONG_COLLECTION"


def test_PR_02_a_regional_collection_is_open_to_the_kinds_it_names() -> None:
    assert may(REGION, AccountId("pg-cert/ana"), REGIONAL) == "allow PR-02 regional-collection"
    assert may(REGION, AccountId("fj-water/ana"), REGIONAL) == "deny PR-02 WRONG_COLLECTION"
    assert may(REGION, AccountId("hub/ana"), REGIONAL) == "deny PR-02 WRONG_COLLECTION"
    assert may(REGION, AccountId("hub/ana"), replace(REGIONAL, writers=frozenset(OrganisationKind))) == (
        "allow PR-02 regional-collection"
    )


def test_PR_02_a_members_collection_heeds_no_writers() -> None:
    open_to_all = replace(FIJI, writers=frozenset(OrganisationKind))
    assert may(REGION, AccountId("pg-cert/ana"), open_to_all) == "deny PR-02 WRONG_COLLECTION"


@pytest.mark.parametrize("collection", [replace(FIJI, can_write=False), replace(REGIONAL, can_write=False), ALL])
def test_PR_02_nobody_publishes_into_a_collection_that_is_not_written_to(collection: Collection) -> None:
    assert may(REGION, ANA, collection) == "deny PR-02 WRONG_COLLECTION"
