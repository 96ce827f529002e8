"""The sharing agreements in the database: what was written, signed and decided.

The row of an agreement is locked after rows of the directory and of keys, and before `log_head`.
"""

from hub.store.agreements.loading import load_agreements

__all__ = ["load_agreements"]
