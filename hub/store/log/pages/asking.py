"""A page asked for in one call of libpq, which waits by itself until all of it is there.

psycopg's cursor takes the interpreter back for every 8 KiB that arrive, a hundred times for a page of 1,000 objects.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus, Format

from hub.store.database import Database
from hub.store.log.pages.statements import Statement


def ask(database: Database, statement: Statement, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, which is not prepared; parameters are adapted, and errors are, as everywhere.

    It begins no transaction. Nothing interrupts it but the database.
    """
    connection, adapting = database.pgconn, Transformer(database)
    values = adapting.dump_sequence(
        [parameters[name] for name in statement.names], [PyFormat.AUTO] * len(statement.names)
    )
    result = connection.exec_params(statement.text, values, adapting.types, adapting.formats, Format.BINARY)
    if result.status != ExecStatus.TUPLES_OK:
        if not result.error_field(DiagnosticField.SQLSTATE):  # it is libpq that says so: PostgreSQL was not heard
            database.close()
            raise OperationalError("the connection is lost")
        raise error_from_result(result)
    adapting.set_pgresult(result)
    return adapting.load_rows(0, result.ntuples, tuple)
