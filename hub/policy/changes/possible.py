"""What may come: content of every level and type, and a reader of every purpose, whether or not there is one today."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from hub.domain.agreements import ANY, Agreement
from hub.domain.directory import Account, Organisation
from hub.domain.handling import Classes, Guard, Handling, Tlp
from hub.domain.identifiers import AccountId, GuardId, HandlingId
from hub.policy.world import World

_ANOTHER: Final = ""
"""A purpose that no clause names."""


def types_named(agreements: Iterable[Agreement]) -> frozenset[str]:
    """Return every type that clauses name; `*` stands for all that are not named."""
    return frozenset({ANY}).union(*(clause.types for agreement in agreements for clause in agreement.clauses))


def classes_of(producers: Iterable[Organisation], types: Iterable[str]) -> Classes:
    """Return a class for each producer, level and type. They are told from real ones by numbers below zero."""
    handlings = [
        Handling(producer=producer.id, type=name, tlp=tlp)
        for producer in producers
        for name in sorted(types)
        for tlp in Tlp
    ]
    numbers = [HandlingId(-number) for number in range(1, len(handlings) + 1)]
    return Classes(
        handlings=dict(zip(numbers, handlings, strict=True)),
        guards={GuardId(number): Guard(number, number, number) for number in numbers},
    )


def joined(one: Classes, other: Classes) -> Classes:
    """Return the classes of both; they share no number."""
    return Classes(handlings={**one.handlings, **other.handlings}, guards={**one.guards, **other.guards})


def peopled(world: World, agreements: Iterable[Agreement]) -> World:
    """Return the world with one account more for each organisation and each purpose that clauses can tell apart."""
    purposes = {name for agreement in agreements for clause in agreement.clauses for name in clause.purposes} - {ANY}
    added = {
        account.id: account
        for organisation in world.organisations.values()
        for account in (_reader(organisation, purpose) for purpose in sorted({*purposes, _ANOTHER}))
    }
    return replace(world, accounts={**world.accounts, **added})


def _reader(organisation: Organisation, purpose: str) -> Account:
    """Make an account under a name that no account can have."""
    return Account(
        id=AccountId(f"{organisation.id}/*{purpose}"),
        organisation=organisation.id,
        roles=frozenset(),
        purpose=purpose,
        active=True,
    )
