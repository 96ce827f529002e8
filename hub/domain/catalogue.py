"""The collections that the hub hosts: one a member country, regional ones, and the virtual `all`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.domain.directory import Member, Organisation, OrganisationKind
from hub.domain.handling import Tlp
from hub.domain.identifiers import CollectionId, MemberCode

STIX_MEDIA_TYPE: Final = "application/stix+json;version=2.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A TAXII collection (TAXII 2.1 §5.2) with what the rules need to know of it.

    `member` is set where it is a country's own; `writers` are the kinds of organisation a regional one is open to.
    """

    id: CollectionId
    alias: str
    title: str
    description: str
    default_tlp: Tlp
    can_read: bool
    can_write: bool
    media_types: tuple[str, ...]
    member: MemberCode | None
    writers: frozenset[OrganisationKind]


ALL: Final = Collection(
    id=CollectionId("f2c1a0f4-6f43-4b0e-9c8e-6f1d0c5b7a11"),
    alias="all",
    title="All collections",
    description="Everything the reader may see, over all collections. Read only; an object that several collections "
    "hold appears once for each.",
    default_tlp=Tlp.RED,
    can_read=True,
    can_write=False,
    media_types=(STIX_MEDIA_TYPE,),
    member=None,
    writers=frozenset(),
)
"""The virtual collection: it holds nothing itself, every row of the log is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All collections in order of id, with the members and organisations that their files name."""

    collections: tuple[Collection, ...]
    members: tuple[Member, ...]
    organisations: tuple[Organisation, ...]
    _named: Mapping[str, Collection] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the collections by their names: each request asks for one several times."""
        named = {name: entry for entry in reversed(self.collections) for name in (entry.alias, entry.id)}
        object.__setattr__(self, "_named", named)

    def __iter__(self) -> Iterator[Collection]:
        """Go through the collections in order of id (TAXII 2.1 interoperability, §2.1.7)."""
        return iter(self.collections)

    def find(self, name: str) -> Collection | None:
        """Return the collection of an id (in either case) or alias; None where there is none."""
        return self._named.get(name.lower())
