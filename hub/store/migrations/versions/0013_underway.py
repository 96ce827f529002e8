"""What is on its way to a subscriber, from before it leaves until it is known what came of it."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # Where a batch was noted, what it goes over and the state that it was read in: enough to count it as sent where
    # whoever sent it is lost before saying what came of it. Null while nothing is on its way.
    "ALTER TABLE subscriptions ADD COLUMN underway jsonb",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
