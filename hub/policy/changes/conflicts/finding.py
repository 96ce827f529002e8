"""Every conflict of an agreement with itself, with the directory, and with the agreements in force beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.domain.agreements import Agreement, Effect
from hub.domain.identifiers import MemberCode
from hub.policy.changes.conflicts.idle import (
    idle_exclusions,
    idle_members,
    idle_permits,
    idle_words,
    validity,
)
from hub.policy.changes.conflicts.nouns import Conflict, Setting
from hub.policy.changes.conflicts.onward import onward_paths
from hub.policy.changes.conflicts.overlaps import overlaps
from hub.policy.world import World

_OF_THE_DOCUMENT: Final = frozenset(
    {
        "AGE_UNDERCUT",
        "ALREADY_OVER",
        "CEILING_CLEAR",
        "EXCLUSION_IS_WHOLE",
        "ONLY_DOMESTIC",
        "ONWARD_PATH",
        "REDUNDANT",
        "SHADOWED",
    }
)
"""What rests on the documents that are cited; the other conflicts tell of the directory, which is not for parties."""


def conflicts_of(
    agreement: Agreement, world: World, *, at: datetime, types: frozenset[str] | None = None
) -> tuple[Conflict, ...]:
    """Return what is in the way of an agreement, in a world in which it is in force, at an instant.

    `types` are those of which there is content; with None nothing is said of them.
    """
    setting = Setting(agreement=agreement, world=world, at=at, types=types)
    return tuple(_all(setting))


def conflicts_told(agreement: Agreement, world: World, member: MemberCode, *, at: datetime) -> tuple[Conflict, ...]:
    """Return what a party is told of them: of its own agreements alone, as if there were no others, and of no content.

    INVARIANT: what is left out is left out before anything is looked for, so that it shows in nothing.
    """
    own = replace(world, agreements=tuple(each for each in world.agreements if member in each.parties))
    return tuple(each for each in conflicts_of(agreement, own, at=at) if each.code in _OF_THE_DOCUMENT)


def _all(setting: Setting) -> Iterator[Conflict]:
    yield from validity(setting)
    for clause in setting.agreement.clauses:
        yield from idle_members(setting, clause)
        if setting.agreement.effect is Effect.PERMIT:
            yield from idle_permits(setting, clause)
            yield from idle_words(setting, clause)
        else:
            yield from idle_exclusions(setting, clause)
        yield from overlaps(setting, clause)
    yield from onward_paths(setting)
