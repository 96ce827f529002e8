"""Writers that push and readers that poll, all at once, and what each of them has to end with."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Final

from hub.domain.handling import Tlp
from tests.support.serving import FIRST, LAST, Caller, tick_in
from tests.support.stix import TLP_MARKINGS, indicator, version_at

Version = tuple[str, str]
"""The id and the `modified` of an object."""

LARGEST_ENVELOPE: Final = 200
LEVELS: Final = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED)
PUBLIC: Final = frozenset({Tlp.CLEAR, Tlp.GREEN})
EVERY_VERSION: Final = {"match[version]": "all"}

_IDLE_SECONDS: Final = 0.02


@dataclass(slots=True, kw_only=True)
class Accepted:
    """What the hub has acknowledged: the level of each version, in the order of acknowledgement."""

    levels: dict[Version, Tlp] = field(default_factory=dict)

    def note(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Enter objects that were accepted."""
        for thing in objects:
            self.levels[version_of(thing)] = level_of(thing)

    @property
    def newest(self) -> dict[str, Version]:
        """The newest version of each object."""
        return {version[0]: version for version in sorted(self.levels)}

    @property
    def single(self) -> set[str]:
        """The objects that have one version."""
        return {name for name, count in Counter(name for name, _ in self.levels).items() if count == 1}

    def seen_with(self, readable: frozenset[Tlp]) -> set[Version]:
        """Return the versions that one who reads these levels sees in the end: own and newest level are among them."""
        newest = self.newest
        return {
            version
            for version, level in self.levels.items()
            if level in readable and self.levels[newest[version[0]]] in readable
        }


def seeded(seed: int) -> random.Random:
    """Return numbers that are the same at every run."""
    return random.Random(seed)  # noqa: S311 - nothing here is a secret


def mixed(rng: random.Random, count: int, **properties: Any) -> list[dict[str, Any]]:
    """Return new indicators of every level."""
    return [indicator(tlp=rng.choice(LEVELS), **properties) for _ in range(count)]


def version_of(thing: Mapping[str, Any]) -> Version:
    """Return what names a version of an object."""
    return thing["id"], thing["modified"]


def level_of(thing: Mapping[str, Any]) -> Tlp:
    """Return the level that an object is marked with."""
    (marking,) = thing["object_marking_refs"]
    return next(level for level, name in TLP_MARKINGS.items() if name == marking)


def write(caller: Caller, alias: str, *, seed: int, count: int) -> Accepted:
    """Push so many new objects in envelopes of any size, and between them new versions of every tenth."""
    rng = seeded(seed)
    accepted = Accepted()
    revised: list[dict[str, Any]] = []
    while count > 0:
        size = min(count, rng.randint(1, LARGEST_ENVELOPE))
        count -= size
        fresh = mixed(rng, size)
        revised = [_next_version(rng, thing) for thing in revised]
        caller.accept(alias, *fresh, *revised)
        accepted.note([*fresh, *revised])
        revised = [thing for thing in revised if rng.random() < 0.5] + fresh[::10]
    return accepted


def _next_version(rng: random.Random, thing: Mapping[str, Any]) -> dict[str, Any]:
    number = int(thing.get("confidence", 0)) + 1
    marking = TLP_MARKINGS[rng.choice(LEVELS)]
    return {**thing, "modified": version_at(number), "confidence": number, "object_marking_refs": [marking]}


@dataclass(slots=True, kw_only=True)
class Poller:
    """Polls with `added_after` from the last X-TAXII-Date-Added-Last alone, and keeps what it was given, in order."""

    caller: Caller
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    received: list[Version] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    position: str | None = None
    pages: int = 0

    def run(self, written: Event) -> "Poller":
        """Poll until, after everything was written, a page is empty."""
        while True:
            last_round = written.is_set()
            if self._poll():
                continue
            if last_round:
                return self
            time.sleep(_IDLE_SECONDS)

    def _poll(self) -> int:
        """Ask for what was added after the last position; return how much came."""
        query = dict(self.query) | ({} if self.position is None else {"added_after": self.position})
        response = self.caller.get(self.path, query)
        assert response.status_code == 200, response.text
        things: Sequence[Mapping[str, Any]] = response.json().get("objects", [])
        self.pages += 1
        if self.position is not None and not things:
            assert response.headers[LAST] == self.position
        if self.position is not None and things:
            assert self.position < response.headers[FIRST]
        assert tick_in(response, FIRST) <= tick_in(response, LAST)
        self.received += [(thing["id"], thing.get("version") or thing["modified"]) for thing in things]
        self.dates += [thing["date_added"] for thing in things if "date_added" in thing]
        self.position = response.headers[LAST]
        return len(things)
