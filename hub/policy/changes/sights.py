"""What an account sees of the content at one moment, asking the rules once for all that is alike."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.domain.directory import Principal
from hub.domain.handling import Classes, Handling, Tlp
from hub.domain.identifiers import AccountId, HandlingId, MemberCode, OrganisationId
from hub.policy.changes.alike import HandlingKind, Likeness, Signature
from hub.policy.changes.stances import ReaderView, Stance, Stances
from hub.policy.clauses import Naming, naming_of
from hub.policy.visibility import readable_age
from hub.policy.world import World

Trait = tuple[Tlp, Signature, bool, Naming]
"""What the rules look at of a version and how its audiences name a reader, the stance apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """Handlings that no rule can tell apart: one of them for all, and the numbers of all."""

    kind: HandlingKind
    handling: Handling
    numbers: tuple[HandlingId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All handlings there are, alike ones together."""

    by_producer: Mapping[OrganisationId, tuple[Content, ...]]
    by_number: Mapping[HandlingId, Content]

    @classmethod
    def of(cls, classes: Classes, likeness: Likeness) -> "Contents":
        """Put alike handlings together."""
        kinds: dict[HandlingKind, list[HandlingId]] = defaultdict(list)
        for number, handling in classes.handlings.items():
            kinds[likeness.of_handling(handling)].append(number)
        by_producer: dict[OrganisationId, list[Content]] = defaultdict(list)
        for kind, numbers in kinds.items():
            by_producer[kind.producer].append(Content(kind, classes.handlings[numbers[0]], tuple(numbers)))
        return cls(
            by_producer={producer: tuple(contents) for producer, contents in by_producer.items()},
            by_number={
                number: content
                for contents in by_producer.values()
                for content in contents
                for number in content.numbers
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewpoint:
    """A world at an instant, with the ages that readers of each stance may read of each trait."""

    world: World
    at: datetime
    stances: Stances
    ages: dict[Stance, dict[Trait, timedelta | None]]

    @classmethod
    def of(cls, world: World, at: datetime, likeness: Likeness) -> "Viewpoint":
        """Begin with nothing asked yet."""
        return cls(world=world, at=at, stances=Stances(world, at, likeness), ages={})


@dataclass(slots=True)
class Sight:
    """One account at a viewpoint."""

    viewpoint: Viewpoint
    account: AccountId
    reader: Principal | None
    view: ReaderView | None
    _stances: dict[OrganisationId, Stance | None] = field(default_factory=dict)
    _ages: dict[Content, timedelta | None] = field(default_factory=dict)

    @classmethod
    def of(cls, viewpoint: Viewpoint, account: AccountId) -> "Sight":
        """Look from an account's place."""
        reader = viewpoint.world.principal(account)
        return cls(viewpoint, account, reader, viewpoint.stances.view(reader))

    @property
    def place(self) -> tuple[OrganisationId, MemberCode | None] | None:
        """What audiences can name of the reader beside its account."""
        return None if self.reader is None else (self.reader.organisation.id, self.reader.organisation.member)

    def stance(self, producer: OrganisationId) -> Stance | None:
        """Return how the account stands before a producer; None where it reads nothing at all."""
        if self.reader is None or self.view is None:
            return None
        stance = self._stances.get(producer)
        if stance is None:
            stance = self.viewpoint.stances.stance(self.view, self.reader, producer)
            self._stances[producer] = stance
        return stance

    def age(self, content: Content) -> timedelta | None:
        """Return how old a version of the content may at most be, as `readable_age` does."""
        if content not in self._ages:
            self._ages[content] = self._age(content)
        return self._ages[content]

    def _age(self, content: Content) -> timedelta | None:
        kind = content.kind
        stance = self.stance(kind.producer)
        if stance is None or self.reader is None:
            return None
        naming = naming_of(kind.audiences, self.reader) if kind.audiences else Naming.OPEN
        known = self.viewpoint.ages.setdefault(stance, {})
        trait = (kind.tlp, kind.type, kind.unknown_marking, naming)
        if trait not in known:
            known[trait] = readable_age(self.viewpoint.world, self.account, content.handling, at=self.viewpoint.at)
        return known[trait]
