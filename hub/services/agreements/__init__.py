"""The life of sharing agreements: drafted, proposed, signed, approved, suspended, ended."""
