"""Withdrawals in the database: what may have been withdrawn, what was sent, and who is told."""
