"""The hub's own keys, each kind in a file beside the database."""
