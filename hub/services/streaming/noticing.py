"""Tell streams of withdrawals: what their accounts were sent is revoked, deleted, or closed to them."""

import time
from collections.abc import Callable
from typing import Final

from hub.domain.identifiers import AccountId
from hub.domain.subscriptions.withdrawals import Addressee
from hub.services.streaming.hall import Hall
from hub.services.streaming.reading import StreamReading
from hub.services.streaming.streams import Part
from hub.services.withdrawal.documents import stream_events
from hub.services.withdrawal.notifying import Notifying

LOOK_SECONDS: Final = 1.0


class Noticing:
    """Hands notices to the streams of the accounts that they are for. For one thread."""

    def __init__(
        self,
        hall: Hall,
        reading: StreamReading,
        notifying: Notifying,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hall = hall
        self._reading = reading
        self._notifying = notifying
        self._clock = clock
        self._look_at = clock()

    def step(self) -> None:
        """Note what was sent, and look whether there is more to tell, once a second.

        A notice that a connection takes with it as it breaks is told again, to the next stream of its account.
        """
        if self._clock() < self._look_at:
            return
        self._look_at = self._clock() + LOOK_SECONDS
        sent = self._hall.noticed()
        if sent:
            self._notifying.noticed(sent)
        accounts = self._hall.idle_accounts()
        if accounts:
            self._tell(self._reading.waiting(accounts))

    def _tell(self, accounts: frozenset[AccountId]) -> None:
        parts: dict[AccountId, Part] = {}
        for account in accounts:
            found = self._notifying.next_notices(Addressee(account, None))
            if found is not None:
                parts[account] = Part(body=stream_events(found.notices), epoch=found.epoch, notices=found.notices)
        if not parts:
            return
        asked = self._hall.tokens()
        epoch, good = self._reading.good_tokens(asked)
        self._hall.keep(asked, good)
        self._hall.notify({account: part for account, part in parts.items() if part.epoch == epoch})
