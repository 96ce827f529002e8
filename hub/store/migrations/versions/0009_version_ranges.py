"""Where versions of an instant can lie in the log."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # What is asked for by the instant of its version alone (match[version]=<timestamp>) is found in the few parts of
    # the log that hold instants near it: versions arrive roughly in the order in which they were made. An insert pays
    # nothing for it that can be measured.
    "CREATE INDEX log_version_ranges ON log USING brin (version_tick) WITH (pages_per_range = 32, autosummarize = on)",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
