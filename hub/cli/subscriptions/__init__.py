"""`hub subscription`: what the hub delivers by itself, at the operators' desk, for any account."""

from hub.cli.subscriptions.commands import subscription

__all__ = ["subscription"]
