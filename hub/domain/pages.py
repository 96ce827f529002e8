"""What a reader asks for and what a page answers, in the terms of TAXII 2.1 §3.4 and §3.5."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from hub.domain.catalogue import Collection
from hub.domain.identifiers import StixId, Tick

Item = TypeVar("Item")


class VersionKeyword(StrEnum):
    """A word in `match[version]`."""

    LAST = "last"
    FIRST = "first"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Which versions of an object: the union of the keywords and of the versions at the given instants."""

    keywords: frozenset[VersionKeyword] = frozenset({VersionKeyword.LAST})
    ticks: frozenset[Tick] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One page of a collection: all conditions hold together, None leaves one open.

    `after` is exclusive: the later of `added_after` and the position that `next` carries. `limit` is at least 1.
    """

    collection: Collection
    limit: int
    after: Tick | None = None
    ids: frozenset[str] | None = None
    types: frozenset[str] | None = None
    versions: Versions = field(default_factory=Versions)
    spec_versions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRecord:
    """One version of an object as a manifest lists it (TAXII 2.1 §5.3.1)."""

    id: StixId
    added: Tick
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Items in ascending order of `date_added`, and whether more match beyond them.

    `first` and `last` are the `date_added` of the first and last item; on an empty page both are the position that
    the query started from, or the beginning of the hub's clock where it named none.
    """

    items: tuple[Item, ...]
    first: Tick
    last: Tick
    more: bool


class Channel(StrEnum):
    """A form in which versions leave the hub. `MANIFEST` and `VERSIONS` only name them; all others carry content.

    The first three are fetched, the others are brought by a subscription.
    """

    OBJECTS = "objects"
    MANIFEST = "manifest"
    VERSIONS = "versions"
    WEBHOOK = "webhook"
    STREAM = "stream"
    TAXII = "taxii"
