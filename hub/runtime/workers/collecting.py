"""How often a process that serves looks for circles of garbage."""

import gc
from typing import Final

_YOUNG: Final = 100_000
"""Containers that may come into being, beyond those that went, before the youngest are looked through.

An envelope of 1,000 objects makes about 10,000, nearly all of which go with the request, for nothing here refers in
circles. At Python's own 700, looking through them took a quarter of the time that a push takes.
"""


def collect_seldom() -> None:
    """Leave out what has been made so far, which is there to stay, and look through the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)
