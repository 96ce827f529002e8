"""While something is published nothing changes that it is judged by: whoever changes that waits for the commit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from hub.domain.clock import tick_of
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, MemberCode, OrganisationId, StixId, SubmissionId
from hub.runtime.wiring import now
from hub.services.directory.accounts import disable_account
from hub.services.directory.members import observe_member
from hub.services.directory.organisations import disable_organisation
from hub.store.directory import seed_directory
from hub.store.grounds import take_grounds
from hub.store.submissions import Receipt, add_complete
from tests.support.acts import made
from tests.support.hub import ACTOR, TestHub
from tests.support.stix import indicator
from tests.support.waiting import await_waiting

Change = Callable[[TestHub, str], object]

NEW_IDENTITY = StixId("identity--33333333-3333-4333-8333-333333333333")


def _disable_account(hub: TestHub, country: str) -> object:
    return disable_account(hub.parts.pool, AccountId(f"{country}-cert/ana"), act=made(ACTOR))


def _disable_organisation(hub: TestHub, country: str) -> object:
    return disable_organisation(hub.parts.pool, OrganisationId(f"{country}-cert"), act=made(ACTOR))


def _observe_member(hub: TestHub, country: str) -> object:
    return observe_member(hub.parts.pool, MemberCode(country.upper()), act=made(ACTOR))


def _give_another_identity(hub: TestHub, country: str) -> None:
    """Take over from the collection files that the CERT goes by another identity."""
    shipped = hub.parts.catalogue
    organisations = tuple(
        replace(each, identity=NEW_IDENTITY) if each.id == f"{country}-cert" else each for each in shipped.organisations
    )
    with hub.parts.pool.transaction() as database:
        seed_directory(database, replace(shipped, organisations=organisations))


def _waits_for_a_push(hub: TestHub, change: Change, country: str) -> None:
    """Begin a change while one of whom it tells is publishing, and see that it is not done before that is."""
    organisation = OrganisationId(f"{country}-cert")
    receipt = Receipt(
        id=SubmissionId(str(uuid4())),
        collection=hub.collection(country).id,
        organisation=organisation,
        account=AccountId(f"{organisation}/ana"),
        received=tick_of(now()),
        total=0,
    )
    with ThreadPoolExecutor(max_workers=1) as other:
        with hub.parts.pool.transaction() as database:
            take_grounds(database, [])
            changing = other.submit(change, hub, country)
            await_waiting(hub.parts.pool)
            assert not changing.done()
            add_complete(database, [(receipt, ())], now=receipt.received)
        changing.result()


@pytest.mark.parametrize(
    ("country", "suspend"), [("kr", _disable_account), ("la", _disable_organisation), ("mn", _observe_member)]
)
def test_PR_01_a_suspension_waits_for_what_is_being_published_and_holds_for_all_after_it(
    hub: TestHub, country: str, suspend: Change
) -> None:
    producer = hub.account(f"{country}-cert/ana")
    hub.accept(producer, country, indicator(tlp=Tlp.GREEN))
    _waits_for_a_push(hub, suspend, country)
    assert hub.refuse(producer, country, indicator(tlp=Tlp.GREEN)) == "NOT_PRODUCER"


def test_PR_04_another_identity_from_the_files_waits_and_is_then_nobody_elses(hub: TestHub) -> None:
    hub.account("my-cert/ana")
    other = hub.account("ph-cert/ana")
    hub.accept(other, "ph", indicator(tlp=Tlp.GREEN, created_by_ref=NEW_IDENTITY))
    _waits_for_a_push(hub, _give_another_identity, "my")
    assert hub.refuse(other, "ph", indicator(tlp=Tlp.GREEN, created_by_ref=NEW_IDENTITY)) == "FORGED_CREATOR"
