"""Webhooks: signed envelopes, sent by POST to receivers that are trusted with nothing."""
