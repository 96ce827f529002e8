"""Members, organisations, accounts and tokens in the database."""

from hub.store.directory.loading import load_directory
from hub.store.directory.seeding import seed_directory

__all__ = ["load_directory", "seed_directory"]
