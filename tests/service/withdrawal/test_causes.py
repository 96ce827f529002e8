"""Who is told what: whoever was sent a version that is revoked, deleted or closed, and nobody else."""

from hub.domain.directory import Principal
from hub.domain.handling import Tlp
from hub.domain.subscriptions.filters import Filter
from hub.domain.subscriptions.withdrawals import Addressee
from hub.services.directory.accounts import disable_account, enable_account
from hub.store.agreements import load_agreements
from tests.service.main_job.region import StillClock
from tests.service.withdrawal.desk import Desk
from tests.support.acts import made
from tests.support.agreements import put_in_force
from tests.support.hub import TestHub
from tests.support.stix import TLP_MARKINGS, indicator, version_at

GREEN = [TLP_MARKINGS[Tlp.GREEN]]


def thing(version: int = 0, *, tlp: Tlp = Tlp.GREEN, **properties: object) -> dict[str, object]:
    return indicator(tlp=tlp, version=version, **properties)


def later(old: dict[str, object], number: int, **properties: object) -> dict[str, object]:
    return old | {"modified": version_at(number)} | properties


def test_deleted_is_told_to_whom_it_was_sent(desk: Desk, hub: TestHub, feed: Principal, reader: Addressee) -> None:
    sent, unsent = thing(), thing()
    hub.accept(feed, "au", sent)
    assert desk.deliver(reader) == [sent["id"]]
    hub.accept(feed, "au", unsent)
    for each in (sent, unsent):
        hub.deleting.delete(feed, hub.collection("au"), str(each["id"]), None, None)
    assert desk.told(reader) == [(sent["id"], version_at(0), "deleted")]
    assert desk.told(reader) == []


def test_revoked_is_told_of_every_version_that_was_sent(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee
) -> None:
    first = thing()
    for number in (0, 1):
        hub.accept(feed, "au", later(first, number))
        desk.deliver(reader)
    hub.accept(feed, "au", later(first, 2, revoked=True))
    assert desk.deliver(reader) == [first["id"]]
    assert desk.told(reader) == [(first["id"], version_at(number), "revoked") for number in (0, 1)]


def test_what_is_revoked_when_it_is_first_sent_is_not_withdrawn(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee
) -> None:
    hub.accept(feed, "au", thing(revoked=True))
    assert len(desk.deliver(reader)) == 1
    assert desk.told(reader) == []


def test_a_raised_marking_closes_what_was_sent_and_says_no_more(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee
) -> None:
    first = thing()
    hub.accept(feed, "au", first)
    desk.deliver(reader)
    raised = later(first, 1, object_marking_refs=[TLP_MARKINGS[Tlp.AMBER_STRICT]])
    hub.accept(feed, "au", raised)
    assert desk.told(reader) == [(first["id"], version_at(0), "closed")]
    hub.accept(feed, "au", later(raised, 2, revoked=True))
    hub.deleting.delete(feed, hub.collection("au"), str(first["id"]), None, None)
    assert desk.told(reader) == []


def test_who_takes_no_part_is_told_nothing_and_is_sent_again_what_is_open_again(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee, clock: StillClock
) -> None:
    hub.accept(feed, "au", *(thing() for _ in range(8)))
    assert len(desk.deliver(reader)) == 8
    disable_account(hub.parts.pool, reader.account, act=made("test", at=clock()))
    assert desk.told(reader) == []
    enable_account(hub.parts.pool, reader.account, act=made("test", at=clock()))
    assert len(desk.deliver(reader)) == 8
    assert desk.told(reader) == []


def test_the_end_of_agreements_closes_what_they_had_opened_each_time_it_was_sent(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee, clock: StillClock
) -> None:
    things = [thing() for _ in range(8)]
    hub.accept(feed, "au", *things)
    with hub.parts.pool.statement() as database:
        agreements = load_agreements(database)
    for _ in range(2):
        assert len(desk.deliver(reader)) == 8
        put_in_force(hub.parts.pool, at=clock())
        assert sorted(desk.told(reader)) == sorted((str(each["id"]), version_at(0), "closed") for each in things)
        put_in_force(hub.parts.pool, *agreements, at=clock())
        assert desk.told(reader) == []


def test_what_was_noted_and_never_reached_the_receiver_is_not_told(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee
) -> None:
    hub.accept(feed, "au", thing())
    portion = desk.portion(reader)
    hub.deleting.delete(feed, hub.collection("au"), str(portion.objects()[0]), None, None)
    assert desk.told(reader) == []
    assert desk.deliver(reader) == []
    assert desk.told(reader) == []


def test_what_reaches_the_receiver_after_it_was_closed_is_told(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee
) -> None:
    first = thing()
    hub.accept(feed, "au", first)
    portion = desk.portion(reader)
    hub.accept(feed, "au", later(first, 1, object_marking_refs=[TLP_MARKINGS[Tlp.AMBER_STRICT]]))
    assert desk.told(reader) == []
    desk.arrive(reader, portion)
    assert desk.told(reader) == [(first["id"], version_at(0), "closed")]


def test_each_subscription_is_told_of_what_it_was_sent_itself(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee
) -> None:
    sure = desk.subscribe("nz-cert/ana", Filter(confidence_min=50))
    low, high = thing(confidence=10), thing(confidence=90)
    hub.accept(feed, "au", low, high)
    assert set(desk.deliver(reader)) == {low["id"], high["id"]}
    assert desk.deliver(sure) == [high["id"]]
    for each in (low, high):
        hub.deleting.delete(feed, hub.collection("au"), str(each["id"]), None, None)
    desk.expanding.run_dry()
    assert [each.withdrawn.key.object_id for each in desk.receive(sure)] == [high["id"]]
    assert len(desk.receive(reader)) == 2


def test_what_is_open_again_before_it_was_told_is_not_told(
    desk: Desk, hub: TestHub, feed: Principal, reader: Addressee
) -> None:
    first = thing()
    hub.accept(feed, "au", first)
    desk.deliver(reader)
    hub.accept(feed, "au", later(first, 1, object_marking_refs=[TLP_MARKINGS[Tlp.AMBER_STRICT]]))
    desk.expanding.run_dry()
    hub.accept(feed, "au", later(first, 2, object_marking_refs=GREEN))
    assert desk.told(reader) == []
