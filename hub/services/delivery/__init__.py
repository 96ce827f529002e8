"""Delivery: the pollers that the hub runs for its subscribers."""
