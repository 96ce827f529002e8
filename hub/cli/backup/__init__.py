"""`hub backup` and `hub restore`: a whole hub, written into a directory and brought back from one."""

from hub.cli.backup.commands import backup, restore

__all__ = ["backup", "restore"]
