"""Read what is new in a collection into a sink; an interruption at any moment costs a page, never an object."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hub.outbound.exchange.cursor import CursorFile, Position
from hub.outbound.exchange.sinks import Sink
from hub.outbound.exchange.walk import Step, tick_or_beginning, walk
from hub.outbound.taxii import ObjectsPage, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the last run has kept: `reached` is where it stands, `undated` counts objects that came without a date."""

    objects: int
    pages: int
    undated: int
    reached: Position


class Pull:
    """One output and its position. `progress` may be read at any moment, also after an interruption.

    INVARIANT: a saved position never promises more than what is on disk (page first, then position), and never stands
    between two objects of one date: the end of a page is a position only when the next page begins later, or when
    there is none. So servers that give many objects one date lose nothing either, and an interrupted run reads one
    page again, over the one it has. `start` is what the cursor file says, or is saved there first.
    """

    def __init__(self, sink: Sink, cursor: CursorFile, start: Position, *, watch: Callable[[Progress], None]) -> None:
        self._sink = sink
        self._cursor = cursor
        self._watch = watch
        self._saved = start
        self._objects_before = start.objects
        self.progress = Progress(objects=0, pages=0, undated=0, reached=start)

    def run(self, fetch: Callable[[PageRequest], ObjectsPage], query: PageRequest) -> Progress:
        """Read from the position to the end of the collection; raise OutboundError where the server prevents it."""
        start = self._saved
        self.progress = Progress(objects=0, pages=0, undated=0, reached=start)
        if not self._cursor.path.exists():
            self._cursor.save(start)
        self._sink.length = start.length
        self._objects_before = start.objects
        self._watch(self.progress)
        for step in walk(fetch, replace(query, after=start.after)):
            if step.page.objects:
                self._keep(step)
        self._sink.finish()
        self._save(self.progress.reached)
        return self.progress

    def _keep(self, step: Step) -> None:
        """Write a page, then save the position before it, which the date it begins with confirms."""
        before = self.progress.reached
        self._sink.append(step.page.objects)
        self.progress = self._after(step)
        if step.first is not None and step.first > tick_or_beginning(before.after):
            self._save(before)
        self._watch(self.progress)

    def _after(self, step: Step) -> Progress:
        """Return the progress with a page; a page without a date, or with an earlier one, moves no position."""
        done, count = self.progress, len(step.page.objects)
        done = replace(done, objects=done.objects + count, pages=done.pages + 1)
        if step.last is None or step.last < tick_or_beginning(done.reached.after):
            return replace(done, undated=done.undated + count)
        kept = self._objects_before + done.objects
        return replace(done, reached=Position(after=step.page.last, length=self._sink.length, objects=kept))

    def _save(self, position: Position) -> None:
        if position != self._saved:
            self._cursor.save(position)
            self._saved = position
