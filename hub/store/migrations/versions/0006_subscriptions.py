"""Subscriptions: what accounts have delivered to them, how far each has got, and what went wrong."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    # `position` is the last one dealt with; `sending` the last one of the batch that is on its way, so that a batch
    # which is sent again is cut where it was cut before. `lease` counts up with every lease: who holds an older one
    # writes nothing any more. Instants are ticks.
    """
    CREATE TABLE subscriptions (
        id            uuid PRIMARY KEY,
        account       text NOT NULL REFERENCES accounts,
        channel       text NOT NULL CHECK (channel IN ('webhook', 'stream', 'taxii')),
        target        jsonb NOT NULL,
        filter        jsonb NOT NULL,
        secrets       bytea[] NOT NULL DEFAULT '{}',
        state         text NOT NULL CHECK (state IN ('active', 'paused', 'failing', 'stopped')),
        start         bigint NOT NULL,
        position      bigint NOT NULL,
        sending       bigint,
        batch_objects integer NOT NULL,
        batch_bytes   integer NOT NULL,
        failures      integer NOT NULL DEFAULT 0,
        failing_since bigint,
        retry_at      bigint NOT NULL DEFAULT 0,
        leased_until  bigint NOT NULL DEFAULT 0,
        lease         bigint NOT NULL DEFAULT 0,
        deliveries    bigint NOT NULL DEFAULT 0,
        delivered     bigint NOT NULL DEFAULT 0,
        refused       bigint NOT NULL DEFAULT 0,
        delivered_at  bigint,
        made          timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX subscriptions_account ON subscriptions (account)",
    """
    CREATE TABLE subscription_errors (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subscription uuid NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
        at           bigint NOT NULL,
        status       integer,
        reason       text NOT NULL,
        excerpt      text NOT NULL
    )
    """,
    "CREATE INDEX subscription_errors_subscription ON subscription_errors (subscription, id)",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
