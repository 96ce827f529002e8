"""Subscriptions as the API shows and takes them."""
