"""Trials of subscriptions: the last one of each, asked for in one process and made in another."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # Instants are ticks. Who has taken a trial up and been lost leaves it to the next after a while.
    """
    CREATE TABLE subscription_trials (
        subscription uuid PRIMARY KEY REFERENCES subscriptions ON DELETE CASCADE,
        asked        bigint NOT NULL,
        taken        bigint,
        at           bigint,
        good         boolean,
        milliseconds integer,
        status       integer,
        reason       text,
        excerpt      text
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX subscription_trials_waiting ON subscription_trials (asked) WHERE at IS NULL",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
