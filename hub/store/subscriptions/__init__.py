"""Subscriptions in the database: the standing orders, who works on which, and what went wrong."""
