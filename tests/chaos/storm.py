"""Writers push while processes of the hub are killed one after another; then everything is checked."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

from hub.domain.directory import Role
from tests.chaos.killing import WITHOUT_STREAMS, Killer, Kind
from tests.chaos.stored import check_everything
from tests.chaos.writing import PENDING_ABOVE, Writer
from tests.support.serving import ServedHub, serving

WRITERS: Final = 3
ALIAS: Final = "au"

_PART_OBJECTS: Final = 50
_RECOVERY_SECONDS: Final = 180.0
_CALM_SHARE: Final = 0.7
"""So many kills wait for the hub to have recovered from the one before; the others strike while it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What happened."""

    killed: dict[Kind, int]
    objects: int
    envelopes: int
    large: int
    lost: int
    unavailable: int
    seconds: float
    longest_recovery: float = field(default=0.0)


def by_lot(kills: int, *, seed: int, kinds: Sequence[Kind] = WITHOUT_STREAMS) -> list[Kind]:
    """Choose what is killed, every kind as likely as any other."""
    return random.Random(seed).choices(kinds, k=kills)  # noqa: S311 - which process dies is no secret


def storm(directory: Path, plan: Sequence[Kind], *, seed: int, tell: Callable[[str], None] = lambda _: None) -> Report:
    """Run a hub of its own on a directory through the kills planned; raise AssertionError where anything was lost."""
    rng = random.Random(seed)  # noqa: S311 - as above
    begun = time.monotonic()
    with serving(directory, web_workers=0, pending_above=PENDING_ABOVE, ingest_chunk=_PART_OBJECTS) as hub:
        writers = [
            Writer(
                caller=hub.account(f"au-cert/writer-{number}"),
                alias=ALIAS,
                rng=random.Random(f"{seed}/{number}"),  # noqa: S311 - as above
            )
            for number in range(WRITERS)
        ]
        reader = hub.account("au-cert/reader", Role.ANALYST)
        killer = Killer(hub=hub, rng=rng)
        longest = _attack(killer, writers, plan=plan, tell=tell)
        acknowledged = [thing for writer in writers for thing in writer.acknowledged]
        objects = check_everything(hub, reader, ALIAS, acknowledged)
    return Report(
        killed=dict(killer.killed),
        objects=objects,
        envelopes=sum(writer.envelopes for writer in writers),
        large=sum(writer.large for writer in writers),
        lost=sum(writer.lost for writer in writers),
        unavailable=sum(writer.unavailable for writer in writers),
        seconds=time.monotonic() - begun,
        longest_recovery=longest,
    )


def _attack(killer: Killer, writers: Sequence[Writer], *, plan: Sequence[Kind], tell: Callable[[str], None]) -> float:
    """Let the writers write and kill beside them; return how long the slowest recovery took."""
    enough = Event()
    longest = 0.0
    with ThreadPoolExecutor(len(writers)) as pool:
        running = [pool.submit(writer.run, enough) for writer in writers]
        try:
            for number, kind in enumerate(plan, 1):
                time.sleep(killer.rng.uniform(0.0, 1.0))
                killer.strike(kind)
                tell(f"{number}/{len(plan)} {kind}")
                if killer.rng.random() < _CALM_SHARE:
                    longest = max(longest, _recovered(killer.hub, writers, running))
            _recovered(killer.hub, writers, running)
        finally:
            enough.set()
        for future in running:
            future.result()
    return longest


def _recovered(hub: ServedHub, writers: Sequence[Writer], running: Sequence[Future[Writer]]) -> float:
    """Wait until every writer has had a success; return how long that took."""
    begun = time.monotonic()
    before = [writer.envelopes for writer in writers]
    while any(writer.envelopes == count for writer, count in zip(writers, before, strict=True)):
        ended = wait(running, timeout=0.02, return_when=FIRST_EXCEPTION).done
        for future in ended:
            future.result()
        assert hub.process.poll() is None, hub.log[-2_000:]
        assert time.monotonic() - begun < _RECOVERY_SECONDS, hub.log[-2_000:]
    return time.monotonic() - begun
