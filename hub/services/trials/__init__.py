"""Trials of subscriptions: asked for where people are, made where deliveries leave from."""
