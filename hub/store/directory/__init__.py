"""Members, organisations, accounts and tokens in the database.

Rows are locked from the leaf up, whoever does it: token, account, organisation, member. Then, as `hub.store.epoch`
says, `log_head` and `policy_epoch`.
"""

from hub.store.directory.loading import is_new, load_directory
from hub.store.directory.seeding import seed_directory

__all__ = ["is_new", "load_directory", "seed_directory"]
