"""Everything that decisions rest on, as of one policy epoch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hub.domain.errors import UnavailableError
from hub.domain.handling import Classes
from hub.domain.identifiers import AccountId, OrganisationId, StixId, Tick
from hub.policy.changes.shifts import named_accounts
from hub.policy.world import World
from hub.store.agreements import load_agreements
from hub.store.database import Database
from hub.store.directory import load_directory
from hub.store.epoch import policy_state
from hub.store.log.classes import load_classes

_TRIES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The world and the classes of one epoch. `named` are the accounts that some audience names.

    `turned` is the instant by which readers are judged at the earliest, `granted` the count of changes of grants.
    """

    epoch: int
    turned: Tick
    granted: int
    world: World
    classes: Classes
    named: frozenset[AccountId]
    identities: Mapping[StixId, OrganisationId]


def load_facts(database: Database) -> Facts:
    """Read the facts, all of one and the same epoch, whatever kind of transaction this is."""
    for _ in range(_TRIES):
        state = policy_state(database)
        world = load_world(database)
        classes = load_classes(database)
        if policy_state(database) == state:
            return Facts(
                epoch=state.epoch,
                turned=state.turned,
                granted=state.granted,
                world=world,
                classes=classes,
                named=named_accounts(classes),
                identities={
                    organisation.identity: organisation.id
                    for organisation in world.organisations.values()
                    if organisation.identity is not None
                },
            )
    raise UnavailableError("The policy changes faster than it can be read; try again shortly.")


def load_world(database: Database) -> World:
    """Read the directory and the agreements; of one epoch only under the log's lock, or in a snapshot."""
    members, organisations, accounts = load_directory(database)
    return World(
        members=members,
        organisations=organisations,
        accounts=accounts,
        agreements=load_agreements(database),
    )
