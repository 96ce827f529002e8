"""Redis: pointers to what the log holds, never content."""
