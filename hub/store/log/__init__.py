"""The append-only log of accepted object versions: written under one lock, read by position."""
