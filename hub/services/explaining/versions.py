"""Say by which rule an account reads a version that is in the log, or does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.domain.clock import instant_of
from hub.domain.errors import NotFoundError
from hub.domain.handling import Handling
from hub.domain.identifiers import AccountId, CollectionId, StixId
from hub.policy.decisions import Decision
from hub.policy.reading import decide
from hub.policy.tracing import Trace, trace
from hub.services.explaining.answers import ObjectExplained, Part, VersionExplained
from hub.services.explaining.terms import Terms, load_terms
from hub.store.database import Pool
from hub.store.facts import Facts, load_facts
from hub.store.log.numbers import numbered_collections
from hub.store.log.placed import PlacedVersion, placed_versions

OWN: Final = "own"
NEWEST: Final = "newest"
PRODUCERS: Final = "producers"


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


def explain_object(pool: Pool, account: AccountId, object_id: StixId, *, at: datetime) -> ObjectExplained:
    """Say of every version of an object, part by part, why the account may or may not read it. For operators alone.

    No version at all means that the hub does not hold the object: whoever is shown this learns that. Raise
    NotFoundError where there is no such account.
    """
    with pool.snapshot() as database:
        facts = load_facts(database)
        terms = load_terms(database)
        versions = placed_versions(database, [object_id])
        collections = numbered_collections(database)
    if account not in facts.world.accounts:
        raise NotFoundError(f"There is no account {account}.")
    return ObjectExplained(
        object_id=object_id,
        account=account,
        at=at,
        versions=tuple(_explained(facts, terms, version, account, collections, at=at) for version in versions),
    )


def explain_version(facts: Facts, version: PlacedVersion, account: AccountId, *, at: datetime) -> Decision:
    """Decide as a page does: the version's own handling, the newest and the producer's newest must all be allowed.

    The first of the three that denies is the answer, else that on its own handling.
    """
    answers = [
        decide(facts.world, account, handling, added=added, at=at) for _, handling, added in parts_of(facts, version)
    ]
    return next((answer for answer in answers if not answer.allowed), answers[0])


def trace_version(
    facts: Facts, version: PlacedVersion, account: AccountId, *, at: datetime
) -> tuple[str, dict[str, Trace]]:
    """Return the way to each part's answer, and the name of the part that decides, as `explain_version` does."""
    traced = {
        part: trace(facts.world, account, handling, added=added, at=at)
        for part, handling, added in parts_of(facts, version)
    }
    return next((part for part, each in traced.items() if not each.decision.allowed), OWN), traced


def parts_of(facts: Facts, version: PlacedVersion) -> tuple[tuple[str, Handling, datetime], ...]:
    """Return the three handlings that decide on a version, and when what they are of was accepted."""
    guard = facts.classes.guards[version.guard]
    handlings = facts.classes.handlings
    return (
        (OWN, handlings[guard.own], instant_of(version.accepted)),
        (NEWEST, handlings[guard.newest], instant_of(version.newest_accepted)),
        (PRODUCERS, handlings[guard.producers], instant_of(version.producers_accepted)),
    )


def _explained(  # noqa: PLR0913 - all of it is looked at
    facts: Facts,
    terms: Terms,
    version: PlacedVersion,
    account: AccountId,
    collections: Mapping[int, CollectionId],
    *,
    at: datetime,
) -> VersionExplained:
    decided_by, traced = trace_version(facts, version, account, at=at)
    return VersionExplained(
        version=None if version.version_tick is None else instant_of(version.version_tick),
        added=instant_of(version.tick),
        producer=version.producer,
        type=version.type,
        collection=collections[version.collection],
        allowed=traced[decided_by].decision.allowed,
        decided_by=decided_by,
        parts=tuple(
            Part(
                part=part,
                tlp=handling.tlp,
                added=added,
                answer=terms.answer(traced[part]),
                passed=traced[part].passed,
                clauses=traced[part].clauses,
            )
            for part, handling, added in parts_of(facts, version)
        ),
    )
