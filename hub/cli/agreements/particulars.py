"""What an agreement says and what has happened to it, in lines for people."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from hub.domain.agreements import (
    ANY,
    AgreementRecord,
    AgreementState,
    AgreementVersion,
    Clause,
    Obligations,
    Reach,
    Signature,
)
from hub.domain.clock import tick_of, timestamp_of
from hub.policy.agreements.succession import succession


def state_in_words(record: AgreementRecord, version: AgreementVersion, *, at: datetime) -> str:
    """Say where a version stands at an instant: of an active one also that it is yet to begin, or is over."""
    awaits = record.awaiting is not None and record.awaiting.version == version.number
    state = f"{version.state} (awaits approval)" if awaits else version.state.value
    if version.state is not AgreementState.ACTIVE:
        return state
    held = next((each for each in succession(record) if each.version == version.number), None)
    if held is None:
        return f"{state} (replaced)"
    if at < held.valid_from:
        return f"{state} (from {instant_in_words(held.valid_from)})"
    if held.valid_until is None or at < held.valid_until:
        return state
    return f"{state} (ran out)" if held.valid_until == version.document.valid_until else f"{state} (replaced)"


def version_in_lines(version: AgreementVersion) -> Iterator[str]:
    """Go through all that a version says and all that has happened to it."""
    text = version.document.text
    yield f"version {version.number}"
    yield f"  SHA-256      {version.digest}"
    for clause in version.document.clauses:
        yield f"  clause {clause.number:<6}{clause_in_words(clause)}"
    yield f"  obligations  {_obligations(version.document.obligations)}"
    for name, said in (("legal basis", text.legal_basis), ("contact", text.contact), ("review", text.review_date)):
        if said:
            yield f"  {name:<13}{said}"
    for signature in version.signatures:
        yield f"  signed       {_signature(signature)}"
    for code in sorted(version.unsigned):
        yield f"  not signed   {code}"
    yield from _history(version)


def clause_in_words(clause: Clause) -> str:
    """Say what a clause grants, or excludes, in one line."""
    parts = [
        f"{_some(clause.origins)} -> {_some(clause.destinations)}",
        f"up to {clause.tlp_max.label}",
        "all types" if ANY in clause.types else f"types {_some(clause.types)}",
        "all purposes" if ANY in clause.purposes else f"purposes {_some(clause.purposes)}",
        "amber to the CERT" if clause.reach is Reach.CERT else "amber to the CERT and those it serves",
    ]
    if clause.recipients:
        parts.append(f"and to {_some(frozenset(clause.recipients))}")
    parts.append("of any age" if clause.max_age_days is None else f"up to {clause.max_age_days} days old")
    return "; ".join(parts)


def instant_in_words(instant: datetime) -> str:
    """Write an instant as the hub writes every one."""
    return timestamp_of(tick_of(instant))


def _obligations(owed: Obligations) -> str:
    said = {field.name.replace("_", " "): getattr(owed, field.name) for field in fields(owed)}
    return ", ".join(f"{name} {value}" for name, value in said.items() if value is not None) or "none"


def _signature(given: Signature) -> str:
    return f"{given.member} with {given.key}, by {given.actor} at {instant_in_words(given.at)}"


def _history(version: AgreementVersion) -> Iterator[str]:
    by = f" by {version.proposed_by}" if version.proposed_by else ""
    happened = (
        ("drafted", version.drafted, ""),
        ("proposed", version.proposed, by),
        ("activated", version.activated, ""),
        ("ended", version.ended, ""),
    )
    for name, instant, who in happened:
        if instant is not None:
            yield f"  {name:<13}{instant_in_words(instant)}{who}"


def _some(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
