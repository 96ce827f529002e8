"""PostgreSQL: the log, the directory and the submissions. All SQL lives here."""
