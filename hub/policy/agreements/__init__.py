"""Sharing agreements as people write and sign them, and as the rules read them."""
