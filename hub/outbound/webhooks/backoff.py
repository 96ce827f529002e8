"""How long a receiver that fails is left alone: pauses that double, each drawn at random from its whole length."""

from dataclasses import dataclass

_MOST_DOUBLINGS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Bounds in seconds. `longest_asked` is the longest Retry-After that is honoured in full."""

    first: float = 5.0
    longest: float = 3_600.0
    least: float = 1.0
    longest_asked: float = 86_400.0

    def pause(self, failures: int, *, asked: float | None, drawn: float) -> float:
        """Return the seconds to wait after so many failures in a row (at least 1).

        `drawn` is a random number in [0, 1): receivers that failed together are not all tried again together. `asked`
        is what the receiver's Retry-After says; the pause is never shorter than that, up to the bound.
        """
        ceiling = max(self.least, min(self.longest, self.first * 2.0 ** min(failures - 1, _MOST_DOUBLINGS)))
        own = self.least + (ceiling - self.least) * drawn
        return own if asked is None else max(own, min(asked, self.longest_asked))
