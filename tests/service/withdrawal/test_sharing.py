"""Subscriptions that share a reading are given the same, and none what it may not see."""

from hub.domain.handling import Tlp
from hub.domain.subscriptions.filters import EVERYTHING, Filter
from tests.service.main_job.region import StillClock
from tests.service.withdrawal.desk import Desk
from tests.support.hub import TestHub
from tests.support.stix import indicator


def test_accounts_that_see_the_same_by_one_wish_are_told_apart_by_another(hub: TestHub, clock: StillClock) -> None:
    desk = Desk.of(hub, clock)
    feed = hub.account("au-cert/feed")
    hub.account("jp-cert/ana")
    green, amber = indicator(tlp=Tlp.GREEN), indicator(tlp=Tlp.AMBER_STRICT)
    hub.accept(feed, "au", green, amber)
    narrow = Filter(tlp_max=Tlp.GREEN)
    order = [(account, chosen) for account in ("au-cert/feed", "jp-cert/ana") for chosen in (narrow, EVERYTHING)]
    for asked in (order, order[::-1], [order[0], order[3], order[1]], [order[3], order[0], order[2]]):
        for account, chosen in asked:
            sees_amber = account == "au-cert/feed" and chosen is EVERYTHING
            got = desk.deliver(desk.subscribe(account, chosen))
            assert set(got) == ({green["id"], amber["id"]} if sees_amber else {green["id"]}), (account, chosen)
        together = [desk.leased(desk.subscribe(account, chosen)) for account, chosen in asked]
        portions = desk.outbox.portions(together)
        for leased, (account, chosen) in zip(together, asked, strict=True):
            held = set(portions[leased.kept.subscription.id].objects())
            assert (amber["id"] in held) is (account == "au-cert/feed" and chosen is EVERYTHING)
            assert green["id"] in held
