"""How the versions of one object of one producer hang together: which is newest, and what that closes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.domain.handling import Handling
from hub.domain.identifiers import Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One version in one collection (`collection` is any value that tells collections apart)."""

    collection: object
    version_tick: Tick
    handling: Handling


class Place(NamedTuple):
    """Where a version stands: the indices of the newest of its object in its collection, and anywhere in the hub."""

    newest_here: int
    newest_anywhere: int


def places(links: Sequence[Link]) -> list[Place]:
    """Say for every link which links are newest, in the order given.

    A version may be read only where its own handling and those of both newest allow it. The same version in several
    collections counts at its strictest level.
    """
    newest_here: dict[object, int] = {}
    for index, link in enumerate(links):
        known = newest_here.get(link.collection)
        if known is None or _age(link) > _age(links[known]):
            newest_here[link.collection] = index
    newest_anywhere = max(range(len(links)), key=lambda index: _age(links[index]), default=0)
    return [Place(newest_here[link.collection], newest_anywhere) for link in links]


def narrows(before: Handling, after: Handling) -> bool:
    """Whether nobody can read what is handled as `after` who could not read it as `before`.

    True only where that is certain; a change for which it is not must reach readers as new. A further audience that
    names organisations or accounts is not: whom it names may gain (SR-08 `named`, the reach of SR-10).
    """
    further = after.audiences - before.audiences
    return (
        before.producer == after.producer
        and before.type == after.type
        and before.audiences <= after.audiences
        and not any(audience.organisations or audience.accounts for audience in further)
        and (after.unknown_marking or not before.unknown_marking)
        and after.tlp >= before.tlp
    )


def _age(link: Link) -> tuple[int, int]:
    return (link.version_tick, link.handling.tlp)
