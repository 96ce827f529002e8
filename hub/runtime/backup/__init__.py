"""A hub backed up into a directory, and brought back from one."""

from hub.runtime.backup.contents import KEYS, Manifest, Verified, key_files, verified
from hub.runtime.backup.making import back_up
from hub.runtime.backup.reaching import place_of
from hub.runtime.backup.restoring import restore

__all__ = ["KEYS", "Manifest", "Verified", "back_up", "key_files", "place_of", "restore", "verified"]
