"""Everything that decisions rest on, as of one policy epoch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.errors import UnavailableError
from hub.domain.handling import Classes
from hub.domain.identifiers import AccountId, OrganisationId, StixId
from hub.policy.world import World
from hub.store.agreements import load_agreements
from hub.store.database import Database
from hub.store.directory import load_directory
from hub.store.epoch import current_epoch
from hub.store.log.classes import load_classes

_TRIES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The world and the classes of one epoch. `named` are the accounts that some audience names."""

    epoch: int
    world: World
    classes: Classes
    named: frozenset[AccountId]
    identities: Mapping[StixId, OrganisationId]


def load_facts(database: Database) -> Facts:
    """Read the facts, all of one and the same epoch, whatever kind of transaction this is."""
    for _ in range(_TRIES):
        epoch = current_epoch(database)
        members, organisations, accounts = load_directory(database)
        agreements = load_agreements(database)
        classes = load_classes(database)
        if current_epoch(database) == epoch:
            world = World(members=members, organisations=organisations, accounts=accounts, agreements=agreements)
            return Facts(
                epoch=epoch,
                world=world,
                classes=classes,
                named=_named(classes),
                identities={
                    organisation.identity: organisation.id
                    for organisation in organisations.values()
                    if organisation.identity is not None
                },
            )
    raise UnavailableError("The policy changes faster than it can be read; try again shortly.")


def _named(classes: Classes) -> frozenset[AccountId]:
    return frozenset(
        account
        for handling in classes.handlings.values()
        for audience in handling.audiences
        for account in audience.accounts
    )
