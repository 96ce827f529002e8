"""Withdrawal: subscribers learn that what they were sent is revoked, deleted, or closed to them."""
