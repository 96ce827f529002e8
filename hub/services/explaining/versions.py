"""Say by which rule an account reads a version that is in the log, or does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.clock import instant_of
from hub.domain.handling import Handling
from hub.domain.identifiers import AccountId, StixId
from hub.policy.decisions import Decision
from hub.policy.reading import decide
from hub.store.database import Pool
from hub.store.facts import Facts, load_facts
from hub.store.log.placed import PlacedVersion, placed_versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One version, its own handling, and the answer of the rules to each of the accounts."""

    version: PlacedVersion
    handling: Handling
    decisions: Mapping[AccountId, Decision]


def explain(
    pool: Pool, ids: Iterable[StixId], accounts: Sequence[AccountId], *, at: datetime
) -> tuple[Explanation, ...]:
    """Explain every version of these objects to these accounts, as of one snapshot, in order of position."""
    with pool.snapshot() as database:
        facts = load_facts(database)
        versions = placed_versions(database, ids)
    return tuple(
        Explanation(
            version=version,
            handling=facts.classes.handlings[facts.classes.guards[version.guard].own],
            decisions={account: explain_version(facts, version, account, at=at) for account in accounts},
        )
        for version in versions
    )


def explain_version(facts: Facts, version: PlacedVersion, account: AccountId, *, at: datetime) -> Decision:
    """Decide as a page does: the version's own handling, the newest and the producer's newest must all be allowed.

    The first of the three that denies is the answer, else that on its own handling.
    """
    guard = facts.classes.guards[version.guard]
    parts = (
        (guard.own, version.accepted),
        (guard.newest, version.newest_accepted),
        (guard.producers, version.producers_accepted),
    )
    answers = [
        decide(facts.world, account, facts.classes.handlings[number], added=instant_of(tick), at=at)
        for number, tick in parts
    ]
    return next((answer for answer in answers if not answer.allowed), answers[0])
