"""What is measured: failed deliveries for good, and requests by how they were answered, of all processes together."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    # Counts every attempt in vain; `failures` counts those since the last success.
    "ALTER TABLE subscriptions ADD COLUMN troubles bigint NOT NULL DEFAULT 0",
    "CREATE TABLE request_counts (status_class text PRIMARY KEY, requests bigint NOT NULL) WITH (fillfactor = 70)",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
