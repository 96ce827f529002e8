"""Withdrawals as producers follow them: their own, and those that nobody has acknowledged."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    "CREATE INDEX withdrawals_producer ON withdrawals (producer, number)",
    "CREATE INDEX withdrawals_unacknowledged ON withdrawals (number) WHERE acknowledged IS NULL",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
