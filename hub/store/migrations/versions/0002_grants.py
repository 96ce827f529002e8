"""Positions that readers are given for what they had already passed."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # For these accounts, a row of these guards with seq <= through_seq stands at base + seq, unless a later grant holds
    # account and guard too. `through_tick` is the tick of the head when it was written: the same limit, in ticks.
    """
    CREATE TABLE grants (
        id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        accounts     text[] NOT NULL,
        guards       integer[] NOT NULL,
        through_seq  bigint NOT NULL,
        through_tick bigint NOT NULL,
        base         bigint NOT NULL CHECK (base >= through_tick),
        at           timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX grants_accounts ON grants USING gin (accounts)",
    "CREATE INDEX grants_guards ON grants USING gin (guards)",
    # `turned` is the microsecond up to which what begins and ends by the clock has been turned into grants;
    # `granted` counts the changes of grants, so that what is known of them can outlive an epoch.
    "ALTER TABLE policy_epoch ADD COLUMN turned bigint, ADD COLUMN granted bigint NOT NULL DEFAULT 0",
    "UPDATE policy_epoch SET turned = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
    "ALTER TABLE policy_epoch ALTER COLUMN turned SET NOT NULL",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
