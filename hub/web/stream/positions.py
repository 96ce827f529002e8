"""The ids of a stream, with which it is resumed: positions on the hub's clock.

The id of an envelope is the instant of its last object, which its reader may know (`X-TAXII-Date-Added-Last`). Where a
stream begins before anything was sent, its id is the head of the log, and that tells of commits which are hidden from
the reader: it is sealed.
"""

from dataclasses import dataclass, field
from typing import Final

from hub.domain.clock import parse_timestamp
from hub.domain.errors import RequestError
from hub.domain.identifiers import Tick
from hub.web.sealed import SealedNumbers

_PURPOSE: Final = b"stream position\0"


@dataclass(frozen=True, slots=True)
class Positions:
    """Seals positions, and reads those that it sealed and those that it did not.

    A position grants nothing: what is sent from it on is filtered and authorised like anything else.
    """

    key: bytes = field(repr=False)

    def seal(self, position: Tick) -> str:
        """Write a position as what says nothing to its bearer."""
        return self._sealed().seal(position)

    def read(self, text: str) -> Tick:
        """Read what a stream was given as an id; raises RequestError where it is none."""
        position = parse_timestamp(text)
        if position is None:
            number = self._sealed().open(text)
            position = None if number is None else Tick(number)
        if position is None:
            raise RequestError("Last-Event-ID is not one that this server gave out; leave it out, or use `from`.")
        return position

    def _sealed(self) -> SealedNumbers:
        return SealedNumbers(self.key, _PURPOSE)
