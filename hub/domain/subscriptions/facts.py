"""What a filter looks at of an object version: where it stands, and what it says."""

from dataclasses import dataclass, field

from hub.domain.handling import Tlp
from hub.domain.identifiers import CollectionId, MemberCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the log knows of a version without opening it.

    `tlp` is the highest effective level among the version and those that guard it, so that a version whose marking was
    raised later counts as what it is now. `origin` is the producer's member, None for the hub's own organisation.
    """

    collection: CollectionId
    type: str
    tlp: Tlp
    origin: MemberCode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What has to be read from the object itself.

    `confidence` is None where the object states none; `pattern_types` are the object types that a STIX pattern
    compares: `ipv4-addr`, `file`. `revoked` says that its producer has withdrawn it.
    """

    confidence: int | None = None
    labels: frozenset[str] = field(default_factory=frozenset)
    indicator_types: frozenset[str] = field(default_factory=frozenset)
    pattern_types: frozenset[str] = field(default_factory=frozenset)
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a filter looks at of one object version."""

    standing: Standing
    content: Content
