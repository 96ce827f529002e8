"""Authenticating by token: who is let in as whom, and each way not to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from hub.domain.directory import MemberStatus, OrganisationKind
from hub.domain.errors import ForbiddenError
from hub.domain.identifiers import AccountId
from hub.services.directory.accounts import add_account, disable_account, enable_account
from hub.services.directory.authenticate import Authenticating
from hub.services.directory.members import activate_member, observe_member, suspend_member
from hub.services.directory.organisations import add_organisation, disable_organisation, enable_organisation
from hub.services.directory.tokens import add_token, list_tokens, revoke_token
from hub.store.database import Pool
from hub.store.epoch import current_epoch
from tests.service.directory.forum import ACTOR, ANA, AU, AU_CERT, NOW, account, organisation
from tests.support.acts import made


@dataclass(slots=True)
class Clock:
    """A clock that stands where it is put."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def authenticating(pool: Pool, clock: Clock) -> Iterator[Authenticating]:
    opened = Authenticating(pool, clock)
    yield opened
    opened.close()


@pytest.fixture
def secret(pool: Pool) -> str:
    return add_account(pool, account(), token_days=10, act=made(ACTOR, at=NOW)).secret


def epoch(pool: Pool) -> int:
    with pool.statement() as database:
        return current_epoch(database)


def last_used(pool: Pool) -> datetime | None:
    (token,) = list_tokens(pool, ANA)
    return token.last_used


def test_a_token_tells_account_organisation_and_member(authenticating: Authenticating, secret: str) -> None:
    bearer = authenticating.bearer(None, secret)
    assert bearer is not None
    principal = bearer.principal
    assert principal.account == account()
    assert (principal.organisation.id, principal.organisation.kind) == (AU_CERT, OrganisationKind.CERT)
    assert principal.member is not None
    assert (principal.member.code, principal.member.status) == (AU, MemberStatus.ACTIVE)


def test_a_user_name_that_is_the_accounts_is_let_in(authenticating: Authenticating, secret: str) -> None:
    named, unnamed = authenticating.bearer(ANA, secret), authenticating.bearer(None, secret)
    assert named is not None
    assert unnamed is not None
    assert named.principal == unnamed.principal


@pytest.mark.parametrize("username", ["", "au-cert/ben", "au-cert", "AU-CERT/ANA", "au-cert/ana "])
def test_a_user_name_that_is_another_is_nobody(authenticating: Authenticating, secret: str, username: str) -> None:
    assert authenticating.bearer(username, secret) is None


def test_the_hubs_own_account_has_no_member(pool: Pool, authenticating: Authenticating) -> None:
    add_organisation(pool, organisation("hub", kind=OrganisationKind.HUB, member=None), act=made(ACTOR))
    issued = add_account(pool, account("hub/olga"), token_days=1, act=made(ACTOR, at=NOW))
    bearer = authenticating.bearer(None, issued.secret)
    assert bearer is not None
    assert bearer.principal.member is None


def test_each_token_of_an_account_opens(pool: Pool, authenticating: Authenticating, secret: str) -> None:
    second = add_token(pool, ANA, days=1, act=made(ACTOR, at=NOW)).secret
    first, other = authenticating.bearer(ANA, secret), authenticating.bearer(ANA, second)
    assert first is not None
    assert other is not None
    assert first.principal == other.principal


def test_an_unknown_token_is_nobody(authenticating: Authenticating, secret: str) -> None:
    last = "A" if secret[-1] != "A" else "B"
    for wrong in ("", "hub_", secret[:-1], secret[:-1] + last, secret + "A", secret.swapcase(), " " + secret):
        assert authenticating.bearer(ANA, wrong) is None


@pytest.mark.parametrize("wrong", ["pä", "\ud800", "\x00", "a" * 100_000])
def test_a_token_no_hub_gave_out_is_nobody(authenticating: Authenticating, wrong: str) -> None:
    assert authenticating.bearer(None, wrong) is None


def test_a_token_opens_until_the_very_moment_it_expires(
    authenticating: Authenticating, clock: Clock, secret: str
) -> None:
    clock.now = NOW + timedelta(days=10) - timedelta(microseconds=1)
    assert authenticating.bearer(ANA, secret) is not None
    clock.now = NOW + timedelta(days=10)
    assert authenticating.bearer(ANA, secret) is None


def test_a_revoked_token_is_nobody_and_the_others_stay(pool: Pool, authenticating: Authenticating, secret: str) -> None:
    second = add_token(pool, ANA, days=1, act=made(ACTOR, at=NOW))
    assert authenticating.bearer(ANA, second.secret) is not None
    revoke_token(pool, ANA, second.token.id, act=made(ACTOR, at=NOW))
    assert authenticating.bearer(ANA, second.secret) is None
    assert authenticating.bearer(ANA, secret) is not None


def test_who_was_known_is_remembered_with_the_epoch_that_whatever_shuts_out_advances(
    pool: Pool, authenticating: Authenticating, secret: str
) -> None:
    second = add_token(pool, ANA, days=1, act=made(ACTOR, at=NOW))
    assert authenticating.remembered(ANA, secret) is None
    known = authenticating.bearer(ANA, secret)
    assert known is not None
    assert authenticating.remembered(ANA, secret) == authenticating.remembered(None, secret) == known
    for end in (
        lambda: revoke_token(pool, ANA, second.token.id, act=made(ACTOR, at=NOW)),
        lambda: disable_account(pool, ANA, act=made(ACTOR)),
        lambda: disable_organisation(pool, AU_CERT, act=made(ACTOR)),
        lambda: suspend_member(pool, AU, act=made(ACTOR)),
    ):
        before = epoch(pool)
        end()
        assert epoch(pool) > before >= known.epoch


def test_nobody_is_remembered_who_was_turned_away(
    pool: Pool, authenticating: Authenticating, clock: Clock, secret: str
) -> None:
    authenticating.bearer(ANA, secret)
    for username, wrong in (("au-cert/ben", secret), (ANA, secret + "x"), (ANA, "é"), (ANA, "x" * 10_000)):
        assert authenticating.remembered(username, wrong) is None
    clock.now = NOW + timedelta(days=10)
    assert authenticating.remembered(ANA, secret) is None
    clock.now = NOW
    disable_account(pool, ANA, act=made(ACTOR))
    with pytest.raises(ForbiddenError):
        authenticating.bearer(ANA, secret)
    assert authenticating.remembered(ANA, secret) is None


def test_SR_01_a_disabled_account_is_known_and_shut_out(
    pool: Pool, authenticating: Authenticating, secret: str
) -> None:
    disable_account(pool, ANA, act=made(ACTOR))
    with pytest.raises(ForbiddenError, match="account au-cert/ana is disabled"):
        authenticating.bearer(ANA, secret)
    enable_account(pool, ANA, act=made(ACTOR))
    assert authenticating.bearer(ANA, secret) is not None


def test_SR_01_a_disabled_organisation_is_known_and_shut_out(
    pool: Pool, authenticating: Authenticating, secret: str
) -> None:
    disable_organisation(pool, AU_CERT, act=made(ACTOR))
    with pytest.raises(ForbiddenError, match="organisation au-cert is disabled"):
        authenticating.bearer(ANA, secret)
    enable_organisation(pool, AU_CERT, act=made(ACTOR))
    assert authenticating.bearer(ANA, secret) is not None


def test_SR_01_a_suspended_member_is_known_and_shut_out(
    pool: Pool, authenticating: Authenticating, secret: str
) -> None:
    suspend_member(pool, AU, act=made(ACTOR))
    with pytest.raises(ForbiddenError, match="member AU is suspended"):
        authenticating.bearer(ANA, secret)
    activate_member(pool, AU, act=made(ACTOR))
    assert authenticating.bearer(ANA, secret) is not None


def test_an_observer_is_let_in(pool: Pool, authenticating: Authenticating, secret: str) -> None:
    observe_member(pool, AU, act=made(ACTOR))
    bearer = authenticating.bearer(ANA, secret)
    assert bearer is not None
    assert bearer.principal.member is not None
    assert bearer.principal.member.status is MemberStatus.OBSERVER


def test_who_is_shut_out_is_not_told_so_without_the_token(pool: Pool, authenticating: Authenticating) -> None:
    add_account(pool, account(), token_days=10, act=made(ACTOR, at=NOW))
    disable_account(pool, ANA, act=made(ACTOR))
    assert authenticating.bearer(ANA, "hub_" + "A" * 43) is None


def test_who_is_shut_out_is_not_told_so_under_another_name(
    pool: Pool, authenticating: Authenticating, secret: str
) -> None:
    disable_account(pool, ANA, act=made(ACTOR))
    assert authenticating.bearer(AccountId("au-cert/ben"), secret) is None


def test_a_use_is_noted_once_a_minute(pool: Pool, clock: Clock, secret: str) -> None:
    noted = []
    for seconds in (0, 59, 60, 119, 121):
        clock.now = NOW + timedelta(seconds=seconds)
        authenticating = Authenticating(pool, clock)
        assert authenticating.bearer(ANA, secret) is not None
        authenticating.close()
        noted.append(last_used(pool))
    at = [NOW + timedelta(seconds=seconds) for seconds in (0, 60, 121)]
    assert noted == [at[0], at[0], at[1], at[1], at[2]]


def test_one_process_notes_a_use_once_a_minute_too(pool: Pool, clock: Clock, secret: str) -> None:
    authenticating = Authenticating(pool, clock)
    for seconds in (0, 30, 59):
        clock.now = NOW + timedelta(seconds=seconds)
        assert authenticating.bearer(ANA, secret) is not None
    authenticating.close()
    assert last_used(pool) == NOW


def test_a_refused_use_is_not_noted(pool: Pool, clock: Clock, secret: str) -> None:
    authenticating = Authenticating(pool, clock)
    assert authenticating.bearer("au-cert/ben", secret) is None
    disable_account(pool, ANA, act=made(ACTOR))
    with pytest.raises(ForbiddenError):
        authenticating.bearer(ANA, secret)
    authenticating.close()
    assert last_used(pool) is None
