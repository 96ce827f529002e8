"""Which version of an agreement holds when: each from its coming into force until the next one comes into force."""

from datetime import datetime

from hub.domain.agreements import Agreement, AgreementRecord, AgreementState, AgreementVersion


def succession(record: AgreementRecord) -> tuple[Agreement, ...]:
    """Return the versions as the rules see them, in order of number, each cut where a later one takes its place.

    Left out are drafts, proposals that came to nothing, and versions that a later one has left no time.
    INVARIANT: at any instant at most one of them is in force.
    """
    seen: list[Agreement] = []
    cut: datetime | None = None
    for version in reversed(record.versions):
        begins = comes_into_force(version)
        ends = _earlier(version.document.valid_until, cut)
        if _is_of_concern(version) and (ends is None or begins < ends):
            seen.append(_as_the_rules_see_it(version, begins, ends))
        if version.activated is not None:
            cut = _earlier(cut, begins)
    return tuple(reversed(seen))


def comes_into_force(version: AgreementVersion) -> datetime:
    """Return the instant from which a version holds where it holds: `valid_from`, or its activation where later."""
    begins = version.document.valid_from
    return begins if version.activated is None else max(begins, version.activated)


def _is_of_concern(version: AgreementVersion) -> bool:
    if version.state is AgreementState.DRAFT:
        return False
    return version.state is not AgreementState.ENDED or version.activated is not None


def _as_the_rules_see_it(version: AgreementVersion, begins: datetime, ends: datetime | None) -> Agreement:
    document = version.document
    return Agreement(
        id=document.id,
        version=document.version,
        title=document.title,
        effect=document.effect,
        state=version.state,
        parties=document.parties,
        signed_by=version.signed_by,
        valid_from=begins,
        valid_until=ends,
        clauses=document.clauses,
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None else one if other is None else min(one, other)
