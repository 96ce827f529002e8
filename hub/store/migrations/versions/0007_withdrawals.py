"""Withdrawals: what subscribers were sent that they may not have any more, and who has been told."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    # What was sent to whom, to the row: a reading of a subscription is its own, and up to `sent` the receiver has it.
    # It is null where what is noted is given in the same breath. No index holds a column that a growing row changes.
    "ALTER TABLE readings ADD COLUMN subscription uuid, ADD COLUMN sent bigint",
    "CREATE INDEX readings_brought ON readings (account) WHERE channel IN ('webhook', 'stream')",
    # As TAXII names it; null for what left its place before this was kept.
    "ALTER TABLE former_rows ADD COLUMN version text",
    "CREATE INDEX former_rows_until ON former_rows (until)",
    # What may have been withdrawn, as pointers; written under the log's lock, in the transaction that did it, and gone
    # through later, in order. `epoch`, `rewrites`, `seq` and `tick` are the state that it left behind.
    #   rows: versions of `objects` of a producer went or were placed anew, after `before` rewrites; `revoked` of them
    #         were revoked, each by the version of `revoking`.
    #   lost: `accounts` may not read anything any more, or less, of what stands under `guards`.
    #   sent: a batch with `objects` reached a subscription after something had been gone through that it had not seen:
    #         it was read in the state of `epoch` and `rewrites`. This one is not written under the lock.
    """
    CREATE TABLE withdrawal_events (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind         text NOT NULL CHECK (kind IN ('rows', 'lost', 'sent')),
        at           bigint NOT NULL,
        epoch        bigint NOT NULL,
        rewrites     bigint NOT NULL,
        seq          bigint NOT NULL,
        tick         bigint NOT NULL,
        before       bigint NOT NULL,
        producer     text,
        objects      text[] NOT NULL DEFAULT '{}',
        revoked      text[] NOT NULL DEFAULT '{}',
        revoking     bigint[] NOT NULL DEFAULT '{}',
        accounts     text[] NOT NULL DEFAULT '{}',
        guards       integer[] NOT NULL DEFAULT '{}',
        subscription uuid,
        reached      bigint NOT NULL DEFAULT 0,
        former       boolean NOT NULL DEFAULT false,
        done         boolean NOT NULL DEFAULT false
    )
    """,
    "CREATE INDEX withdrawal_events_waiting ON withdrawal_events (id) WHERE NOT done",
    "CREATE INDEX withdrawal_events_done ON withdrawal_events (at) WHERE done",
    "CREATE INDEX withdrawal_events_epoch ON withdrawal_events (epoch)",
    "CREATE INDEX withdrawal_events_rewrites ON withdrawal_events (rewrites)",
    "CREATE INDEX withdrawal_events_lost ON withdrawal_events (id) WHERE kind = 'lost'",
    # Who is told of what: a subscription, or all streams of an account that belong to none. `position` is the last at
    # which the version was sent; a notice that is given again for a later one has another id and number.
    """
    CREATE TABLE withdrawals (
        id              uuid PRIMARY KEY,
        number          bigint GENERATED ALWAYS AS IDENTITY,
        subscription    uuid REFERENCES subscriptions ON DELETE CASCADE,
        account         text NOT NULL REFERENCES accounts,
        channel         text NOT NULL,
        producer        text NOT NULL,
        object_id       text NOT NULL,
        version         text NOT NULL,
        version_tick    bigint NOT NULL,
        cause           text NOT NULL CHECK (cause IN ('revoked', 'deleted', 'closed')),
        position        bigint NOT NULL,
        at              bigint NOT NULL,
        received        bigint,
        acknowledged    bigint,
        acknowledged_by text,
        UNIQUE NULLS NOT DISTINCT (object_id, producer, version_tick, cause, account, subscription)
    )
    """,
    "CREATE INDEX withdrawals_waiting ON withdrawals (subscription, number) WHERE received IS NULL",
    "CREATE INDEX withdrawals_streams ON withdrawals (account, number) WHERE received IS NULL AND subscription IS NULL",
    "CREATE INDEX withdrawals_account ON withdrawals (account, number)",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
