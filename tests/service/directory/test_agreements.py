"""Agreements in the database: read back as written, replaced as a whole, and silent where nothing is new."""

from dataclasses import replace
from datetime import UTC, datetime

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, OrganisationId
from hub.store.agreements import load_agreements, replace_agreements
from hub.store.database import Pool
from tests.service.directory.chronicle import change
from tests.service.directory.forum import AU, NZ

FILES = "hub:files"

AU_NZ = Agreement(
    id=AgreementId("au-nz"),
    version=2,
    title="Amber between neighbours, « in » both directions",
    effect=Effect.PERMIT,
    state=AgreementState.ACTIVE,
    parties=frozenset({AU, NZ}),
    signed_by=frozenset({AU}),
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    valid_until=datetime(2027, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    clauses=(
        Clause(
            number="1",
            origins=frozenset({"AU"}),
            destinations=frozenset({"NZ"}),
            tlp_max=Tlp.AMBER_STRICT,
            types=frozenset({"indicator", "malware"}),
            purposes=frozenset({"network-defence"}),
            reach=Reach.CONSTITUENTS,
            recipients=frozenset({OrganisationId("nz-telco")}),
            max_age_days=30,
        ),
        Clause(number="2", origins=frozenset({"*"}), destinations=frozenset({"*"}), tlp_max=Tlp.GREEN),
    ),
)
BASELINE = replace(
    AU_NZ, id=AgreementId("regional-baseline"), valid_until=None, parties=frozenset(), signed_by=frozenset()
)


def put(pool: Pool, *agreements: Agreement) -> None:
    with pool.transaction() as database:
        replace_agreements(database, agreements)


def held(pool: Pool) -> tuple[Agreement, ...]:
    with pool.snapshot() as database:
        return load_agreements(database)


def test_agreements_are_read_back_as_written_in_order_of_id(empty: Pool) -> None:
    with change(empty) as seen:
        put(empty, BASELINE, AU_NZ)
    assert held(empty) == (AU_NZ, BASELINE)
    assert seen.entries == [
        (FILES, "agreement.write", "au-nz"),
        (FILES, "agreement.write", "regional-baseline"),
    ]
    assert seen.epochs == 1


def test_the_same_agreements_again_change_nothing(empty: Pool) -> None:
    put(empty, BASELINE, AU_NZ)
    with change(empty) as seen:
        put(empty, AU_NZ, BASELINE)
    assert (seen.entries, seen.epochs) == ([], 0)


def test_only_what_differs_is_written(empty: Pool) -> None:
    put(empty, BASELINE, AU_NZ)
    suspended = replace(AU_NZ, state=AgreementState.SUSPENDED)
    with change(empty) as seen:
        put(empty, BASELINE, suspended)
    assert held(empty) == (suspended, BASELINE)
    assert seen.entries == [(FILES, "agreement.write", "au-nz")]
    assert seen.epochs == 1


def test_an_agreement_that_is_not_among_them_goes(empty: Pool) -> None:
    put(empty, BASELINE, AU_NZ)
    with change(empty) as seen:
        put(empty, BASELINE)
    assert held(empty) == (BASELINE,)
    assert seen.entries == [(FILES, "agreement.remove", "au-nz")]
    assert seen.epochs == 1


def test_no_agreement_at_all_is_allowed(empty: Pool) -> None:
    put(empty, BASELINE)
    put(empty)
    assert held(empty) == ()
