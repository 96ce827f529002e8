"""What is signed is the document in canonical JSON: RFC 8785's own examples, and documents that come back the same."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId
from hub.policy.agreements.canonical import canonical_bytes, canonical_json, digest_of, document_in, drafted

_CODES = st.sampled_from(["AU", "FJ", "JP", "NZ"])
_WORDS = st.sampled_from(["indicator", "malware", "x-example", "report"])
_PROSE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
_INSTANTS = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(9000, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


def _some(words: st.SearchStrategy[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(words, min_size=1) | st.just(frozenset({"*"}))


CLAUSES = st.builds(
    Clause,
    number=st.just("1"),
    origins=_some(_CODES),
    destinations=_some(_CODES),
    tlp_max=st.sampled_from(Tlp),
    types=_some(_WORDS),
    purposes=_some(_WORDS),
    reach=st.sampled_from(Reach),
    recipients=st.frozensets(st.sampled_from([OrganisationId("au-power"), OrganisationId("fj-uni")])),
    max_age_days=st.none() | st.integers(1, 36_500),
)
DOCUMENTS = st.builds(
    AgreementDocument,
    id=st.just(AgreementId("drawn")),
    version=st.integers(1, 2_000_000_000),
    title=_PROSE.map(str.strip).filter(bool).map(lambda text: text if text.isprintable() else "T"),
    effect=st.sampled_from(Effect),
    parties=st.frozensets(_CODES.map(MemberCode)),
    valid_from=_INSTANTS,
    valid_until=st.none(),
    clauses=st.tuples(CLAUSES) | st.tuples(CLAUSES, CLAUSES.map(lambda clause: replace(clause, number="2"))),
    obligations=st.builds(
        Obligations,
        retention_days=st.none() | st.integers(1, 1_000),
        permitted_actions=st.none() | st.sampled_from(PermittedActions),
        attribution=st.none() | st.sampled_from(Requirement),
    ),
    text=st.builds(AgreementText, legal_basis=_PROSE, contact=_PROSE, review_date=st.none() | st.dates()),
)


def test_RFC_8785_3_2_2_the_sample_is_serialised_as_the_standard_prints_it() -> None:
    sample = json.loads(
        r"""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"""
    )
    assert (
        canonical_json(sample)
        == (
            r"""{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"""
            r""""string":"€$\u000f\nA'B\"\\\\\"/"}"""
        ).encode()
    )


def test_RFC_8785_3_2_3_keys_are_ordered_by_their_utf_16_code_units() -> None:
    sample = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical_json(sample)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, b"0"),
        (-0.0, b"0"),
        (5e-324, b"5e-324"),
        (1.7976931348623157e308, b"1.7976931348623157e+308"),
        (9007199254740991, b"9007199254740991"),
        (295147905179352830000.0, b"295147905179352830000"),
        (9.999999999999997e22, b"9.999999999999997e+22"),
        (1e23, b"1e+23"),
        (1.0000000000000001e23, b"1.0000000000000001e+23"),
        (333333333.3333332, b"333333333.3333332"),
        (-0.0000033333333333333333, b"-0.0000033333333333333333"),
        (1424953923781206.2, b"1424953923781206.2"),
    ],
)
def test_RFC_8785_appendix_B_numbers_are_written_as_ECMAScript_does(number: float, written: bytes) -> None:
    assert canonical_json(number) == written


@given(DOCUMENTS)
def test_the_stored_bytes_read_back_to_a_document_that_is_written_as_the_same_bytes(
    document: AgreementDocument,
) -> None:
    canonical = canonical_bytes(document)
    again = document_in(canonical, source="stored")
    assert again == document
    assert canonical_bytes(again) == canonical


@given(DOCUMENTS)
def test_every_key_is_written_so_that_a_default_of_another_day_changes_no_signed_document(
    document: AgreementDocument,
) -> None:
    content = json.loads(canonical_bytes(document))
    assert set(content) == {
        *("id", "version", "title", "effect", "parties", "valid_from", "valid_until", "clauses", "obligations", "text")
    }
    for clause in content["clauses"]:
        assert len(clause) == len(Clause.__dataclass_fields__)
    assert len(content["obligations"]) == len(Obligations.__dataclass_fields__)
    assert len(content["text"]) == len(AgreementText.__dataclass_fields__)


@given(DOCUMENTS)
def test_any_other_document_has_other_bytes(document: AgreementDocument) -> None:
    other = replace(document, valid_from=document.valid_from + timedelta(microseconds=1))
    assert canonical_bytes(other) != canonical_bytes(document)


def test_one_document_is_known_to_the_byte_and_by_its_digest() -> None:
    document = AgreementDocument(
        id=AgreementId("au-nz"),
        version=1,
        title="Between neighbours",
        effect=Effect.PERMIT,
        parties=frozenset({MemberCode("NZ"), MemberCode("AU")}),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=None,
        clauses=(
            Clause(
                number="1",
                origins=frozenset({"NZ", "AU"}),
                destinations=frozenset({"*"}),
                tlp_max=Tlp.AMBER_STRICT,
            ),
        ),
    )
    version = drafted(document, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert version.canonical == (
        b'{"clauses":[{"from":["AU","NZ"],"max_age_days":null,"number":"1","purposes":["*"],"reach":"cert",'
        b'"recipients":[],"tlp_max":"amber+strict","to":["*"],"types":["*"]}],"effect":"permit","id":"au-nz",'
        b'"obligations":{"affected_party_notifications":null,"attribution":null,"encrypt_in_transit":null,'
        b'"onward_sharing":null,"permitted_actions":null,"retention_days":null,"unmodified_resale":null},'
        b'"parties":["AU","NZ"],"text":{"contact":"","legal_basis":"","review_date":null},'
        b'"title":"Between neighbours","valid_from":"2026-01-01T00:00:00.000000Z","valid_until":null,"version":1}'
    )
    assert version.digest == digest_of(version.canonical)
