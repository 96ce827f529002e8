"""Who was given what, page by page."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS: tuple[str, ...] = (
    # Counts the transactions that changed or removed rows of the log, so that a page can say which state it saw.
    "ALTER TABLE log_head ADD COLUMN rewrites bigint NOT NULL DEFAULT 0",
    # How rows stood before they were moved, placed anew or removed: pages that saw fewer rewrites than `until` saw it.
    """
    CREATE TABLE former_rows (
        seq                bigint NOT NULL,
        tick               bigint NOT NULL,
        until              bigint NOT NULL,
        accepted           bigint NOT NULL,
        newest_accepted    bigint NOT NULL,
        producers_accepted bigint NOT NULL,
        version_tick       bigint NOT NULL,
        created            bigint,
        guard              integer NOT NULL,
        collection         smallint NOT NULL,
        latest             boolean NOT NULL,
        object_id          text NOT NULL,
        type               text NOT NULL,
        producer           text NOT NULL
    )
    """,
    "CREATE INDEX former_rows_object ON former_rows (object_id)",
    "CREATE INDEX former_rows_tick ON former_rows (tick, until)",
    "CREATE INDEX former_rows_seq ON former_rows (seq, until)",
    # What a reader could see, and where, at any age; `blocks` are what it was given anew.
    "CREATE TABLE clearances_given (digest bytea PRIMARY KEY, guards integer[] NOT NULL, blocks jsonb NOT NULL)",
    # What an account was given: all that matched between two of its positions. Pages that follow on one another grow
    # one row. `walk` is a digest of what they must have in common. A clearance with limits of age is in the row itself.
    """
    CREATE TABLE readings (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        walk       bytea NOT NULL,
        account    text NOT NULL,
        channel    text NOT NULL,
        collection smallint NOT NULL,
        filter     jsonb,
        clearance  bytea NOT NULL,
        aged       jsonb,
        rewrites   bigint NOT NULL,
        head       bigint NOT NULL,
        after      bigint NOT NULL,
        last       bigint NOT NULL,
        first_at   timestamptz NOT NULL,
        last_at    timestamptz NOT NULL,
        pages      bigint NOT NULL DEFAULT 1
    ) WITH (fillfactor = 70)
    """,
    # No column that a growing row changes is in an index, so that growing it touches none.
    "CREATE INDEX readings_walk ON readings (walk)",
    "CREATE INDEX readings_aged ON readings (id) WHERE aged IS NOT NULL",
)


def upgrade() -> None:
    """Run the statements in order."""
    for statement in STATEMENTS:
        op.execute(statement)
