"""What changes of rights in the middle of an attack, and what no subscriber may be sent after that."""

import time
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final

from hub.domain.agreements import AgreementDocument, AgreementState, Clause, Effect
from hub.domain.errors import HubError
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode
from hub.policy.agreements.life import state_of
from hub.policy.agreements.pairs import pair_id
from hub.services.agreements.catalogue import show_agreement
from hub.services.agreements.drafting import draft
from hub.services.agreements.pairs import suspend_pair
from hub.services.agreements.standing import end, propose, resume, suspend
from hub.services.directory.accounts import disable_account, enable_account
from hub.store.database import Pool, StoreError
from tests.support.acts import made
from tests.support.agreements import Signer, signer

SUSPENDED: Final = "my-cert/reader"
"""Loses its right for good."""

RESTORED: Final = "jp-cert/reader"
"""Loses it, and is given it again."""

APART: Final = ("AU", "SG")
"""Members that are suspended as a pair."""

OPENED, PAUSED, ENDED = (AgreementId(f"chaos-{name}") for name in ("opened", "paused", "ended"))
"""Agreements of two members: one begins, one is suspended and resumed, and one ends."""

_TERMS: Final = {OPENED: ("JP", "NZ"), PAUSED: ("JP", "SG"), ENDED: ("NZ", "AU")}
_EVERYBODY: Final = frozenset({"AU", "JP", "MY", "NZ", "SG"})
_PATIENCE_SECONDS: Final = 180.0
_POLL: Final = 0.2


@dataclass(slots=True, kw_only=True)
class Loss:
    """Readers that lose what producers mark with a level or above, from `at` on, and, where it is given again, `until`.

    Both are instants of this process: when the loss had been acknowledged, and when it was asked that it end.
    """

    name: str
    producers: frozenset[str]
    readers: frozenset[str]
    least: Tlp
    at: float
    until: float = float("inf")

    def hits(self, account: str, producer: str, level: Tlp) -> bool:
        """Whether an account has lost what a producer marks so."""
        return account[:2].upper() in self.readers and producer in self.producers and level >= self.least


@dataclass(slots=True)
class Changes:
    """The changes that are to come, each when a share of the attack is over, and the losses that there were."""

    pool: Pool
    losses: list[Loss] = field(default_factory=list)
    _left: list[tuple[float, str, Callable[[], None]]] = field(default_factory=list)

    def prepare(self) -> None:
        """Make the agreements that there are from the beginning, and all but the last signature of the one to come."""
        signers = {code: signer(self.pool, f"{code.lower()}-cert") for code in ("AU", "JP", "NZ", "SG")}
        for name, (origin, destination) in _TERMS.items():
            draft(self.pool, _document(name, origin, destination), act=made("chaos"))
            propose(self.pool, name, 1, act=made("chaos"))
            signers[origin].sign(self.pool, name)
            if name != OPENED:
                signers[destination].sign(self.pool, name)
        self._left = [
            (0.15, "an agreement begins", lambda: self._open(signers["NZ"])),
            (0.30, "an agreement is suspended", self._pause),
            (0.45, "two accounts are shut out", self._shut_out),
            (0.50, "a pair is suspended", self._set_apart),
            (0.60, "an agreement ends", self._end),
            (0.70, "an agreement is resumed", self._go_on),
        ]

    def due(self, share: float) -> Iterator[str]:
        """Make the changes whose time has come, and name each."""
        while self._left and self._left[0][0] <= share:
            _, name, change = self._left.pop(0)
            change()
            yield name

    def finish(self) -> None:
        """Make those that are left, and give back what was lost for a time."""
        for _ in self.due(1.0):
            pass
        self._regain(RESTORED)
        self._do(lambda: enable_account(self.pool, AccountId(RESTORED), act=made("chaos")))

    def _open(self, last: Signer) -> None:
        self._do(lambda: last.sign(self.pool, OPENED), lambda: self._stands(OPENED, AgreementState.ACTIVE))

    def _pause(self) -> None:
        self._do(lambda: suspend(self.pool, PAUSED, act=made("chaos")))
        self._lose(PAUSED, {"JP"}, {"SG"}, Tlp.AMBER)

    def _go_on(self) -> None:
        self._regain(PAUSED)
        self._do(
            lambda: resume(self.pool, PAUSED, act=made("chaos")), lambda: self._stands(PAUSED, AgreementState.ACTIVE)
        )

    def _end(self) -> None:
        self._do(lambda: end(self.pool, ENDED, act=made("chaos")), lambda: self._stands(ENDED, AgreementState.ENDED))
        self._lose(ENDED, {"NZ"}, {"AU"}, Tlp.AMBER)

    def _shut_out(self) -> None:
        for account in (RESTORED, SUSPENDED):
            self._do(partial(disable_account, self.pool, AccountId(account), act=made("chaos")))
            self._lose(account, _EVERYBODY, {account[:2].upper()}, Tlp.CLEAR)

    def _set_apart(self) -> None:
        one, other = map(MemberCode, APART)
        self._do(
            lambda: suspend_pair(self.pool, one, other, act=made("chaos")),
            lambda: self._stands(pair_id(one, other), AgreementState.ACTIVE),
        )
        for producer, reader in (APART, APART[::-1]):
            self._lose(f"{producer} for {reader}", {producer}, {reader}, Tlp.GREEN)

    def _lose(self, name: str, producers: AbstractSet[str], readers: AbstractSet[str], least: Tlp) -> None:
        at = time.monotonic()
        loss = Loss(name=name, producers=frozenset(producers), readers=frozenset(readers), least=least, at=at)
        self.losses.append(loss)

    def _regain(self, name: str) -> None:
        for loss in self.losses:
            if loss.name == name:
                loss.until = time.monotonic()

    def _stands(self, name: AgreementId, state: AgreementState) -> bool:
        return state_of(show_agreement(self.pool, name)) is state

    @staticmethod
    def _do(act: Callable[[], object], is_done: Callable[[], bool] = lambda: False) -> None:
        """Do something that a dying server may interrupt, or have done without having said so."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                act()
            except (HubError, StoreError):
                assert time.monotonic() < deadline, "the database does not come back"
                time.sleep(_POLL)
            else:
                return
            try:
                if is_done():
                    return
            except (HubError, StoreError):
                continue


def _document(name: AgreementId, origin: str, destination: str) -> AgreementDocument:
    clause = Clause(
        number="1",
        origins=frozenset({origin}),
        destinations=frozenset({destination}),
        tlp_max=Tlp.AMBER_STRICT,
    )
    return AgreementDocument(
        id=name,
        version=1,
        title=f"Amber from {origin} to {destination}",
        effect=Effect.PERMIT,
        parties=frozenset(map(MemberCode, (origin, destination))),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=None,
        clauses=(clause,),
    )
