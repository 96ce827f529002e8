"""Who vouched for a member, and whom to call there."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE introductions (
        member   text PRIMARY KEY REFERENCES members,
        sponsor  text REFERENCES members CHECK (sponsor <> member),
        contacts jsonb NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
