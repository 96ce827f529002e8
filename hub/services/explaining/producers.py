"""Tell a producer who may read an object of its own, and who has been given it."""

from collections.abc import Iterator
from datetime import datetime

from hub.domain.clock import instant_of
from hub.domain.directory import Account, Organisation, Principal
from hub.domain.errors import NotFoundError
from hub.domain.identifiers import AccountId, OrganisationId, StixId
from hub.services.explaining.answers import Answer, OrganisationVerdicts, Readers, Readership, Receipt, Verdict
from hub.services.explaining.receipts import receipts_of
from hub.services.explaining.terms import Terms, load_terms
from hub.services.explaining.versions import parts_of, trace_version
from hub.store.database import Pool
from hub.store.facts import Facts, load_facts
from hub.store.log.numbers import numbered_collections
from hub.store.log.placed import PlacedVersion, placed_versions, producers_of, was_placed


def who_can_read(pool: Pool, principal: Principal, object_id: StixId, *, at: datetime) -> Readers:
    """Say of every version of an object of the caller's organisation who may read it now, and who has read it.

    Raise NotFoundError where the organisation has none and never had, whoever else may have one.
    """
    producer = principal.organisation.id
    with pool.snapshot() as database:
        if not was_placed(database, object_id, producer):
            raise NotFoundError("Your organisation has published no such object.")
        facts = load_facts(database)
        terms = load_terms(database)
        collections = numbered_collections(database)
        versions = [each for each in placed_versions(database, [object_id]) if each.producer == producer]
        given = receipts_of(database, object_id, producer, collections)
    return Readers(
        object_id=object_id,
        at=at,
        can_read=tuple(
            Readership(
                version=None if version.version_tick is None else instant_of(version.version_tick),
                added=instant_of(version.tick),
                collection=collections[version.collection],
                organisations=tuple(_verdicts(facts, terms, version, each, at=at) for each in _bodies(facts)),
            )
            for version in versions
        ),
        has_read=given,
    )


def who_has_read(pool: Pool, object_id: StixId) -> dict[OrganisationId, tuple[Receipt, ...]]:
    """Say who was given an object, producer by producer, of all that have it or had it. For operators alone."""
    with pool.snapshot() as database:
        collections = numbered_collections(database)
        return {
            producer: receipts_of(database, object_id, producer, collections)
            for producer in producers_of(database, object_id)
        }


def _bodies(facts: Facts) -> list[Organisation]:
    return sorted(facts.world.organisations.values(), key=lambda each: each.id)


def _verdicts(
    facts: Facts, terms: Terms, version: PlacedVersion, body: Organisation, *, at: datetime
) -> OrganisationVerdicts:
    return OrganisationVerdicts(
        organisation=body.id,
        name=body.name,
        member=body.member,
        kind=body.kind,
        verdicts=tuple(
            Verdict(purpose=account.purpose, account=named, answer=_answer(facts, terms, version, account, at=at))
            for account, named in _kinds(facts, version, body)
        ),
    )


def _answer(facts: Facts, terms: Terms, version: PlacedVersion, account: Account, *, at: datetime) -> Answer:
    decided_by, traced = trace_version(facts, version, account.id, at=at)
    return terms.answer(traced[decided_by])


def _kinds(facts: Facts, version: PlacedVersion, body: Organisation) -> Iterator[tuple[Account, AccountId | None]]:
    """Go through one active account for each purpose, and each that an audience of the version names, by its id.

    The producer has named those itself; of the others it learns what they declare, and not who they are.
    """
    named = {
        account
        for _, handling, _ in parts_of(facts, version)
        for audience in handling.audiences
        for account in audience.accounts
    }
    seen: set[str] = set()
    for account in sorted(facts.world.accounts.values(), key=lambda each: (each.purpose, each.id)):
        if account.organisation != body.id or not account.active:
            continue
        if account.id in named:
            yield account, account.id
        elif account.purpose not in seen:
            seen.add(account.purpose)
            yield account, None
