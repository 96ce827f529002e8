"""Agreements are read strictly from TOML, and from the JSON that they are written as."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect, Reach
from hub.domain.errors import ConfigurationError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId
from hub.policy.agreements.documents import agreement_document, agreement_of
from hub.runtime.agreements import load_agreements

AU_NZ = """\
id = "au-nz"
version = 2
title = "Between two"
effect = "permit"
state = "active"
parties = ["AU", "NZ"]
signed_by = ["NZ"]
valid_from = 2026-01-01T09:00:00+09:00
valid_until = 2027-01-01T00:00:00Z

[[clauses]]
number = "1"
from = ["AU"]
to = ["*"]
tlp_max = "amber+strict"
types = ["indicator", "x-example"]
purposes = ["network-defence"]
reach = "constituents"
recipients = ["nz-power"]
max_age_days = 30

[[clauses]]
number = "2"
from = ["NZ"]
to = ["AU"]
tlp_max = "green"
"""

WANTED = Agreement(
    id=AgreementId("au-nz"),
    version=2,
    title="Between two",
    effect=Effect.PERMIT,
    state=AgreementState.ACTIVE,
    parties=frozenset({MemberCode("AU"), MemberCode("NZ")}),
    signed_by=frozenset({MemberCode("NZ")}),
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    valid_until=datetime(2027, 1, 1, tzinfo=UTC),
    clauses=(
        Clause(
            number="1",
            origins=frozenset({"AU"}),
            destinations=frozenset({"*"}),
            tlp_max=Tlp.AMBER_STRICT,
            types=frozenset({"indicator", "x-example"}),
            purposes=frozenset({"network-defence"}),
            reach=Reach.CONSTITUENTS,
            recipients=frozenset({OrganisationId("nz-power")}),
            max_age_days=30,
        ),
        Clause(number="2", origins=frozenset({"NZ"}), destinations=frozenset({"AU"}), tlp_max=Tlp.GREEN),
    ),
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a directory with one right agreement."""
    (tmp_path / "au-nz.toml").write_text(AU_NZ)
    return tmp_path


def test_every_key_reaches_the_agreement_and_the_others_have_their_defaults(directory: Path) -> None:
    assert load_agreements(directory) == (WANTED,)


def test_the_json_form_reads_back_to_an_equal_agreement() -> None:
    document = agreement_document(WANTED)
    assert document["valid_from"] == "2026-01-01T00:00:00.000000Z"
    assert agreement_of(document) == WANTED


def test_an_agreement_without_end_keeps_none_in_json() -> None:
    document = agreement_document(WANTED) | {"valid_until": None}
    assert agreement_of(document).valid_until is None
    assert agreement_document(agreement_of(document)) == document


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("title =", "titel =", "`titel`"),
        ('title = "Between two"\n', "", "`title`"),
        ("version = 2", "version = 0", "`$.version`"),
        ("version = 2", "version = true", "`$.version`"),
        ('effect = "permit"', 'effect = "allow"', "`$.effect`"),
        ('state = "active"', 'state = "on"', "`$.state`"),
        ('["AU", "NZ"]', '["Australia"]', "`$.parties["),
        ('signed_by = ["NZ"]', 'signed_by = ["JP"]', "`signed_by`"),
        ("2026-01-01T09:00:00+09:00", "2026-01-01T09:00:00", "`$.valid_from`"),
        ("2026-01-01T09:00:00+09:00", "2026-01-01", "`$.valid_from`"),
        ("2026-01-01T09:00:00+09:00", "0001-01-01T00:00:00+09:00", "`valid_from`"),
        ("2027-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "`valid_until`"),
        ("2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "`valid_until`"),
        ("2027-01-01T00:00:00Z", "2025-12-31T00:00:00Z", "`valid_until`"),
        ('from = ["AU"]', "from = []", "`$.clauses[0].from`"),
        ('from = ["AU"]', 'from = "AU"', "`$.clauses[0].from`"),
        ('from = ["AU"]', 'from = ["AU", "*"]', "`from` names others beside `*` - at `$.clauses[0]`"),
        ('to = ["*"]', 'to = ["*", "NZ"]', "`to` names others"),
        ('["indicator", "x-example"]', '["indicator", "*"]', "`types` names others"),
        ('["network-defence"]', '["network-defence", "*"]', "`purposes` names others"),
        ('"amber+strict"', '"amber strict"', "`$.clauses[0].tlp_max`"),
        ('reach = "constituents"', 'reach = "all"', "`$.clauses[0].reach`"),
        ("max_age_days = 30", "max_age_days = 0", "`$.clauses[0].max_age_days`"),
        ("max_age_days = 30", "max_age_days = 1.5", "`$.clauses[0].max_age_days`"),
        ('number = "2"', 'number = "1"', "`clauses`"),
        ('number = "2"', "number = 2", "`$.clauses[1].number`"),
        ("max_age_days", "max_age", "`max_age`"),
        ('id = "au-nz"', 'id = "nz-au"', "nz-au.toml"),
    ],
)
def test_a_wrong_key_stops_the_start_and_is_named(directory: Path, old: str, new: str, key: str) -> None:
    assert old in AU_NZ
    (directory / "au-nz.toml").write_text(AU_NZ.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_agreements(directory)
    assert "au-nz.toml: " in caught.value.sentence
    assert key in caught.value.sentence


def test_an_agreement_without_clauses_is_refused() -> None:
    document = agreement_document(WANTED) | {"clauses": []}
    with pytest.raises(ConfigurationError, match="clauses"):
        agreement_of(document)


def test_toml_and_json_are_one_form() -> None:
    assert agreement_of(tomllib.loads(AU_NZ)) == agreement_of(agreement_document(WANTED))


def test_no_agreements_at_all_is_right(tmp_path: Path) -> None:
    assert load_agreements(tmp_path) == ()
