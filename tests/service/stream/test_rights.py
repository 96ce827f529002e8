"""When rights change, the open stream obeys: what is read after an acknowledgement obeys what it acknowledged."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from threading import Event

import pytest

from hub.domain.agreements import Agreement, AgreementState, Clause, Effect
from hub.domain.directory import Role
from hub.domain.handling import Tlp
from hub.domain.identifiers import AccountId, AgreementId, MemberCode, OrganisationId
from hub.runtime.wiring import now, opened
from hub.services.directory.accounts import disable_account, enable_account
from hub.services.directory.members import activate_member, suspend_member
from hub.services.directory.organisations import disable_organisation, enable_organisation
from hub.services.directory.tokens import list_tokens, revoke_token
from hub.store.database import Pool
from tests.service.stream.conftest import StreamHub
from tests.support.acts import made
from tests.support.agreements import put_in_force
from tests.support.events import EventStream
from tests.support.serving import Caller
from tests.support.stix import indicator

Change = Callable[[Pool, AccountId], None]


@pytest.fixture(scope="module")
def pool(hub: StreamHub) -> Iterator[Pool]:
    with opened(hub.served.urls) as pool:
        yield pool


@pytest.fixture(autouse=True)
def _baseline(pool: Pool) -> None:
    """Let Laos read Cambodia up to green."""
    put_in_force(pool, agreement(Tlp.GREEN))


def agreement(tlp_max: Tlp, *, begins_in: timedelta = timedelta(0)) -> Agreement:
    return Agreement(
        id=AgreementId("kh-la"),
        version=1,
        title="Cambodia to Laos",
        effect=Effect.PERMIT,
        state=AgreementState.ACTIVE,
        parties=frozenset({MemberCode("KH"), MemberCode("LA")}),
        signed_by=frozenset({MemberCode("KH"), MemberCode("LA")}),
        valid_from=now() + begins_in,
        valid_until=None,
        clauses=(Clause(number="1", origins=frozenset({"KH"}), destinations=frozenset({"LA"}), tlp_max=tlp_max),),
    )


def _revoke(pool: Pool, account: AccountId) -> None:
    for token in list_tokens(pool, account):
        revoke_token(pool, account, token.id, act=made("test"))


def _nothing(_pool: Pool, _account: AccountId) -> None:
    """Leave it as it is."""


def _disable(pool: Pool, account: AccountId) -> None:
    disable_account(pool, account, act=made("test"))


def _enable(pool: Pool, account: AccountId) -> None:
    enable_account(pool, account, act=made("test"))


def _disable_organisation(pool: Pool, account: AccountId) -> None:
    disable_organisation(pool, OrganisationId(account.partition("/")[0]), act=made("test"))


def _enable_organisation(pool: Pool, account: AccountId) -> None:
    enable_organisation(pool, OrganisationId(account.partition("/")[0]), act=made("test"))


def _suspend(pool: Pool, _account: AccountId) -> None:
    suspend_member(pool, MemberCode("LA"), act=made("test"))


def _activate(pool: Pool, _account: AccountId) -> None:
    activate_member(pool, MemberCode("LA"), act=made("test"))


SHUT_OUT: dict[str, tuple[Change, Change]] = {
    "account": (_disable, _enable),
    "organisation": (_disable_organisation, _enable_organisation),
    "member": (_suspend, _activate),
    "token": (_revoke, _nothing),
}


@dataclass(slots=True, kw_only=True)
class Writing:
    """A writer that never stops: the ids in the order in which it began to push them."""

    begun: list[str] = field(default_factory=list)
    enough: Event = field(default_factory=Event)

    def write(self, writer: Caller) -> None:
        while not self.enough.is_set():
            thing = indicator(tlp=Tlp.GREEN)
            self.begun.append(thing["id"])
            writer.accept("kh", thing)


@contextmanager
def writing(writer: Caller) -> Iterator[Writing]:
    """Publish one green indicator after the other for as long as the block runs."""
    busy = Writing()
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(busy.write, writer)
        try:
            yield busy
        finally:
            busy.enough.set()
        done.result()


@pytest.mark.parametrize("kind", SHUT_OUT)
def test_SR_01_who_is_shut_out_is_cut_off_and_sent_nothing_more(
    hub: StreamHub, pool: Pool, writer: Caller, kind: str
) -> None:
    shut, open_again = SHUT_OUT[kind]
    reader = hub.served.account(f"la-cert/shut-{kind}", Role.ANALYST)
    account = AccountId(reader.username)
    try:
        with hub.stream(reader) as stream:
            with writing(writer) as busy:
                received = stream.names(5)
                shut(pool, account)
                acknowledged = len(busy.begun)
                received += stream.rest()
            assert _in_order(received, busy.begun)
            assert not set(received) & set(busy.begun[acknowledged:])
        with hub.stream(reader) as stream:
            assert stream.status in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED}
    finally:
        open_again(pool, account)


def _in_order(received: list[str], begun: list[str]) -> bool:
    """Whether what was received is an unbroken run of what was pushed."""
    first = begun.index(received[0])
    return received == begun[first : first + len(received)]


@pytest.mark.parametrize("kind", SHUT_OUT)
def test_a_quiet_stream_of_one_who_is_shut_out_is_closed(hub: StreamHub, pool: Pool, kind: str) -> None:
    shut, open_again = SHUT_OUT[kind]
    reader = hub.served.account(f"la-cert/quiet-{kind}", Role.ANALYST)
    account = AccountId(reader.username)
    try:
        with hub.stream(reader) as stream:
            stream.wait_for_comments(1)
            shut(pool, account)
            assert stream.rest() == []
    finally:
        open_again(pool, account)


def test_an_agreement_that_ends_closes_its_content_and_not_the_stream(
    hub: StreamHub, pool: Pool, writer: Caller, reader: Caller
) -> None:
    with hub.stream(reader) as stream:
        with writing(writer) as busy:
            received = stream.names(5)
            put_in_force(pool)
            acknowledged = len(busy.begun)
            while len(busy.begun) < acknowledged + 10:
                Event().wait(0.001)
        clear = indicator(tlp=Tlp.CLEAR)
        writer.accept("kh", clear)
        received += _names_until(stream, clear["id"])
        assert received[-1] == clear["id"]
        assert not set(received) & set(busy.begun[acknowledged:])


def _names_until(stream: EventStream, last: str) -> list[str]:
    names: list[str] = []
    while last not in names:
        names += stream.next().names
    return names


def test_a_widening_reaches_the_open_stream(hub: StreamHub, pool: Pool, writer: Caller, reader: Caller) -> None:
    with hub.stream(reader) as stream:
        amber, green = indicator(tlp=Tlp.AMBER), indicator(tlp=Tlp.GREEN)
        writer.accept("kh", amber)
        writer.accept("kh", green)
        assert stream.next().names == [green["id"]]
        put_in_force(pool, agreement(Tlp.AMBER))
        assert amber["id"] in _names_until(stream, amber["id"])


def test_an_agreement_that_begins_by_the_clock_reaches_the_open_stream(
    hub: StreamHub, pool: Pool, writer: Caller, reader: Caller
) -> None:
    put_in_force(pool, agreement(Tlp.AMBER, begins_in=timedelta(seconds=2)))
    with hub.stream(reader) as stream:
        amber = indicator(tlp=Tlp.AMBER)
        writer.accept("kh", amber)
        assert amber["id"] in _names_until(stream, amber["id"])
