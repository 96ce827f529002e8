"""What people are told of agreements: before they sign, after it, and when they look one up."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli.agreements.keyfiles import write_key
from hub.cli.agreements.outcomes import EndedError, told_after, version_of, what_is_likely
from hub.cli.agreements.particulars import clause_in_words, state_in_words, version_in_lines
from hub.cli.agreements.signing import offered_bytes
from hub.cli.main import cli
from hub.domain.agreements import (
    AgreementDocument,
    AgreementRecord,
    AgreementState,
    AgreementVersion,
    Clause,
    Effect,
    Obligations,
    Reach,
    Signature,
)
from hub.domain.errors import ConflictError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, KeyId, MemberCode, OrganisationId
from hub.outbound.errors import AnswerError
from hub.policy.agreements.canonical import canonical_bytes, digest_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = "SHA256:one"
CLAUSE = Clause(number="1", origins=frozenset({"AU"}), destinations=frozenset({"NZ"}), tlp_max=Tlp.AMBER)
DOCUMENT = AgreementDocument(
    id=AgreementId("au-nz"),
    version=1,
    title="Between Australia and New Zealand",
    effect=Effect.PERMIT,
    parties=frozenset({MemberCode("AU"), MemberCode("NZ")}),
    valid_from=NOW - 2 * DAY,
    valid_until=NOW + DAY,
    clauses=(CLAUSE,),
    obligations=Obligations(retention_days=365),
)
FILE = """
id = "au-nz"
version = 1
title = "Between Australia and New Zealand"
effect = "permit"
parties = ["AU", "NZ"]
valid_from = 2026-01-01T00:00:00Z

[[clauses]]
number = "1"
from = ["AU"]
to = ["NZ"]
tlp_max = "amber"
"""


def version(number: int = 1, *, activated: datetime | None = NOW - DAY) -> AgreementVersion:
    document = replace(DOCUMENT, version=number)
    canonical = canonical_bytes(document)
    return AgreementVersion(
        document=document,
        canonical=canonical,
        digest=digest_of(canonical),
        state=AgreementState.ACTIVE if activated else AgreementState.PROPOSED,
        drafted=NOW - 3 * DAY,
        proposed=NOW - 2 * DAY,
        proposed_by="cli:olga",
        activated=activated,
        signatures=(
            Signature(member=MemberCode("AU"), key=KeyId(KEY), value=bytes(64), actor="au-cert/ana", at=NOW - DAY),
        ),
    )


def shown(state: str, *keys: str, unsigned: tuple[str, ...] = (), awaiting: Any = None, **more: Any) -> Any:
    """Return an agreement as the API shows it."""
    one = {
        "number": 1,
        "state": state,
        "unsigned": list(unsigned),
        "signatures": [{"key": key} for key in keys],
        "valid_from": "2026-01-01T00:00:00.000000Z",
        "valid_until": None,
        "ended": None,
    }
    return {"id": "au-nz", "versions": [one | more], "awaiting": awaiting}


@pytest.mark.parametrize(
    ("after", "state"),
    [
        (shown("active", KEY), "active"),
        (shown("proposed", KEY, unsigned=("NZ",)), "proposed; waits for NZ"),
        (
            shown("proposed", KEY, awaiting={"version": 1, "transition": "activate"}),
            "proposed; all have signed, and activate awaits a second operator of the hub",
        ),
        (shown("suspended", KEY), "suspended"),
        (shown("active", KEY, valid_from="2027-01-01T00:00:00Z"), "active; holds from 2027-01-01T00:00:00Z on"),
        (shown("active", KEY, valid_until="2026-10-01T00:00:00Z"), "active, and ran out at 2026-10-01T00:00:00Z"),
    ],
)
def test_who_has_signed_is_told_where_the_version_stands(after: Any, state: str) -> None:
    told = told_after(after, shown("proposed")["versions"][0], KEY, at=NOW)
    assert told == f"signed: au-nz, version 1, with {KEY}\nstate: {state}"


@pytest.mark.parametrize(("key", "which"), [(KEY, "this key"), ("SHA256:two", "another key of your organisation")])
def test_who_has_signed_before_is_told_that_nothing_changed(key: str, which: str) -> None:
    known = shown("active", KEY)
    told = told_after(known, known["versions"][0], key, at=NOW)
    assert told == f"nothing changed: au-nz, version 1 was signed before, with {which}\nstate: active"


def test_what_ended_meanwhile_is_an_error() -> None:
    with pytest.raises(EndedError, match="Version 1 of au-nz has ended: nothing was changed"):
        told_after(shown("ended", KEY), shown("active", KEY)["versions"][0], KEY, at=NOW)


def test_a_version_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(AnswerError, match="no version 7 that you can see; there is 1") as refused:
        version_of(shown("active"), 7)
    assert refused.value.code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("status", "likely"), [(404, "Missing: why"), (403, "Missing: A signature is handed in by"), (409, "Missing:")]
)
def test_a_refusal_keeps_its_code_and_says_what_is_likely(status: int, likely: str) -> None:
    with pytest.raises(AnswerError) as refused, what_is_likely(missing="why"):
        raise AnswerError("Missing:", status=status, code="THEIRS")
    assert (refused.value.code, refused.value.status) == ("THEIRS", status)
    assert refused.value.sentence.startswith(likely)


def test_an_active_version_is_told_from_one_that_holds() -> None:
    one = AgreementRecord(id=DOCUMENT.id, versions=(version(),))
    assert state_in_words(one, one.newest, at=NOW) == "active"
    assert state_in_words(one, one.newest, at=NOW + DAY) == "active (ran out)"
    assert state_in_words(one, one.newest, at=NOW - 2 * DAY) == "active (from 2026-10-31T12:00:00.000000Z)"
    two = AgreementRecord(id=DOCUMENT.id, versions=(version(), version(2, activated=NOW)))
    assert [state_in_words(two, each, at=NOW) for each in two.versions] == ["active (replaced)", "active"]


def test_all_that_a_version_says_and_that_has_happened_is_told() -> None:
    known = version()
    told = "\n".join(version_in_lines(known))
    for words in (
        f"SHA-256      {known.digest}",
        "clause 1     AU -> NZ; up to amber; all types; all purposes; amber to the CERT; of any age",
        "obligations  retention days 365",
        "signed       AU with SHA256:one, by au-cert/ana at 2026-10-31T12:00:00.000000Z",
        "not signed   NZ",
        "proposed     2026-10-30T12:00:00.000000Z by cli:olga",
        "activated    2026-10-31T12:00:00.000000Z",
    ):
        assert f"  {words}" in told
    assert "ended" not in told


def test_a_narrow_clause_says_how_narrow() -> None:
    narrow = replace(
        CLAUSE,
        types=frozenset({"indicator"}),
        purposes=frozenset({"research"}),
        reach=Reach.CONSTITUENTS,
        recipients=frozenset({OrganisationId("nz-power")}),
        max_age_days=30,
    )
    assert clause_in_words(narrow) == (
        "AU -> NZ; up to amber; types indicator; purposes research; amber to the CERT and those it serves;"
        " and to nz-power; up to 30 days old"
    )


def test_the_digest_is_shown_before_signing_without_a_hub(tmp_path: Path) -> None:
    file, key, out = tmp_path / "au-nz.toml", tmp_path / "key", tmp_path / "signature"
    file.write_text(FILE)
    write_key(key, passphrase=None)
    words = ["agreement", "sign-document", str(file), "--key", str(key), "--yes", "--out", str(out), "--json"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    told = json.loads(done.stdout)
    assert f"SHA-256 of what is signed: {told['digest']}\n" in done.stderr
    assert len(told["digest"]) == sha256().digest_size * 2
    signed = json.loads(out.read_text())
    assert {name: told[name] for name in signed} == signed
    assert told["file"] == str(out)


@pytest.mark.parametrize(
    "canonical",
    [
        b'{"id":"au-nz","version":2}',
        b'{"id":"other","version":1}',
        b'{"version":1,"id":"au-nz"}',
        b'{"id": "au-nz","version":1}',
        b'{"id":"au-nz","id":"au-nz","version":1}',
        b'["au-nz",1]',
        b"au-nz",
    ],
)
def test_what_is_not_the_canonical_json_that_was_asked_for_is_not_signed(canonical: bytes) -> None:
    with pytest.raises(ConflictError, match="Sign nothing"):
        offered_bytes({"canonical": b64encode(canonical).decode()}, "au-nz", 1)


def test_the_bytes_that_the_hub_keeps_are_signed_as_they_are() -> None:
    kept = b'{"a key of a later release":1,"id":"au-nz","version":1}'
    assert offered_bytes({"canonical": b64encode(kept).decode()}, "au-nz", 1) == kept
