"""Note who was given what, before it leaves."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from hub.domain.catalogue import ALL
from hub.domain.identifiers import AccountId
from hub.domain.pages import Channel, Query
from hub.store.database import Database, Pool
from hub.store.log.pages import Slice
from hub.store.log.segments import Allowed
from hub.store.receipts import EVERYWHERE, Given, Noted, Owner, Receipts, unchanged


class Noting:
    """The receipts of this process. One instance is shared by all its threads, and by all ways out of the hub."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._receipts = Receipts()

    @contextmanager
    def noted(  # noqa: PLR0913, PLR0917 - a page has these facts
        self,
        database: Database,
        account: AccountId,
        query: Query,
        channel: Channel,
        number: int,
        seen: Slice,
        allowed: Allowed,
    ) -> Iterator[None]:
        """Note that an account is given the rows that were seen, of the collection of a number. There are some.

        PostgreSQL notes it while the block runs, which makes of the rows what is given. INVARIANT: that leaves the hub
        after the block alone. What cannot be noted is not given: where the database does not answer, this raises
        UnavailableError.
        """
        with self._sent(database, [(self._given(query, channel, number, seen, allowed), [Owner(account)])]):
            yield

    def note_again(  # noqa: PLR0913, PLR0917 - a page has these facts
        self,
        database: Database,
        account: AccountId,
        query: Query,
        channel: Channel,
        number: int,
        seen: Slice,
        allowed: Allowed,
    ) -> int | None:
        """Note that an account is given rows that were seen before, if they are a full page and the one to give now.

        Return the state of the log that this was found in; None where they are not. INVARIANT: as that of `noted`.
        """
        given = self._given(query, channel, number, seen, allowed)
        if self._receipts.note_again(database, given, Owner(account), epoch=allowed.epoch):
            return given.rewrites
        rewrites = unchanged(database, given, beyond=seen.beyond)
        if rewrites is None or rewrites == given.rewrites:
            return None
        given = replace(given, rewrites=rewrites)
        noted = self._receipts.note_again(database, given, Owner(account), epoch=allowed.epoch)
        return rewrites if noted else None

    def note_all(self, pages: Sequence[tuple[Given, Sequence[Owner]]]) -> list[list[int]]:
        """Note pages of several readers at once, before any of them is given. INVARIANT: as that of `noted`.

        Return the numbers of the readings that each was noted in, one an owner.
        """
        if not pages:
            return []
        with self._pool.statement() as database, self._sent(database, pages) as noted:
            pass
        return noted()

    @contextmanager
    def _sent(self, database: Database, pages: Sequence[tuple[Given, Sequence[Owner]]]) -> Iterator[Noted]:
        """Send what notes pages; it is done at the end of the block. Where that fails, a single page is not noted."""
        try:
            clearances = self._receipts.keep(database, [given.allowed for given, _ in pages])
            with database.pipeline() as pipeline, _undone_where_it_fails(database):
                yield self._receipts.note_all(database, pages, clearances, apart=pipeline.sync)
        except BaseException:
            self._receipts = Receipts()  # a server that has crashed may have lost what they take for kept
            raise

    def _given(self, query: Query, channel: Channel, number: int, seen: Slice, allowed: Allowed) -> Given:
        return Given(
            channel=channel,
            collection=EVERYWHERE if query.collection.id == ALL.id else number,
            query=query,
            allowed=allowed,
            rewrites=seen.rewrites,
            head=seen.head,
            last=seen.rows[-1][0],
            at=self._clock(),
        )


@contextmanager
def _undone_where_it_fails(database: Database) -> Iterator[None]:
    """Let nothing of a pipeline be committed where the block fails: its end would commit, and so it has none.

    The pool replaces the connection.
    """
    try:
        yield
    except BaseException:
        database.close()
        raise
