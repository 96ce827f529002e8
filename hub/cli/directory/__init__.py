"""`hub member`, `hub organisation` and `hub account`: the directory from a terminal, whether the hub runs or not."""

from hub.cli.directory.accounts import account
from hub.cli.directory.members import member
from hub.cli.directory.organisations import organisation

__all__ = ["account", "member", "organisation"]
