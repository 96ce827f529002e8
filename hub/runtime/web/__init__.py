"""Putting the web process together."""
