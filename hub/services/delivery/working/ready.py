"""Works that can go on, kept so that those which will read the same are taken together."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from hub.domain.identifiers import Tick
from hub.services.delivery.working.work import Work


class _Place(NamedTuple):
    """Where works stand in the log."""

    position: Tick
    sending: Tick | None


class Ready:
    """A line of works, in the order in which the first at each place came."""

    def __init__(self) -> None:
        self._places: dict[_Place, deque[Work]] = {}
        self._count = 0

    def __len__(self) -> int:
        """Return how many works wait."""
        return self._count

    def add(self, work: Work) -> None:
        """Put a work at the end, or beside those that wait at its place."""
        self._places.setdefault(_place(work), deque()).append(work)
        self._count += 1

    def take(self, most: int) -> list[Work]:
        """Take the first works out, at most so many."""
        taken: list[Work] = []
        while len(taken) < most and self._places:
            place, works = next(iter(self._places.items()))
            while works and len(taken) < most:
                taken.append(works.popleft())
            if not works:
                del self._places[place]
        self._count -= len(taken)
        return taken

    def put_back(self, works: Iterable[Work]) -> None:
        """Put works first that were taken for nothing."""
        others, self._places = self._places, {}
        for work in works:
            self.add(work)
        for place, waiting in others.items():
            self._places.setdefault(place, deque()).extend(waiting)

    def clear(self) -> None:
        """Forget all of them."""
        self._places.clear()
        self._count = 0


def _place(work: Work) -> _Place:
    return _Place(work.leased.position, work.leased.sending)
