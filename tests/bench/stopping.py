"""How long a suspension takes: from its acknowledgement to the last byte that a reader is served, under load."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.domain.agreements import (
    AgreementDocument,
    Clause,
    DetachedSignature,
    Effect,
)
from hub.domain.directory import Organisation, OrganisationKind, Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AgreementId, MemberCode, OrganisationId
from hub.runtime.wiring import now, opened
from hub.services.agreements.catalogue import show_version
from hub.services.agreements.drafting import draft
from hub.services.agreements.signing import sign
from hub.services.agreements.standing import propose
from hub.services.directory.keys import add_key
from hub.services.directory.organisations import add_organisation
from hub.store.database import Pool
from tests.bench.client import line
from tests.bench.content import envelopes
from tests.bench.figures import Figure, milliseconds
from tests.bench.stage import Stage, staged
from tests.support.acts import made
from tests.support.serving import Caller

_AGREEMENT: Final = AgreementId("au-jp")
_AFTERWARDS: Final = 12
"""How many pages each reader asks for after an acknowledgement, before the suspension is lifted."""

Turn = tuple[str, Sequence[str], Sequence[str]]
"""What is suspended, the call that does so, and the calls that lift it."""

_TURNS: Final[Sequence[Turn]] = (
    ("agreement", ("agreements/au-jp/suspend",), ("agreements/au-jp/resume",)),
    ("account", ("accounts/jp-cert/bench/disable",), ("accounts/jp-cert/bench/enable",)),
    ("organisation", ("organisations/jp-cert/disable",), ("organisations/jp-cert/enable",)),
    ("member", ("members/JP/suspend",), ("members/JP/activate",)),
    ("pair", ("pairs/AU/JP/suspend",), ("pairs/AU/JP/resume", "agreements/pair-au-jp/approve")),
)


@dataclass(slots=True)
class _Readers:
    """What was served, as (asked at, last byte at, whether it held anything)."""

    pages: list[tuple[float, float, bool]] = field(default_factory=list)

    def since(self, instant: float) -> int:
        """Count the pages that were asked for after an instant."""
        return sum(asked > instant for asked, _, _ in list(self.pages))


def stopping(*, cycles: int, say: Callable[[str], None]) -> list[Figure]:
    """Suspend and lift each kind of thing in turn while four read and two push; raise where a page came too late."""
    figures = []
    with staged() as stage:
        operators = _prepare(stage)
        with _loaded(stage) as readers:
            for kind, stop, lift in _TURNS:
                taken = [_cycle(readers, operators, stop, lift) for _ in range(cycles)]
                figures.append(milliseconds(f"last byte after suspending: {kind}", taken))
                say(f"{figures[-1].name:<60} {figures[-1].median:>8.2f} ms, p99 {figures[-1].p99:.2f} ms")
    return figures


def _cycle(readers: _Readers, operators: Sequence[Caller], stop: Sequence[str], lift: Sequence[str]) -> float:
    """Return the seconds from the acknowledgement to the last byte of a page that held something, at least 0."""
    _until(lambda: any(held for _, _, held in readers.pages[-8:]))
    _call(operators[0], stop[0])
    acknowledged = time.monotonic()
    _until(lambda: readers.since(acknowledged) >= _AFTERWARDS)
    pages = list(readers.pages)
    late = [page for page in pages if page[0] > acknowledged and page[2]]
    if late:
        raise RuntimeError(f"{len(late)} pages asked for after {stop[0]} was acknowledged held something")
    last = max((end for _, end, held in pages if held), default=acknowledged)
    readers.pages.clear()
    for number, call in enumerate(lift):
        _call(operators[number], call)
    return max(0.0, last - acknowledged)


@contextmanager
def _loaded(stage: Stage) -> Iterator[_Readers]:
    readers, ended = _Readers(), threading.Event()
    bodies = envelopes(500, 50, seed=3, tlp="amber", creator=stage.creator)
    reading = [threading.Thread(target=_read, args=(stage, readers, ended, walk)) for walk in (False, True) * 2]
    pushing = [threading.Thread(target=_push, args=(stage, bodies[part::2], ended)) for part in range(2)]
    for thread in (*reading, *pushing):
        thread.start()
    try:
        yield readers
    finally:
        ended.set()
        for thread in (*reading, *pushing):
            thread.join()


def _read(stage: Stage, readers: _Readers, ended: threading.Event, walk: object) -> None:
    """Read the first page again and again, or walk on with `next`."""
    caller = Caller(root=stage.hub.root, username=stage.stranger.username, token=stage.stranger.token)
    following: dict[str, str] = {}
    while not ended.is_set():
        asked = time.monotonic()
        answer = caller.get("collections/au/objects/", {"limit": "100"} | following)
        body = answer.json() if answer.status_code == HTTPStatus.OK else {}
        readers.pages.append((asked, time.monotonic(), bool(body.get("objects"))))
        following = {"next": body["next"]} if walk and body.get("more") else {}


def _push(stage: Stage, bodies: Sequence[bytes], ended: threading.Event) -> None:
    with line(stage.producer) as opened_line:
        for body in bodies:
            if ended.is_set():
                return
            opened_line.post(body)
            ended.wait(0.1)


def _prepare(stage: Stage) -> Sequence[Caller]:
    """Publish in amber, let an agreement open it to the readers, and give two operators."""
    desk = Organisation(
        id=OrganisationId("desk"),
        member=None,
        kind=OrganisationKind.HUB,
        name="The operators' desk",
        served_by=None,
        cross_border=False,
        active=True,
        identity=None,
    )
    with opened(stage.hub.urls) as pool:
        add_organisation(pool, desk, act=made("bench"))
        _conclude(pool)
    with line(stage.producer) as opened_line:
        for body in envelopes(20, 100, seed=11, tlp="amber", creator=stage.creator):
            opened_line.post(body)
    return [stage.hub.account(f"desk/{name}", Role.OPERATOR) for name in ("olga", "otto")]


def _conclude(pool: Pool) -> None:
    clause = Clause(number="1", origins=frozenset({"AU"}), destinations=frozenset({"JP"}), tlp_max=Tlp.AMBER)
    document = AgreementDocument(
        id=_AGREEMENT,
        version=1,
        title="Amber from Australia to Japan",
        effect=Effect.PERMIT,
        parties=frozenset({MemberCode("AU"), MemberCode("JP")}),
        valid_from=now(),
        valid_until=None,
        clauses=(clause,),
    )
    draft(pool, document, act=made("bench"))
    propose(pool, _AGREEMENT, 1, act=made("bench"))
    canonical = show_version(pool, _AGREEMENT, 1).canonical
    for organisation in ("au-cert", "jp-cert"):
        private = Ed25519PrivateKey.generate()
        public = private.public_key().public_bytes_raw()
        key = add_key(pool, OrganisationId(organisation), public, act=made("bench"))
        sign(pool, _AGREEMENT, 1, DetachedSignature(key=key.id, value=private.sign(canonical)), act=made("bench"))


def _call(operator: Caller, path: str) -> None:
    answer = operator.call_api("POST", path)
    if answer.status_code not in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError("the readers do not get where they should")
        time.sleep(0.002)
