"""The secrets of subscriptions: sealed at rest, each for its own, and replaced without a gap."""

from datetime import datetime, timedelta

import pytest

from hub.domain.clock import tick_of
from hub.domain.directory import Act
from hub.domain.errors import ConfigurationError, ConflictError, UnprocessableError
from hub.outbound.webhooks.signature import parse_secret
from hub.runtime.wiring import now
from hub.services.sealing import Sealer, SealingKey
from hub.services.subscriptions.catalogue import show_subscription
from hub.services.subscriptions.resealing import reseal_secrets
from hub.services.subscriptions.rotating import drop_old_secret, rotate_secret, set_password
from hub.services.subscriptions.secrets import password_of, unseal
from hub.store.database import Pool
from hub.store.ledger import read_entries
from hub.store.subscriptions.rows import Kept, write_secrets
from tests.service.directory.chronicle import change
from tests.service.directory.forum import ACTOR
from tests.service.subscriptions.orders import PASSWORD, push, webhook
from tests.support.acts import made


def signing(kept: Kept, sealer: Sealer, at: datetime | None = None) -> list[str]:
    secrets = unseal(kept.secrets, kept.subscription.id, sealer=sealer, at=tick_of(at or now()))
    return [held.secret for held in secrets]


def rotated(pool: Pool, kept: Kept, sealer: Sealer, *, hours: int, at: datetime) -> str:
    given = rotate_secret(pool, kept.subscription.id, hours=hours, sealer=sealer, act=Act(actor=ACTOR, at=at))
    assert given.secret is not None
    return given.secret


def test_deliveries_are_signed_with_the_secret_that_was_shown(pool: Pool, sealer: Sealer) -> None:
    given = webhook(pool, sealer)
    assert signing(given.kept, sealer) == [given.secret]


def test_no_secret_stands_in_the_database_in_the_clear(pool: Pool, sealer: Sealer) -> None:
    given = webhook(pool, sealer)
    push(pool, sealer)
    assert given.secret is not None
    with pool.statement() as database:
        rows = database.execute("SELECT secrets, target::text, filter::text FROM subscriptions").fetchall()
        ledger = read_entries(database, before=2**62, limit=100)
    kept = repr(rows).encode() + repr(ledger).encode() + b"".join(each for row in rows for each in row[0])
    for secret in (given.secret.encode(), parse_secret(given.secret).key, PASSWORD.encode()):
        assert secret not in kept


def test_the_ledger_names_the_host_and_not_the_path_which_may_be_a_secret_itself(pool: Pool, sealer: Sealer) -> None:
    number = webhook(pool, sealer).kept.subscription.id
    with pool.statement() as database:
        (entry,) = read_entries(database, before=2**62, limit=1, subject=number)
    assert entry.detail == {"account": "au-cert/ana", "channel": "webhook", "to": "https://soc.example/"}


def test_a_secret_that_is_copied_to_another_subscription_does_not_open(pool: Pool, sealer: Sealer) -> None:
    mine, other = webhook(pool, sealer).kept, webhook(pool, sealer).kept
    with pool.transaction() as database:
        write_secrets(database, other.subscription.id, mine.secrets)
    stolen = show_subscription(pool, other.subscription.id)
    with pytest.raises(ConfigurationError, match="belongs to something else"):
        signing(stolen, sealer)


def test_without_the_key_no_secret_opens(pool: Pool, sealer: Sealer) -> None:
    kept = webhook(pool, sealer).kept
    with pytest.raises(ConfigurationError, match="was sealed with key"):
        signing(kept, Sealer([SealingKey(bytes(32))]))


def test_the_former_secret_goes_on_signing_for_so_many_hours(pool: Pool, sealer: Sealer) -> None:
    given, at = webhook(pool, sealer), now()
    with change(pool) as seen:
        new = rotated(pool, given.kept, sealer, hours=2, at=at)
    assert seen.entries == [(ACTOR, "subscription.rotate-secret", given.kept.subscription.id)]
    kept = show_subscription(pool, given.kept.subscription.id)
    almost = at + timedelta(hours=2) - timedelta(microseconds=1)
    assert signing(kept, sealer, almost) == [new, given.secret]
    assert signing(kept, sealer, at + timedelta(hours=2)) == [new]


def test_it_ends_at_once_where_it_got_out(pool: Pool, sealer: Sealer) -> None:
    given, at = webhook(pool, sealer), now()
    new = rotated(pool, given.kept, sealer, hours=0, at=at)
    assert signing(show_subscription(pool, given.kept.subscription.id), sealer, at) == [new]


def test_or_when_it_is_dropped(pool: Pool, sealer: Sealer) -> None:
    given, at = webhook(pool, sealer), now()
    number = given.kept.subscription.id
    new = rotated(pool, given.kept, sealer, hours=24, at=at)
    with change(pool) as seen:
        for _ in range(2):
            kept = drop_old_secret(pool, number, act=made(ACTOR))
    assert signing(kept, sealer, at) == [new]
    assert seen.entries == [(ACTOR, "subscription.drop-old-secret", number)]


def test_a_second_rotation_ends_the_oldest_and_prolongs_nothing(pool: Pool, sealer: Sealer) -> None:
    given, at = webhook(pool, sealer), now()
    second = rotated(pool, given.kept, sealer, hours=1, at=at)
    third = rotated(pool, given.kept, sealer, hours=1, at=at + timedelta(minutes=1))
    kept = show_subscription(pool, given.kept.subscription.id)
    assert signing(kept, sealer, at + timedelta(minutes=2)) == [third, second]


@pytest.mark.parametrize("hours", [-1, 721])
def test_no_secret_is_kept_for_ever(pool: Pool, sealer: Sealer, hours: int) -> None:
    kept = webhook(pool, sealer).kept
    with pytest.raises(UnprocessableError, match="0 to 720 hours"):
        rotated(pool, kept, sealer, hours=hours, at=now())


def test_where_the_key_was_lost_a_new_secret_is_the_way_out(pool: Pool, sealer: Sealer) -> None:
    kept = webhook(pool, sealer).kept
    another = Sealer([SealingKey(bytes(32))])
    new = rotated(pool, kept, another, hours=24, at=now())
    assert signing(show_subscription(pool, kept.subscription.id), another) == [new]


def test_the_password_for_another_server_is_replaced(pool: Pool, sealer: Sealer) -> None:
    kept = push(pool, sealer)
    number = kept.subscription.id
    assert password_of(kept.secrets, number, sealer=sealer, at=tick_of(now())) == PASSWORD
    with change(pool) as seen:
        changed = set_password(pool, number, "another", sealer=sealer, act=made(ACTOR))
    assert password_of(changed.secrets, number, sealer=sealer, at=tick_of(now())) == "another"
    assert seen.entries == [(ACTOR, "subscription.set-password", number)]


def test_each_channel_has_its_own_kind_of_secret(pool: Pool, sealer: Sealer) -> None:
    hook, other = webhook(pool, sealer).kept, push(pool, sealer)
    with pytest.raises(ConflictError):
        set_password(pool, hook.subscription.id, "another", sealer=sealer, act=made(ACTOR))
    with pytest.raises(ConflictError):
        rotated(pool, other, sealer, hours=1, at=now())
    with pytest.raises(ConflictError):
        drop_old_secret(pool, other.subscription.id, act=made(ACTOR))


def test_who_works_on_it_takes_up_the_new_secret_and_sends_the_batch_again_as_it_was(
    pool: Pool, sealer: Sealer
) -> None:
    kept = webhook(pool, sealer).kept
    with pool.statement() as database:
        database.execute("UPDATE subscriptions SET leased_until = 9, retry_at = 9, sending = 7, lease = 3")
    rotated(pool, kept, sealer, hours=1, at=now())
    with pool.statement() as database:
        row = database.execute("SELECT leased_until, retry_at, sending, lease FROM subscriptions").fetchone()
    assert row == (0, 0, 7, 4)


def test_after_resealing_the_older_key_is_not_needed_any_more(pool: Pool, sealer: Sealer) -> None:
    given, other = webhook(pool, sealer), push(pool, sealer)
    rotated(pool, given.kept, sealer, hours=24, at=now())
    older, newer = SealingKey(bytes(range(32))), SealingKey(bytes(32))
    with change(pool) as seen:
        assert reseal_secrets(pool, sealer=Sealer([newer, older]), act=made(ACTOR)) == 2
        assert reseal_secrets(pool, sealer=Sealer([newer, older]), act=made(ACTOR)) == 0
    assert [action for _, action, _ in seen.entries] == ["subscription.reseal"] * 2
    alone = Sealer([newer])
    number = other.subscription.id
    assert len(signing(show_subscription(pool, given.kept.subscription.id), alone)) == 2
    assert password_of(show_subscription(pool, number).secrets, number, sealer=alone, at=tick_of(now())) == PASSWORD


def test_what_opens_with_no_key_is_named_and_left_as_it_is(pool: Pool, sealer: Sealer) -> None:
    kept = webhook(pool, sealer).kept
    with pytest.raises(ConfigurationError, match=kept.subscription.id):
        reseal_secrets(pool, sealer=Sealer([SealingKey(bytes(32))]), act=made(ACTOR))
    assert show_subscription(pool, kept.subscription.id) == kept
