"""Documents are read strictly from TOML, and from the JSON that they are signed as."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub.domain.agreements import (
    AgreementDocument,
    AgreementText,
    Clause,
    Effect,
    Obligations,
    PermittedActions,
    Reach,
    Requirement,
)
from hub.domain.errors import ConfigurationError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId
from hub.policy.agreements.documents import document_content, document_of
from hub.runtime.agreements import documents_of
from hub.runtime.toml_directory import read_toml_directory

AU_NZ = '''\
id = "au-nz"
version = 2
title = "Between two"
effect = "permit"
parties = ["AU", "NZ"]
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

[obligations]
retention_days = 90
permitted_actions = "internally-visible-actions"
affected_party_notifications = "may"
attribution = "must-not"
unmodified_resale = "must-not"
encrypt_in_transit = "must"
onward_sharing = "may"

[text]
legal_basis = """
Memorandum of 2025,
article 4."""
contact = "duty officers, +64 4 555 0100"
review_date = 2026-12-01
'''

WANTED = AgreementDocument(
    id=AgreementId("au-nz"),
    version=2,
    title="Between two",
    effect=Effect.PERMIT,
    parties=frozenset({MemberCode("AU"), MemberCode("NZ")}),
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
    obligations=Obligations(
        retention_days=90,
        permitted_actions=PermittedActions.INTERNALLY_VISIBLE_ACTIONS,
        affected_party_notifications=Requirement.MAY,
        attribution=Requirement.MUST_NOT,
        unmodified_resale=Requirement.MUST_NOT,
        encrypt_in_transit=Requirement.MUST,
        onward_sharing=Requirement.MAY,
    ),
    text=AgreementText(
        legal_basis="Memorandum of 2025,\narticle 4.",
        contact="duty officers, +64 4 555 0100",
        review_date=date(2026, 12, 1),
    ),
)

FIRST = AU_NZ.replace("version = 2", "version = 1")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return a directory with one right agreement."""
    (tmp_path / "au-nz.toml").write_text(FIRST)
    return tmp_path


def test_every_key_reaches_the_agreement_and_the_others_have_their_defaults(directory: Path) -> None:
    assert documents_of(read_toml_directory(directory)) == (replace(WANTED, version=1),)


def test_the_json_form_reads_back_to_an_equal_agreement() -> None:
    document = document_content(WANTED)
    assert document["valid_from"] == "2026-01-01T00:00:00.000000Z"
    assert document_of(document) == WANTED


def test_an_agreement_without_end_keeps_none_in_json() -> None:
    document = document_content(WANTED) | {"valid_until": None}
    assert document_of(document).valid_until is None
    assert document_content(document_of(document)) == document


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("title =", "titel =", "`titel`"),
        ('title = "Between two"\n', "", "`title`"),
        ("version = 1", "version = 0", "`$.version`"),
        ("version = 1", "version = true", "`$.version`"),
        ('effect = "permit"', 'effect = "allow"', "`$.effect`"),
        ("version = 1", "version = 2", "`version`"),
        ("parties =", 'state = "active"\nparties =', "`state`"),
        ("parties =", 'signed_by = ["NZ"]\nparties =', "`signed_by`"),
        ('["AU", "NZ"]', '["Australia"]', "`$.parties["),
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
        ('id = "au-nz"', 'id = "pair-au-nz"', "`id`"),
        ('"internally-visible-actions"', '"internal"', "`$.obligations.permitted_actions`"),
        ('notifications = "may"', 'notifications = "must"', "`$.obligations.affected_party_notifications`"),
        ('attribution = "must-not"', 'attribution = "never"', "`$.obligations.attribution`"),
        ('resale = "must-not"', 'resale = "must"', "`$.obligations.unmodified_resale`"),
        ('encrypt_in_transit = "must"', 'encrypt_in_transit = "must-not"', "`$.obligations.encrypt_in_transit`"),
        ('onward_sharing = "may"', "onward_sharing = true", "`$.obligations.onward_sharing`"),
        ("retention_days = 90", "retention_days = 0", "`$.obligations.retention_days`"),
        ("review_date = 2026-12-01", 'review_date = "soon"', "`$.text.review_date`"),
        ("legal_basis", "basis", "`basis`"),
    ],
)
def test_a_wrong_key_stops_the_start_and_is_named(directory: Path, old: str, new: str, key: str) -> None:
    assert old in FIRST
    (directory / "au-nz.toml").write_text(FIRST.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        documents_of(read_toml_directory(directory))
    assert "au-nz.toml: " in caught.value.sentence
    assert key in caught.value.sentence


def test_an_agreement_without_clauses_is_refused() -> None:
    document = document_content(WANTED) | {"clauses": []}
    with pytest.raises(ConfigurationError, match="clauses"):
        document_of(document)


def test_toml_and_json_are_one_form() -> None:
    assert document_of(tomllib.loads(AU_NZ)) == document_of(document_content(WANTED))


def test_no_agreements_at_all_is_right(tmp_path: Path) -> None:
    assert documents_of(read_toml_directory(tmp_path)) == ()


def test_nothing_has_to_be_said_of_obligations_and_nothing_is_assumed() -> None:
    said = document_content(WANTED)
    silent = document_of({key: value for key, value in said.items() if key not in ("obligations", "text")})
    assert silent == replace(WANTED, obligations=Obligations(), text=AgreementText())
    assert set(document_content(silent)["obligations"].values()) == {None}  # type: ignore[attr-defined]


def test_half_a_character_is_refused_where_it_could_not_be_signed() -> None:
    with pytest.raises(ConfigurationError, match="surrogate"):
        document_of(document_content(WANTED) | {"title": "Half \ud83d"})
