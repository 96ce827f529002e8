"""What is measured of streams: counts of all processes together, and how many each of them holds."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    "CREATE TABLE stream_counts (what text PRIMARY KEY, count bigint NOT NULL) WITH (fillfactor = 70)",
    # A process says every few seconds how many streams it holds; `at` is the tick at which it said so last.
    """
    CREATE TABLE stream_processes (
        number  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at      bigint NOT NULL,
        streams integer NOT NULL
    ) WITH (fillfactor = 70)
    """,
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
