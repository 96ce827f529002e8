"""`hub withdrawal`: who was told that something is revoked, deleted or closed, and who has acknowledged it."""

from hub.cli.withdrawals.commands import withdrawal

__all__ = ["withdrawal"]
