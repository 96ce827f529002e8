"""What is done to a whole database takes as long as it takes."""

from hub.store.database import Database


def unbounded(database: Database) -> None:
    """Lift what a server ends otherwise, from this connection and from the transaction that it is in.

    Use it on a connection that nothing else is done on.
    """
    database.execute(
        "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout',"
        " 'idle_session_timeout', 'lock_timeout', 'statement_timeout', 'transaction_timeout')"
    )
