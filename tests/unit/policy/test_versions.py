"""How the versions of one object hang together: which is newest, and what narrows."""

from dataclasses import replace
from itertools import permutations

import pytest

from hub.domain.handling import Handling, Tlp
from hub.domain.identifiers import OrganisationId, Tick
from hub.policy.versions import Link, Place, narrows, places
from tests.unit.policy.countries import audience, handling


def link(collection: str, tick: int, tlp: Tlp = Tlp.GREEN) -> Link:
    """Return a version in a collection."""
    return Link(collection=collection, version_tick=Tick(tick), handling=handling(tlp))


def newest(links: list[Link]) -> dict[Link, tuple[Link, Link]]:
    """Say for every link which is newest in its collection, and which anywhere, in whatever order they are given."""
    answers = [
        {given[at]: (given[here], given[anywhere]) for at, (here, anywhere) in enumerate(places(given))}
        for given in permutations(links)
    ]
    assert all(each == answers[0] for each in answers)
    return answers[0]


def test_the_latest_version_is_the_newest_of_its_collection_and_of_all() -> None:
    first, second, third = link("own", 1), link("own", 2), link("own", 3)
    assert newest([first, second, third]) == dict.fromkeys((first, second, third), (third, third))


def test_each_collection_has_a_newest_of_its_own() -> None:
    first, second, other, latest = link("own", 1), link("own", 2), link("other", 1), link("other", 5)
    assert newest([first, second, other, latest]) == {
        first: (second, latest),
        second: (second, latest),
        other: (latest, latest),
        latest: (latest, latest),
    }


def test_a_version_in_two_collections_counts_at_its_strictest_level() -> None:
    loose, strict = link("own", 4, Tlp.GREEN), link("other", 4, Tlp.AMBER)
    assert newest([loose, strict]) == {loose: (loose, strict), strict: (strict, strict)}


def test_a_version_given_twice_in_a_collection_counts_at_its_strictest_level() -> None:
    loose, strict = link("own", 4, Tlp.GREEN), link("own", 4, Tlp.AMBER)
    assert newest([loose, strict]) == {loose: (strict, strict), strict: (strict, strict)}


def test_an_older_version_is_not_newest_for_being_stricter() -> None:
    strict, later = link("own", 1, Tlp.RED), link("own", 2, Tlp.CLEAR)
    assert newest([strict, later]) == {strict: (later, later), later: (later, later)}


def test_no_versions_have_no_places() -> None:
    assert places([]) == []
    assert places([link("own", 1)]) == [Place(newest_here=0, newest_anywhere=0)]


GREEN = handling(Tlp.GREEN)
UNREADABLE = replace(GREEN, unknown_marking=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (GREEN, GREEN),
        (GREEN, handling(Tlp.AMBER)),
        (GREEN, handling(Tlp.GREEN, audience("PG"))),
        (handling(Tlp.GREEN, audience("pg-cert")), handling(Tlp.GREEN, audience("pg-cert"), audience("PG"))),
        (GREEN, UNREADABLE),
        (UNREADABLE, UNREADABLE),
    ],
    ids=["nothing", "level", "audience", "further-audience", "unknown-marking", "still-unknown-marking"],
)
def test_it_narrows_to_ask_more_of_readers(before: Handling, after: Handling) -> None:
    assert narrows(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (GREEN, replace(GREEN, producer=OrganisationId("pg-cert"))),
        (GREEN, replace(GREEN, type="malware")),
        (GREEN, handling(Tlp.CLEAR)),
        (handling(Tlp.GREEN, audience("PG")), GREEN),
        (handling(Tlp.GREEN, audience("PG")), handling(Tlp.GREEN, audience("SG"))),
        (GREEN, handling(Tlp.GREEN, audience("pg-cert"))),
        (GREEN, handling(Tlp.GREEN, audience("pg-cert/ana"))),
        (GREEN, handling(Tlp.GREEN, audience("PG"), audience("pg-cert", "PG"))),
        (UNREADABLE, GREEN),
    ],
    ids=[
        *("producer", "type", "lower-level", "audience-dropped", "audience-changed"),
        *("organisation-named", "account-named", "one-of-two-names", "unknown-marking-dropped"),
    ],
)
def test_it_does_not_narrow_where_somebody_may_gain(before: Handling, after: Handling) -> None:
    assert not narrows(before, after)
