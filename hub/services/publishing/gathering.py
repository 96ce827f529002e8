"""Work that arrives while other work is being done, gathered so that the next one to begin does it all at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

from hub.domain.errors import UnavailableError

Work = TypeVar("Work")
Done = TypeVar("Done")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Work, Done]):
    """Work of one thread and, once it is settled, what has become of it."""

    work: Work
    settled: bool = False
    done: Done | None = None
    error: Exception | None = None


class Gathering(Generic[Work, Done]):
    """One group of work is under way at a time; whoever waits first when it ends takes up the next.

    `do` does all of a group or nothing. `fits` says whether one more may join those that are in a group already. Where
    a group fails each of it is done alone, so that none fails for what lies with another; not so where something does
    not answer, for then nothing will.
    """

    def __init__(
        self, do: Callable[[Sequence[Work]], Sequence[Done]], *, fits: Callable[[Sequence[Work], Work], bool]
    ) -> None:
        self._do = do
        self._fits = fits
        self._changed = Condition()
        self.busy = False
        self.waiting: list[_Waiting[Work, Done]] = []

    def __call__(self, work: Work) -> Done:
        """Do some work, with what else is waiting; return what comes of it, or raise what kept it from being done."""
        mine = _Waiting[Work, Done](work)
        with self._changed:
            self.waiting.append(mine)
        while True:
            with self._turn(mine) as group:
                if not group:
                    break
                self._settle(group)
        if mine.error is not None:
            raise mine.error
        return mine.done  # type: ignore[return-value] # it is settled, and not by an error

    @contextmanager
    def _turn(self, mine: _Waiting[Work, Done]) -> Iterator[list[_Waiting[Work, Done]]]:
        """Hold the next group while it is done; an empty one where what this thread waits for is settled."""
        with self._changed:
            self._changed.wait_for(lambda: mine.settled or not self.busy)
            group = [] if mine.settled else self._take()
            self.busy = self.busy or bool(group)
        try:
            yield group
        finally:
            if group:
                with self._changed:
                    self.busy = False
                    self._changed.notify_all()

    def _take(self) -> list[_Waiting[Work, Done]]:
        """Take who has waited longest, and of the others those that fit; whoever does not keeps its place."""
        group: list[_Waiting[Work, Done]] = []
        left: list[_Waiting[Work, Done]] = []
        for each in self.waiting:
            joins = not group or self._fits([member.work for member in group], each.work)
            (group if joins else left).append(each)
        self.waiting = left
        return group

    def _settle(self, group: Sequence[_Waiting[Work, Done]]) -> None:
        try:
            done = self._do([each.work for each in group])
        except Exception as error:  # noqa: BLE001 - whoever waits is told, and raises it
            if len(group) == 1 or isinstance(error, UnavailableError):
                for each in group:
                    each.error, each.settled = error, True
            else:
                for each in group:
                    self._settle([each])
        else:
            for each, result in zip(group, done, strict=True):
                each.done, each.settled = result, True
