"""What the rules look at of an object version, apart from its age: the handling."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from hub.domain.identifiers import AccountId, GuardId, HandlingId, MemberCode, OrganisationId


class Tlp(IntEnum):
    """A TLP 2.0 level, lowest to highest; TLP 1.0 WHITE reads as CLEAR."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The level as the rules and files spell it: `amber+strict`."""
        return _LABELS[self]

    @classmethod
    def parse(cls, label: str) -> "Tlp":
        """Read a label; raise ValueError where it is not one of the five."""
        for level, known in _LABELS.items():
            if known == label:
                return level
        known_labels = ", ".join(_LABELS.values())
        message = f"{label!r} is not a TLP level; it is one of {known_labels}"
        raise ValueError(message)


_LABELS = {
    Tlp.CLEAR: "clear",
    Tlp.GREEN: "green",
    Tlp.AMBER: "amber",
    Tlp.AMBER_STRICT: "amber+strict",
    Tlp.RED: "red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A narrowing to the members, organisations and accounts it names. One that names nobody is for nobody."""

    members: frozenset[MemberCode] = field(default_factory=frozenset)
    organisations: frozenset[OrganisationId] = field(default_factory=frozenset)
    accounts: frozenset[AccountId] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """The facts of an object version that decide who reads it; equal handlings are one handling class.

    `tlp` is the effective level. Several `audiences` intersect: a reader must be named by each, and counts as named
    as an account (or organisation) where at least one of them does so. No audience at all narrows nothing.
    """

    producer: OrganisationId
    type: str
    tlp: Tlp
    audiences: frozenset[Audience] = field(default_factory=frozenset)
    unknown_marking: bool = False


class Guard(NamedTuple):
    """The three handlings that must all be allowed for a row to be read.

    `own` is the row's; `newest` that of the newest version of its object in its collection; `producers` that of the
    newest version that its producer has of the object anywhere in the hub.
    """

    own: HandlingId
    newest: HandlingId
    producers: HandlingId


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """All classes there are, by number."""

    handlings: Mapping[HandlingId, Handling]
    guards: Mapping[GuardId, Guard]
