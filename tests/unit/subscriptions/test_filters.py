"""What a filter lets through: every condition holds, and RED is never sent."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, CollectionId, MemberCode, SubscriptionId, Tick
from hub.domain.subscriptions.facts import Content, Facts, Standing
from hub.domain.subscriptions.filters import EVERYTHING, Filter, wants, wants_content, wants_standing
from hub.domain.subscriptions.subscription import (
    Channel,
    StreamTarget,
    Subscription,
    SubscriptionState,
    Target,
    TaxiiTarget,
    WebhookTarget,
)

AU = CollectionId("2a5c9b0e-8c7b-4c55-9a35-5b6f3f0e6f01")
FJ = CollectionId("2a5c9b0e-8c7b-4c55-9a35-5b6f3f0e6f02")
STANDING = Standing(collection=AU, type="indicator", tlp=Tlp.AMBER, origin=MemberCode("AU"))
CONTENT = Content(
    confidence=70,
    labels=frozenset({"ransomware", "checked"}),
    indicator_types=frozenset({"malicious-activity"}),
    pattern_types=frozenset({"ipv4-addr", "file"}),
)
FACTS = Facts(standing=STANDING, content=CONTENT)

MET: dict[str, Any] = {
    "collections": frozenset({AU, FJ}),
    "types": frozenset({"indicator"}),
    "tlp_min": Tlp.AMBER,
    "tlp_max": Tlp.AMBER,
    "origins": frozenset({MemberCode("AU")}),
    "confidence_min": 70,
    "labels": frozenset({"ransomware", "other"}),
    "indicator_types": frozenset({"malicious-activity"}),
    "pattern_types": frozenset({"ipv4-addr"}),
}
UNMET: dict[str, Any] = {
    "collections": frozenset({FJ}),
    "types": frozenset({"malware"}),
    "tlp_min": Tlp.AMBER_STRICT,
    "tlp_max": Tlp.GREEN,
    "origins": frozenset({MemberCode("FJ")}),
    "confidence_min": 71,
    "labels": frozenset({"other"}),
    "indicator_types": frozenset({"benign"}),
    "pattern_types": frozenset({"ipv6-addr"}),
}


def chosen(**conditions: Any) -> Filter:
    return Filter(**conditions)


def at_level(level: Tlp) -> Facts:
    return replace(FACTS, standing=replace(STANDING, tlp=level))


def test_every_condition_of_a_filter_is_tried_here() -> None:
    assert set(MET) == set(UNMET) == {item.name for item in fields(Filter)}


def test_no_condition_wants_everything_but_red() -> None:
    assert {level for level in Tlp if wants(EVERYTHING, at_level(level))} == set(Tlp) - {Tlp.RED}


@pytest.mark.parametrize("greatest", Tlp)
def test_red_is_never_sent_whatever_the_filter_says(greatest: Tlp) -> None:
    for least in Tlp:
        asking = Filter(tlp_min=least, tlp_max=greatest)
        assert not wants(asking, at_level(Tlp.RED))
        assert not wants_standing(asking, replace(STANDING, tlp=Tlp.RED))


@pytest.mark.parametrize("name", MET)
def test_a_condition_that_is_met_lets_through(name: str) -> None:
    assert wants(chosen(**{name: MET[name]}), FACTS)


def test_all_conditions_together_let_through_what_meets_each() -> None:
    assert wants(chosen(**MET), FACTS)


@pytest.mark.parametrize("name", UNMET)
def test_one_condition_that_is_not_met_holds_back(name: str) -> None:
    assert not wants(chosen(**(MET | {name: UNMET[name]})), FACTS)


@pytest.mark.parametrize("name", sorted(set(MET) - {"tlp_min", "tlp_max", "confidence_min"}))
def test_an_empty_set_is_met_by_nothing(name: str) -> None:
    assert not wants(chosen(**{name: frozenset()}), FACTS)


@pytest.mark.parametrize("name", ["confidence_min", "labels", "indicator_types", "pattern_types"])
def test_an_object_that_does_not_state_what_is_asked_for_is_held_back(name: str) -> None:
    silent = replace(FACTS, content=Content())
    condition = 0 if name == "confidence_min" else MET[name]
    assert not wants(chosen(**{name: condition}), silent)


def test_content_of_the_hubs_own_organisation_has_no_origin_to_ask_for() -> None:
    ours = replace(FACTS, standing=replace(STANDING, origin=None))
    assert wants(EVERYTHING, ours)
    assert not wants(chosen(origins=MET["origins"]), ours)


@pytest.mark.parametrize("name", MET)
def test_a_filter_knows_whether_it_reads_content(name: str) -> None:
    needs = {"confidence_min", "labels", "indicator_types", "pattern_types"}
    assert chosen(**{name: MET[name]}).reads_content == (name in needs)


some = st.one_of(st.none(), st.frozensets(st.sampled_from(["a", "b", "c"]), max_size=2))
filters = st.builds(
    Filter,
    collections=some,
    types=some,
    tlp_min=st.sampled_from(Tlp),
    tlp_max=st.sampled_from(Tlp),
    origins=some,
    confidence_min=st.one_of(st.none(), st.integers(0, 2)),
    labels=some,
    indicator_types=some,
    pattern_types=some,
)
letters = st.sampled_from("abc")
words = st.frozensets(letters, max_size=2)
standings = st.builds(
    Standing, collection=letters, type=letters, tlp=st.sampled_from(Tlp), origin=st.one_of(st.none(), letters)
)
contents = st.builds(
    Content,
    confidence=st.one_of(st.none(), st.integers(0, 2)),
    labels=words,
    indicator_types=words,
    pattern_types=words,
)


@settings(derandomize=True, deadline=None, max_examples=500, database=None)
@given(filters, standings, contents)
def test_what_is_not_opened_may_be_decided_without_opening(
    asking: Filter, standing: Standing, content: Content
) -> None:
    verdict = wants(asking, Facts(standing=standing, content=content))
    assert verdict == (wants_standing(asking, standing) and wants_content(asking, content))
    if not asking.reads_content:
        assert verdict == wants_standing(asking, standing)
    assert not (verdict and standing.tlp is Tlp.RED)


@pytest.mark.parametrize(
    ("target", "channel"),
    [
        (WebhookTarget(url="https://soc.example/hook"), Channel.WEBHOOK),
        (TaxiiTarget(url="https://taxii.example/api/", collection=AU), Channel.TAXII),
        (StreamTarget(), Channel.STREAM),
    ],
)
def test_a_subscription_goes_over_the_channel_of_its_target(target: Target, channel: Channel) -> None:
    subscription = Subscription(
        id=SubscriptionId("0b6f0c1e-3f0c-4b7e-8b53-0d7c3f8d3a01"),
        account=AccountId("au-cert/soc"),
        target=target,
        position=Tick(0),
    )
    assert subscription.channel is channel
    assert subscription.filter == EVERYTHING


def test_paused_and_stopped_subscriptions_are_sent_nothing() -> None:
    assert {state for state in SubscriptionState if state.delivers} == {
        SubscriptionState.ACTIVE,
        SubscriptionState.FAILING,
    }
