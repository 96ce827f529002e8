"""Threads that send, of which a number is always free of receivers that keep one waiting."""

import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Final

Job = Callable[[], None]
"""Something to do. It raises nothing."""

STUCK_SECONDS: Final = 0.5
"""Who is busy with one job for longer is counted as missing, and replaced."""


class Lane:
    """A line of jobs and `size` threads that do them, with others in place of those that are stuck, `most` in all."""

    def __init__(self, name: str, *, size: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self.size = size
        self._most = most
        self._clock = clock
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = Lock()
        self._begun: dict[int, float] = {}
        self._threads: dict[int, Thread] = {}
        self._made = 0

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun with."""
        return self._jobs.qsize()

    def put(self, job: Job) -> None:
        """Have something done, in the order in which it was put."""
        self._jobs.put(job)

    def tend(self) -> None:
        """See that there are threads enough. To be called now and then, by one thread."""
        with self._lock:
            while len(self._threads) < min(self.size + self._stuck(), self._most):
                self._made += 1
                thread = Thread(target=self._work, args=(self._made,), name=f"{self._name}-{self._made}", daemon=True)
                self._threads[self._made] = thread
                thread.start()

    def close(self, *, seconds: float) -> None:
        """Do what waits already, and end; who is not ready in time is left behind."""
        with self._lock:
            threads = list(self._threads.values())
        for _ in threads:
            self._jobs.put(None)
        deadline = self._clock() + seconds
        for thread in threads:
            thread.join(max(0.0, deadline - self._clock()))

    def _stuck(self) -> int:
        since = self._clock() - STUCK_SECONDS
        return sum(begun < since for begun in list(self._begun.values()))

    def _work(self, number: int) -> None:
        while (job := self._jobs.get()) is not None:
            self._begun[number] = self._clock()
            job()
            del self._begun[number]
            if self._superfluous(number):
                return
        with self._lock:
            self._threads.pop(number, None)

    def _superfluous(self, number: int) -> bool:
        """Leave where others have taken this thread's place."""
        if len(self._threads) <= self.size:
            return False
        with self._lock:
            if len(self._threads) <= self.size + self._stuck():
                return False
            del self._threads[number]
            return True
