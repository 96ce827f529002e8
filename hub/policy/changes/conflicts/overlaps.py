"""Clauses that open, or close, what another clause in force already does."""

from collections.abc import Iterator

from hub.domain.agreements import ANY, Clause, Effect, Reach
from hub.domain.handling import Tlp
from hub.policy.changes.conflicts.nouns import Conflict, Setting, Weight, cite


def overlaps(setting: Setting, clause: Clause) -> Iterator[Conflict]:
    """Find the first clause that makes this one needless, or else those that undercut its limit of age."""
    if setting.agreement.effect is Effect.EXCLUDE:
        yield from _needless_exclusion(setting, clause)
        return
    covering = [
        (agreement, other)
        for agreement, other in setting.others(clause, Effect.PERMIT)
        if _as_wide(setting, other, clause)
    ]
    for agreement, other in covering:
        if other.tlp_max >= clause.tlp_max and _days(other) >= _days(clause):
            yield Conflict(
                code="REDUNDANT",
                weight=Weight.HINT,
                sentence=(
                    f"Clause {other.number} of {agreement.id} grants all of this already, up to {other.tlp_max.label};"
                    " leave this clause out, or end the other one."
                ),
                cites=(setting.cite(clause), cite(agreement, other)),
            )
            return
    for agreement, other in covering:
        if Tlp.CLEAR < other.tlp_max < clause.tlp_max and _days(other) > _days(clause):
            yield Conflict(
                code="AGE_UNDERCUT",
                weight=Weight.HINT,
                sentence=(
                    f"Up to {other.tlp_max.label}, clause {other.number} of {agreement.id} grants the same for longer,"
                    " so `max_age_days` does not bite there; limit it in both, or know that it is so."
                ),
                cites=(setting.cite(clause), cite(agreement, other)),
            )


def _needless_exclusion(setting: Setting, clause: Clause) -> Iterator[Conflict]:
    wanted = setting.pairs(clause)
    for agreement, other in setting.others(clause, Effect.EXCLUDE):
        if wanted and wanted <= setting.pairs(other):
            yield Conflict(
                code="REDUNDANT",
                weight=Weight.HINT,
                sentence=f"Clause {other.number} of {agreement.id} closes all of this already; leave this clause out.",
                cites=(setting.cite(clause), cite(agreement, other)),
            )
            return


def _as_wide(setting: Setting, one: Clause, other: Clause) -> bool:
    """Whether one clause grants wherever another does, levels and ages apart."""
    wanted = setting.pairs(other)
    return (
        bool(wanted)
        and wanted <= setting.pairs(one)
        and _lists(one.types, other.types)
        and _lists(one.purposes, other.purposes)
        and (one.reach is Reach.CONSTITUENTS or other.reach is Reach.CERT)
        and other.recipients <= one.recipients
    )


def _lists(one: frozenset[str], other: frozenset[str]) -> bool:
    return ANY in one or other <= one


def _days(clause: Clause) -> float:
    return float("inf") if clause.max_age_days is None else clause.max_age_days
