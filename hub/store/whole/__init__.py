"""A database as a whole: what is dumped of it, and into which one a dump goes."""
